//! The error that reaches the person at the screen.

use serde::{Deserialize, Serialize};
use specta::Type;

/// What went wrong, in a person's words. Carries no secret: no token, key or credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("{message} {hint}")]
pub struct UiError {
    /// Stable, `snake_case`, e.g. `session_not_found`.
    pub code: String,
    /// What happened, one sentence.
    pub message: String,
    /// What to do about it, one sentence.
    pub hint: String,
}

impl UiError {
    /// An error of these three parts.
    pub fn new(code: impl Into<String>, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), hint: hint.into() }
    }
}
