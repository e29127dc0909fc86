//! Runs the checks, one after the other, as far as each makes sense.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::check::{CheckId, CheckResult, Finding, Verdict};
use super::context::Context;
use super::report::{DoctorReport, Explained, Subject};
use super::{
    address, answers, clock, ice, livekit_port, livekit_token, media, server_url, session, session_api, sign_in, token,
    websocket,
};

/// What is told while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A check begins.
    Checking(CheckId),
    /// A check has its result.
    Checked(CheckResult),
}

/// Runs all checks and tidies up. Nothing comes back when it was stopped.
pub async fn run(mut context: Context, tell: impl Fn(Step), stop: &CancellationToken) -> Option<DoctorReport> {
    let finished = tokio::select! {
        biased;
        () = stop.cancelled() => None,
        checks = all(&mut context, &tell) => Some(checks),
    };
    context.tidy().await;
    let session = context.target.session.is_some();
    finished.map(|checks| {
        let api = context.base.as_ref().map(|base| context.mask.apply(base.as_str()));
        let report = DoctorReport::new(Subject { api, session }, checks);
        tracing::info!(answer = report.answer.as_ref().map(|answer| answer.cause.code()), "connection checked");
        report
    })
}

async fn all(context: &mut Context, tell: &impl Fn(Step)) -> Vec<Explained> {
    let mut done: Vec<Explained> = Vec::new();
    for id in CheckId::ALL {
        tell(Step::Checking(id));
        let start = Instant::now();
        let (finding, because) = match broken_need(id, &done) {
            Some(because) => {
                (Finding::skipped(format!("Not checked, because of: {}.", because.title())), Some(because))
            }
            None => (limited(id, id.limit(), check(id, context)).await, None),
        };
        let explained = explain(context, id, finding, because, start.elapsed());
        tell(Step::Checked(explained.result.clone()));
        done.push(explained);
    }
    done
}

async fn check(id: CheckId, context: &mut Context) -> Finding {
    match id {
        CheckId::ApiAddress => address::check(context).await,
        CheckId::ApiAnswers => answers::check(context).await,
        CheckId::SessionApi => session_api::check(context).await,
        CheckId::SignIn => sign_in::check(context).await,
        CheckId::Session => session::check(context).await,
        CheckId::Token => token::check(context),
        CheckId::Clock => clock::check(context),
        CheckId::ServerUrl => server_url::check(context).await,
        CheckId::LivekitPort => livekit_port::check(context).await,
        CheckId::LivekitToken => livekit_token::check(context).await,
        CheckId::Websocket | CheckId::Ice | CheckId::Media => match &mut context.room {
            Some(room) if id == CheckId::Websocket => websocket::check(room).await,
            Some(room) if id == CheckId::Ice => ice::check(room).await,
            Some(room) => media::check(room).await,
            None => Finding::skipped("There is no room to look at."),
        },
    }
}

/// The check's finding, or that its time was up.
async fn limited(id: CheckId, limit: Duration, check: impl Future<Output = Finding>) -> Finding {
    tokio::time::timeout(limit, check)
        .await
        .unwrap_or_else(|_| Finding::failed(id.on_timeout(), format!("Nothing was known after {} s.", limit.as_secs())))
}

/// The failure that makes this check pointless, if there is one.
fn broken_need(id: CheckId, done: &[Explained]) -> Option<CheckId> {
    let result = |id: CheckId| done.iter().map(|explained| &explained.result).find(|result| result.id == id);
    id.needs().iter().filter_map(|need| result(*need)).find_map(|need| match need.verdict {
        Verdict::Ok | Verdict::Warning => None,
        Verdict::Failed => Some(need.id),
        Verdict::Skipped => Some(need.skipped_because.unwrap_or(need.id)),
    })
}

/// The finding as a result: its texts masked, and with what to do for who sits here.
fn explain(
    context: &Context,
    id: CheckId,
    finding: Finding,
    skipped_because: Option<CheckId>,
    took: Duration,
) -> Explained {
    let Finding { verdict, cause, about, seen } = finding;
    let todo = cause.map(|cause| {
        let known = cause.knowledge();
        if context.hosts() { known.host } else { known.guest }.to_owned()
    });
    let ms = u32::try_from(took.as_millis()).unwrap_or(u32::MAX);
    let seen = context.mask.apply(&seen);
    let result = CheckResult { id, title: id.title().into(), verdict, cause, skipped_because, seen, todo, ms };
    Explained { result, about: about.map(|about| context.mask.apply(&about)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::cause::Cause;

    fn done(id: CheckId, verdict: Verdict, skipped_because: Option<CheckId>) -> Explained {
        let result = CheckResult {
            id,
            title: String::new(),
            verdict,
            cause: None,
            skipped_because,
            seen: String::new(),
            todo: None,
            ms: 0,
        };
        Explained { result, about: None }
    }

    #[test]
    fn what_depends_on_a_failure_is_skipped_because_of_it() {
        let done = [
            done(CheckId::Session, Verdict::Ok, None),
            done(CheckId::Token, Verdict::Failed, None),
            done(CheckId::LivekitPort, Verdict::Ok, None),
            done(CheckId::LivekitToken, Verdict::Skipped, Some(CheckId::Token)),
            done(CheckId::Ice, Verdict::Skipped, None),
        ];
        assert_eq!(broken_need(CheckId::ServerUrl, &done), None);
        assert_eq!(broken_need(CheckId::LivekitToken, &done), Some(CheckId::Token));
        assert_eq!(
            broken_need(CheckId::Websocket, &done),
            Some(CheckId::Token),
            "the failure itself, not what follows"
        );
        assert_eq!(broken_need(CheckId::Media, &done), Some(CheckId::Ice), "what had nothing to look at");
    }

    #[tokio::test]
    async fn a_check_that_hangs_ends_in_its_time() {
        let finding = limited(CheckId::ApiAnswers, Duration::from_millis(5), std::future::pending()).await;
        assert_eq!((finding.verdict, finding.cause), (Verdict::Failed, Some(Cause::ApiTimeout)));
    }
}
