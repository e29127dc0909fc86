//! What the doctor came to: a document for people and for programs, without a secret in it.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use specta::Type;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::cause::Cause;
use super::check::{CheckId, CheckResult, Verdict};
use crate::error::Action;

/// The version of the document's form.
pub const VERSION: u32 = 1;

/// The program that made a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AppInfo {
    /// Its version, e.g. `0.1.0`.
    pub version: String,
    /// The operating system, e.g. `linux`.
    pub os: String,
    /// The processor, e.g. `x86_64`.
    pub arch: String,
    /// The version of LiveKit's SDK that the app is made for.
    pub sdk: String,
}

impl AppInfo {
    /// This program.
    pub fn this() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").into(),
            os: std::env::consts::OS.into(),
            arch: std::env::consts::ARCH.into(),
            sdk: crate::session::sdk::VERSION.into(),
        }
    }
}

/// What was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Subject {
    /// The session server: scheme, host, port and path; none before it is known.
    pub api: Option<String>,
    /// Whether a certain session was looked at, and not one of the doctor's own.
    pub session: bool,
}

/// The first broken link, explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Answer {
    /// The check that found it.
    pub check: CheckId,
    /// What it is.
    pub cause: Cause,
    /// Failed, or only a warning.
    pub verdict: Verdict,
    /// What happened, one sentence.
    pub message: String,
    /// Why that is so.
    pub why: String,
    /// What to do for who hosts.
    pub host: String,
    /// What to do for who joins.
    pub guest: String,
    /// The one button for it.
    pub action: Option<Action>,
}

/// A whole report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DoctorReport {
    /// [`VERSION`].
    pub version: u32,
    /// The program.
    pub app: AppInfo,
    /// When, RFC 3339.
    pub at: String,
    /// What was looked at.
    pub subject: Subject,
    /// The first broken link; none if all is well.
    pub answer: Option<Answer>,
    /// Every check, in order.
    pub checks: Vec<CheckResult>,
}

/// A result, and what stands for `{about}` in its cause's message.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The result.
    pub result: CheckResult,
    /// For the message.
    pub about: Option<String>,
}

impl DoctorReport {
    /// The report of these checks, made now.
    pub fn new(subject: Subject, checks: Vec<Explained>) -> Self {
        Self {
            version: VERSION,
            app: AppInfo::this(),
            at: OffsetDateTime::now_utc()
                .replace_nanosecond(0)
                .unwrap_or(OffsetDateTime::UNIX_EPOCH)
                .format(&Rfc3339)
                .unwrap_or_default(),
            subject,
            answer: answer(&checks),
            checks: checks.into_iter().map(|explained| explained.result).collect(),
        }
    }

    /// Whether no check failed.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.verdict != Verdict::Failed)
    }

    /// The document as JSON.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report is plain data")
    }

    /// The document as text.
    pub fn text(&self) -> String {
        let AppInfo { version, os, arch, sdk } = &self.app;
        let mut text =
            format!("Donfra Live {version} ({os}, {arch}; LiveKit SDK {sdk}): connection report, {}\n", self.at);
        let whose = if self.subject.session { "a given session" } else { "a session of its own" };
        let api = self.subject.api.as_deref().unwrap_or("no session server yet");
        // Writing to a String cannot fail.
        let _ = writeln!(text, "Checked: {api}, with {whose}.\n\n{}\n", self.summary());
        for check in &self.checks {
            let _ = writeln!(text, "{}", line(check));
        }
        text
    }

    /// The answer, in a few lines.
    pub fn summary(&self) -> String {
        match &self.answer {
            None => "Everything works.".to_owned(),
            Some(answer) => {
                let kind = if answer.verdict == Verdict::Failed { "It does not connect" } else { "It works, but" };
                let Answer { message, why, host, guest, cause, .. } = answer;
                let code = cause.code();
                format!("{kind}: {message} [{code}]\n{why}\nWho hosts: {host}\nWho joins: {guest}")
            }
        }
    }
}

/// A check's result in one line or a few.
pub fn line(check: &CheckResult) -> String {
    let verdict = match check.verdict {
        Verdict::Ok => "ok",
        Verdict::Warning => "warning",
        Verdict::Failed => "FAILED",
        Verdict::Skipped => "skipped",
    };
    let mut line = format!("{verdict:<8}{} ({} ms)", check.title, check.ms);
    if !check.seen.is_empty() {
        let _ = write!(line, ": {}", check.seen);
    }
    if let Some(todo) = &check.todo {
        let _ = write!(line, "\n        {todo}");
    }
    line
}

/// The first broken link: what failed before what only warns.
fn answer(checks: &[Explained]) -> Option<Answer> {
    let of = |verdict: Verdict| checks.iter().find(|explained| explained.result.verdict == verdict);
    let Explained { result, about } = of(Verdict::Failed).or_else(|| of(Verdict::Warning))?;
    let cause = result.cause?;
    let known = cause.knowledge();
    Some(Answer {
        check: result.id,
        cause,
        verdict: result.verdict,
        message: known.message(about.as_deref()),
        why: known.why.into(),
        host: known.host.into(),
        guest: known.guest.into(),
        // The doctor has run: what is left is to do it again.
        action: Some(if known.action == Action::RunDoctor { Action::TryAgain } else { known.action }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(id: CheckId, verdict: Verdict, cause: Option<Cause>) -> Explained {
        let result = CheckResult {
            id,
            title: id.title().into(),
            verdict,
            cause,
            skipped_because: None,
            seen: "seen".into(),
            todo: None,
            ms: 3,
        };
        Explained { result, about: Some("h:1".into()) }
    }

    fn report(checks: Vec<Explained>) -> DoctorReport {
        DoctorReport::new(Subject { api: Some("http://h/api".into()), session: false }, checks)
    }

    #[test]
    fn the_first_failure_is_the_answer_even_after_a_warning() {
        let report = report(vec![
            explained(CheckId::ApiAddress, Verdict::Ok, None),
            explained(CheckId::ApiAnswers, Verdict::Warning, Some(Cause::Ipv6Broken)),
            explained(CheckId::LivekitPort, Verdict::Failed, Some(Cause::LivekitNotRunning)),
            explained(CheckId::Websocket, Verdict::Failed, Some(Cause::WebsocketEaten)),
        ]);
        let answer = report.answer.as_ref().unwrap();
        assert_eq!((answer.check, answer.cause), (CheckId::LivekitPort, Cause::LivekitNotRunning));
        assert!(answer.message.contains("h:1"));
        assert!(!report.passed());
    }

    #[test]
    fn a_warning_alone_is_the_answer_and_passes() {
        let report = report(vec![explained(CheckId::ApiAnswers, Verdict::Warning, Some(Cause::Ipv6Broken))]);
        assert_eq!(report.answer.as_ref().unwrap().cause, Cause::Ipv6Broken);
        assert!(report.passed());
        assert!(report.text().contains("It works, but"));
    }

    #[test]
    fn the_document_reads_back_and_says_its_version() {
        let report = report(vec![explained(CheckId::ApiAddress, Verdict::Ok, None)]);
        assert_eq!(serde_json::from_str::<DoctorReport>(&report.json()).unwrap(), report);
        assert!(report.json().contains("\"version\": 1"));
        assert!(report.text().contains("Everything works."));
        assert!(OffsetDateTime::parse(&report.at, &Rfc3339).is_ok());
    }
}
