//! The error that reaches the person at the screen.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::doctor::Cause;

/// The one thing that a person can do about an error with one click.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Do it again.
    TryAgain,
    /// Set something.
    OpenSettings,
    /// Have the connection checked.
    RunDoctor,
}

/// What went wrong, in a person's words. Carries no secret: no token, key or credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("{message} {hint}")]
pub struct UiError {
    /// Stable, `snake_case`, e.g. `session_not_found`.
    pub code: String,
    /// What happened, one sentence.
    pub message: String,
    /// Why, one sentence, where there is something to know.
    pub why: Option<String>,
    /// What to do about it, one sentence.
    pub hint: String,
    /// The one button for it, if any.
    pub action: Option<Action>,
}

impl UiError {
    /// An error of these three parts.
    pub fn new(code: impl Into<String>, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), why: None, hint: hint.into(), action: None }
    }

    /// An error of the connection, in the doctor's words. `about` is the address or amount that the words are about.
    pub fn of(cause: Cause, about: &str) -> Self {
        let known = cause.knowledge();
        Self {
            code: cause.code().into(),
            message: known.message(Some(about)),
            why: Some(known.why.into()),
            hint: known.guest.into(),
            action: Some(known.action),
        }
    }

    /// The same, with what to do for who hosts.
    pub fn of_hosting(cause: Cause, about: &str) -> Self {
        Self { hint: cause.knowledge().host.into(), ..Self::of(cause, about) }
    }

    /// The same, with the reason.
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// The same, with a button.
    pub fn offering(mut self, action: Action) -> Self {
        self.action = Some(action);
        self
    }
}
