//! A person in a process of their own: this test program again, told by its environment what to do.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use donfra_live::session::Session;
use donfra_live::session::state::Phase;
use donfra_live::session::statistics::{Recorder, StatisticsFile};
use donfra_live::settings::SettingsStore;
use donfra_live::video::Frames;
use donfra_testbed::{Namespace, Process, eventually};
use serde_json::Value;

use crate::figures;

/// Runs in the child: the app's session without a window, until it is killed.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the other test starts it as a process of its own"]
async fn participant() {
    let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let folder = PathBuf::from(variable("LOSSY_FOLDER"));
    let _log = donfra_live::logging::start(&folder);
    let settings = Arc::new(SettingsStore::open(folder.join("config"), Some(variable("LOSSY_API"))));
    let file = StatisticsFile::create(&folder.join("stats.jsonl")).unwrap();
    let recorder = Recorder::new(Some(file), |_| {});
    let (patches, mut changed) = tokio::sync::mpsc::unbounded_channel();
    let session =
        Session::start_telling(settings, Frames::new(), recorder, move |patch| drop(patches.send(patch)), |_| {});
    let name = variable("LOSSY_NAME");
    match std::env::var("LOSSY_SESSION") {
        Ok(id) => session.join(id, name, None).await.unwrap(),
        Err(_) => session.create("A bad link".into(), name, false).await.unwrap(),
    }
    let state = session.snapshot().await.unwrap();
    std::fs::write(folder.join("session"), state.session_id.expect("one is in a session")).unwrap();
    while changed.recv().await.is_some() {
        if let Phase::Ended { reason } = session.snapshot().await.unwrap().phase {
            panic!("the session ended: {reason:?}");
        }
    }
}

/// A running participant; ends when dropped.
pub struct Person {
    pub name: &'static str,
    folder: PathBuf,
    _process: Process,
}

impl Person {
    /// Creates a session.
    pub async fn create(place: &Namespace, folder: &Path, name: &'static str, tone: u32, api: &str) -> Self {
        Self::start(place, folder, name, tone, api, None).await
    }

    /// Joins one.
    pub async fn join(place: &Namespace, folder: &Path, name: &'static str, tone: u32, api: &str, id: &str) -> Self {
        Self::start(place, folder, name, tone, api, Some(id)).await
    }

    async fn start(
        place: &Namespace,
        folder: &Path,
        name: &'static str,
        tone: u32,
        api: &str,
        session: Option<&str>,
    ) -> Self {
        std::fs::create_dir_all(folder.join("config")).unwrap();
        let command = place.command(&std::env::current_exe().unwrap());
        let process = Process::start_command(command, folder, name, |command| {
            command.args(["participant::participant", "--exact", "--ignored", "--nocapture"]);
            command.env("LOSSY_FOLDER", folder).env("LOSSY_NAME", name).env("LOSSY_API", api);
            command.env("DONFRA_LIVE_CONFIG_DIR", folder.join("config")).env("DONFRA_LIVE_TEST_SOURCE", "1");
            command.env("DONFRA_LIVE_TEST_TONE", tone.to_string());
            command.env("DONFRA_LIVE_TEST_PLAYOUT", folder.join("playout.wav"));
            command.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("LOSSY_SESSION");
            if let Some(session) = session {
                command.env("LOSSY_SESSION", session);
            }
        });
        let person = Self { name, folder: folder.to_owned(), _process: process };
        person.session_id().await;
        person
    }

    /// The session's id, as soon as the person is in it.
    pub async fn session_id(&self) -> String {
        let file = self.folder.join("session");
        eventually(&format!("{} is in the session", self.name), async || {
            std::fs::read_to_string(&file).ok().filter(|id| id.len() == 36)
        })
        .await
    }

    /// The recording of what is played.
    pub fn playout(&self) -> PathBuf {
        self.folder.join("playout.wav")
    }

    /// How much has been played, samples.
    pub fn heard_until(&self) -> usize {
        figures::samples(&self.playout())
    }

    /// Waits until a tone (Hz) is heard.
    pub async fn hears(&self, tone: u32) {
        eventually(&format!("{} hears {tone} Hz", self.name), async || {
            let end = self.heard_until();
            let start = end.saturating_sub(24_000);
            (end > start && figures::sound(&self.playout(), tone as f32, start..end).heard > 0.8).then_some(())
        })
        .await;
    }

    /// Waits until the other's camera comes whole.
    pub async fn sees_well(&self) {
        eventually(&format!("{} sees the other's whole picture", self.name), async || {
            let lines = self.lines();
            let seen = figures::pictures(&lines, Duration::ZERO);
            (seen.last_fps > 20.0 && seen.last_height >= 360).then_some(())
        })
        .await;
    }

    /// The samples of the statistics so far.
    pub fn lines(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder.join("stats.jsonl")).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}
