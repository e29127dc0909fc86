//! The checks: which there are, what each needs, how long it may take, and what comes of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use specta::Type;

use super::cause::Cause;

/// A check, in the order of the chain from the app to the media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CheckId {
    /// The session server's address is one, and its name is known; or this computer's server runs.
    ApiAddress,
    /// It answers: TCP, TLS, HTTP.
    ApiAnswers,
    /// What answers is a session API.
    SessionApi,
    /// It takes the sign-in, where it wants one.
    SignIn,
    /// Create or join gives a token.
    Session,
    /// The token says what it should.
    Token,
    /// The clocks agree.
    Clock,
    /// LiveKit's address can be one from here.
    ServerUrl,
    /// LiveKit answers there.
    LivekitPort,
    /// LiveKit takes the token.
    LivekitToken,
    /// A WebSocket gets through to LiveKit.
    Websocket,
    /// WebRTC connects.
    Ice,
    /// A test track goes out and comes back.
    Media,
}

impl CheckId {
    /// All of them, in order.
    pub const ALL: [Self; 13] = [
        Self::ApiAddress,
        Self::ApiAnswers,
        Self::SessionApi,
        Self::SignIn,
        Self::Session,
        Self::Token,
        Self::Clock,
        Self::ServerUrl,
        Self::LivekitPort,
        Self::LivekitToken,
        Self::Websocket,
        Self::Ice,
        Self::Media,
    ];

    /// What is checked, for a person.
    pub fn title(self) -> &'static str {
        match self {
            Self::ApiAddress => "Session server's address",
            Self::ApiAnswers => "Session server answers",
            Self::SessionApi => "It is a session API",
            Self::SignIn => "Sign-in",
            Self::Session => "A session can be entered",
            Self::Token => "Access token",
            Self::Clock => "Clocks",
            Self::ServerUrl => "LiveKit's address",
            Self::LivekitPort => "LiveKit answers",
            Self::LivekitToken => "LiveKit takes the token",
            Self::Websocket => "WebSocket to LiveKit",
            Self::Ice => "Media connection",
            Self::Media => "Sound and picture, there and back",
        }
    }

    /// The checks without which this one makes no sense.
    pub fn needs(self) -> &'static [Self] {
        match self {
            Self::ApiAddress => &[],
            Self::ApiAnswers => &[Self::ApiAddress],
            Self::SessionApi | Self::Clock => &[Self::ApiAnswers],
            Self::SignIn => &[Self::SessionApi],
            Self::Session => &[Self::SignIn],
            Self::Token | Self::ServerUrl => &[Self::Session],
            Self::LivekitPort => &[Self::ServerUrl],
            Self::LivekitToken => &[Self::LivekitPort, Self::Token],
            Self::Websocket => &[Self::LivekitToken],
            Self::Ice => &[Self::Websocket],
            Self::Media => &[Self::Ice],
        }
    }

    /// Longest that it may take. Well above what its own time limits add up to.
    pub fn limit(self) -> Duration {
        Duration::from_secs(match self {
            // This computer's LiveKit may take a while to start from a cold disk.
            Self::ApiAddress => 30,
            Self::ApiAnswers | Self::SessionApi | Self::Session | Self::LivekitPort => 20,
            Self::SignIn => 15,
            Self::Token | Self::Clock => 5,
            Self::ServerUrl | Self::LivekitToken | Self::Websocket => 10,
            Self::Ice => 20,
            Self::Media => 25,
        })
    }

    /// What it means that the time was up.
    pub fn on_timeout(self) -> Cause {
        match self {
            Self::ApiAddress => Cause::ApiNameUnresolved,
            Self::ApiAnswers | Self::SessionApi | Self::SignIn | Self::Session | Self::Token | Self::Clock => {
                Cause::ApiTimeout
            }
            Self::ServerUrl => Cause::ServerUrlUnresolved,
            Self::LivekitPort | Self::LivekitToken => Cause::LivekitPortFiltered,
            Self::Websocket => Cause::WebsocketEaten,
            Self::Ice => Cause::MediaBlocked,
            Self::Media => Cause::MediaNone,
        }
    }
}

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, but not well.
    Warning,
    /// Here the chain is broken.
    Failed,
    /// Not looked at.
    Skipped,
}

/// What a check found. Its texts are for a person and hold no secret; the engine masks addresses and ids in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it came to.
    pub verdict: Verdict,
    /// What is wrong, for a warning or a failure.
    pub cause: Option<Cause>,
    /// What stands for `{about}` in the cause's texts: an address, an amount.
    pub about: Option<String>,
    /// What was seen, one or two short sentences.
    pub seen: String,
}

impl Finding {
    /// As it should be.
    pub fn ok(seen: impl Into<String>) -> Self {
        Self { verdict: Verdict::Ok, cause: None, about: None, seen: seen.into() }
    }

    /// It works, but not well.
    pub fn warning(cause: Cause, seen: impl Into<String>) -> Self {
        Self { verdict: Verdict::Warning, cause: Some(cause), about: None, seen: seen.into() }
    }

    /// Here the chain is broken.
    pub fn failed(cause: Cause, seen: impl Into<String>) -> Self {
        Self { verdict: Verdict::Failed, cause: Some(cause), about: None, seen: seen.into() }
    }

    /// The check itself had nothing to look at.
    pub fn skipped(seen: impl Into<String>) -> Self {
        Self { verdict: Verdict::Skipped, cause: None, about: None, seen: seen.into() }
    }

    /// The same, with what stands for `{about}`.
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = Some(about.into());
        self
    }
}

/// A check's result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CheckResult {
    /// Which check.
    pub id: CheckId,
    /// What was checked, for a person.
    pub title: String,
    /// What it came to.
    pub verdict: Verdict,
    /// What is wrong, for a warning or a failure.
    pub cause: Option<Cause>,
    /// The check that failed and without which this one makes no sense.
    pub skipped_because: Option<CheckId>,
    /// What was seen.
    pub seen: String,
    /// What to do about it, for who sits here.
    pub todo: Option<String>,
    /// How long it took, ms.
    pub ms: u32,
}

/// How far a check is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Progress {
    /// Its turn has not come.
    Waiting,
    /// It is being looked at now.
    Checking,
    /// It has a result.
    Done {
        /// The result.
        result: CheckResult,
    },
}

/// A check as the doctor's page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CheckState {
    /// Which check.
    pub id: CheckId,
    /// What is checked, for a person.
    pub title: String,
    /// How far it is.
    pub progress: Progress,
}

impl CheckState {
    /// All checks before the first.
    pub fn waiting() -> Vec<Self> {
        CheckId::ALL
            .into_iter()
            .map(|id| Self { id, title: id.title().to_owned(), progress: Progress::Waiting })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_needs_only_what_comes_before_it() {
        for (place, id) in CheckId::ALL.into_iter().enumerate() {
            for need in id.needs() {
                assert!(CheckId::ALL[..place].contains(need), "{id:?} needs {need:?}");
            }
        }
    }
}
