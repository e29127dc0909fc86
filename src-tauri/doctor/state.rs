//! The doctor as the app has it: started, watched, stopped; never twice at once.

use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri_specta::Event;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::check::{CheckId, CheckResult, CheckState, Progress};
use super::context::{Context, Target};
use super::engine::{self, Step};
use super::report::DoctorReport;
use crate::settings::SettingsStore;

/// How the doctor is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DoctorState {
    /// Which run it is, from 1; 0 before the first.
    pub run: u32,
    /// Whether it is under way.
    pub running: bool,
    /// Every check of this run.
    pub checks: Vec<CheckState>,
    /// What it came to, once it is finished.
    pub report: Option<DoctorReport>,
}

/// What has changed.
#[expect(clippy::large_enum_variant, reason = "some thirty of them in a run, passed on at once")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DoctorChange {
    /// A run has begun.
    Started {
        /// Every check, waiting.
        checks: Vec<CheckState>,
    },
    /// A check has begun.
    Checking {
        /// Which.
        id: CheckId,
    },
    /// A check has its result.
    Checked {
        /// The result.
        result: CheckResult,
    },
    /// The run is finished.
    Finished {
        /// What it came to.
        report: DoctorReport,
    },
    /// The run was stopped.
    Stopped,
}

/// A change, and of which run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, Event)]
pub struct DoctorUpdate {
    /// Which run.
    pub run: u32,
    /// What has changed.
    pub change: DoctorChange,
}

/// A run under way.
struct Run {
    target: Target,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

struct Shared {
    state: Mutex<DoctorState>,
    tell: Box<dyn Fn(DoctorUpdate) + Send + Sync>,
}

/// The doctor.
pub struct Doctor {
    settings: Arc<SettingsStore>,
    shared: Arc<Shared>,
    /// Held while a run is replaced, so that two never overlap.
    run: tokio::sync::Mutex<Option<Run>>,
}

impl Doctor {
    /// Nothing has been checked yet. What changes is told to `tell`.
    pub fn new(settings: Arc<SettingsStore>, tell: impl Fn(DoctorUpdate) + Send + Sync + 'static) -> Self {
        let state = DoctorState { run: 0, running: false, checks: CheckState::waiting(), report: None };
        Self {
            settings,
            shared: Arc::new(Shared { state: Mutex::new(state), tell: Box::new(tell) }),
            run: tokio::sync::Mutex::new(None),
        }
    }

    /// How it is now.
    pub fn state(&self) -> DoctorState {
        self.shared.state.lock().clone()
    }

    /// The last finished run's report.
    pub fn report(&self) -> Option<DoctorReport> {
        self.shared.state.lock().report.clone()
    }

    /// Starts a run. One that looks at the same goes on; any other is stopped first.
    pub async fn start(&self, target: Target) {
        let mut run = self.run.lock().await;
        if run.as_ref().is_some_and(|run| run.target == target && !run.task.is_finished()) {
            return;
        }
        Self::end(run.take()).await;
        let stop = CancellationToken::new();
        let number = self.shared.begin();
        let context = Context::new(target.clone(), self.settings.clone());
        let (shared, stopped) = (self.shared.clone(), stop.clone());
        let task = tokio::spawn(async move {
            let report = engine::run(context, |step| shared.step(number, step), &stopped).await;
            shared.finish(number, report);
        });
        *run = Some(Run { target, stop, task });
    }

    /// Stops the run that is under way, and returns when it has tidied up.
    pub async fn stop(&self) {
        let mut run = self.run.lock().await;
        Self::end(run.take()).await;
    }

    async fn end(run: Option<Run>) {
        if let Some(run) = run {
            run.stop.cancel();
            if let Err(error) = run.task.await {
                tracing::error!(%error, "a run of the doctor broke off");
            }
        }
    }
}

impl Shared {
    fn begin(&self) -> u32 {
        let checks = CheckState::waiting();
        let mut state = self.state.lock();
        let run = state.run + 1;
        *state = DoctorState { run, running: true, checks: checks.clone(), report: None };
        drop(state);
        self.tell(run, DoctorChange::Started { checks });
        run
    }

    fn step(&self, run: u32, step: Step) {
        let (id, progress, change) = match step {
            Step::Checking(id) => (id, Progress::Checking, DoctorChange::Checking { id }),
            Step::Checked(result) => {
                (result.id, Progress::Done { result: result.clone() }, DoctorChange::Checked { result })
            }
        };
        if let Some(check) = self.state.lock().checks.iter_mut().find(|check| check.id == id) {
            check.progress = progress;
        }
        self.tell(run, change);
    }

    fn finish(&self, run: u32, report: Option<DoctorReport>) {
        let mut state = self.state.lock();
        state.running = false;
        state.report = report.clone();
        // What had begun when it was stopped has no result.
        for check in &mut state.checks {
            if check.progress == Progress::Checking {
                check.progress = Progress::Waiting;
            }
        }
        drop(state);
        self.tell(run, report.map_or(DoctorChange::Stopped, |report| DoctorChange::Finished { report }));
    }

    fn tell(&self, run: u32, change: DoctorChange) {
        (self.tell)(DoctorUpdate { run, change });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Server;

    fn doctor() -> (Doctor, Arc<Mutex<Vec<DoctorUpdate>>>) {
        let folder = tempfile::tempdir().unwrap();
        let settings = Arc::new(SettingsStore::open(folder.path().to_path_buf(), None));
        let told = Arc::new(Mutex::new(Vec::new()));
        let listener = told.clone();
        (Doctor::new(settings, move |update| listener.lock().push(update)), told)
    }

    fn at(address: &str) -> Target {
        Target { server: Server::At(address.into()), session: None }
    }

    async fn finished(doctor: &Doctor) -> DoctorReport {
        loop {
            if let Some(report) = doctor.report() {
                return report;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    #[tokio::test]
    async fn a_run_tells_each_step_and_ends_in_a_report() {
        let (doctor, told) = doctor();
        doctor.start(at("ftp://nothing")).await;
        let report = finished(&doctor).await;
        assert_eq!(report.answer.unwrap().cause.code(), "api_address_invalid");
        let told = told.lock();
        assert!(matches!(told[0].change, DoctorChange::Started { .. }));
        assert!(matches!(told[1].change, DoctorChange::Checking { id: CheckId::ApiAddress }));
        assert!(matches!(told.last().unwrap().change, DoctorChange::Finished { .. }));
        assert_eq!(told.len(), 2 + 2 * CheckId::ALL.len());
        assert!(!doctor.state().running);
    }

    #[tokio::test]
    async fn a_second_start_of_the_same_goes_on_and_of_another_replaces() {
        let (doctor, told) = doctor();
        // Takes connections and says nothing: the run hangs there.
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = at(&format!("http://{}/api", silent.local_addr().unwrap()));
        doctor.start(target.clone()).await;
        doctor.start(target).await;
        assert_eq!(doctor.state().run, 1);
        doctor.start(at("ftp://nothing")).await;
        assert_eq!(doctor.state().run, 2);
        finished(&doctor).await;
        let kinds: Vec<_> = told.lock().iter().map(|update| update.run).collect();
        assert!(kinds.is_sorted(), "the first run ended before the second began: {kinds:?}");
    }

    #[tokio::test]
    async fn stopped_it_has_no_report() {
        let (doctor, told) = doctor();
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        doctor.start(at(&format!("http://{}/api", silent.local_addr().unwrap()))).await;
        doctor.stop().await;
        let state = doctor.state();
        assert!(!state.running && state.report.is_none());
        assert_eq!(told.lock().last().unwrap().change, DoctorChange::Stopped);
    }
}
