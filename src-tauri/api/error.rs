//! Why a call to the session API gave nothing, and what a person can do about it.

use crate::doctor::{self, Cause};
use crate::error::{Action, UiError};

/// Longest text of a server that is shown, in characters.
const MAX_SHOWN: usize = 200;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Nothing answers at the address.
    #[error("nothing answers at {host}: {}", cause.code())]
    Unreachable {
        /// Host and port.
        host: String,
        /// Why, as far as the failed connection tells.
        cause: Cause,
    },
    /// It took the connection and did not answer in time.
    #[error("{host} does not answer in time")]
    TimedOut {
        /// Host and port.
        host: String,
    },
    /// Something else answers there.
    #[error("{host} answers, but not as a session API (status {status})")]
    NotSessionApi {
        /// Host and port.
        host: String,
        /// HTTP status of the answer.
        status: u16,
    },
    /// The session API said no.
    #[error("{host} refused: status {status}, code {code:?}")]
    Refused {
        /// Host and port.
        host: String,
        /// HTTP status of the answer.
        status: u16,
        /// The server's code, where it gives one.
        code: Option<String>,
        /// The server's words.
        text: String,
        /// Whether a sign-in went along.
        signed_in: bool,
    },
    /// The session has a lobby, and its host lets people in one by one.
    #[error("the session has a lobby")]
    Lobby,
}

impl ApiError {
    /// The code a person's app shows: the server's, else one by the status.
    pub fn code(&self) -> &str {
        match self {
            Self::Unreachable { .. } => "api_unreachable",
            Self::TimedOut { .. } => "api_timeout",
            Self::NotSessionApi { .. } => "not_a_session_api",
            Self::Lobby => "lobby_not_supported",
            Self::Refused { code: Some(code), .. } => code,
            Self::Refused { status, .. } => match status {
                400 | 422 => "invalid_request",
                401 => "sign_in_required",
                403 => "forbidden",
                404 => "session_not_found",
                409 => "session_full",
                410 => "session_ended",
                429 => "rate_limited",
                _ => "api_failed",
            },
        }
    }
}

impl ApiError {
    /// What the doctor knows about it, if anything.
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::Unreachable { cause, .. } => Some(*cause),
            Self::TimedOut { .. } => Some(Cause::ApiTimeout),
            Self::NotSessionApi { .. } => Some(Cause::NotASessionApi),
            Self::Lobby => None,
            Self::Refused { status, code, text, signed_in, .. } => {
                doctor::cause_of_refusal(*status, code.as_deref().unwrap_or_default(), text, *signed_in)
            }
        }
    }
}

impl From<ApiError> for UiError {
    fn from(error: ApiError) -> Self {
        match (error.cause(), &error) {
            (
                Some(cause),
                ApiError::Unreachable { host, .. }
                | ApiError::TimedOut { host }
                | ApiError::NotSessionApi { host, .. }
                | ApiError::Refused { host, .. },
            ) => Self::of(cause, host),
            (None, ApiError::Refused { host, status, code, text, .. }) => {
                refused(error.code(), code, host, *status, text)
            }
            (_, ApiError::Lobby) => Self::new(
                error.code(),
                "The host lets people into this session one by one.",
                "Ask the host to switch the lobby off.",
            )
            .because("This version of the app cannot wait to be let in."),
            (None, _) => Self::of(Cause::ApiFailed, "the session server"),
        }
    }
}

/// Words for refusals that are not of the connection; for unknown ones the server's own.
fn refused(shown_code: &str, code: &Option<String>, host: &str, status: u16, text: &str) -> UiError {
    match code.as_deref() {
        Some("invalid_session_id") => {
            UiError::new(shown_code, "The session server does not take this id.", "Copy the id again from the host.")
        }
        Some("session_locked") => UiError::new(
            shown_code,
            "This session is locked: nobody new is let in.",
            "Ask the host to open it, and try again.",
        )
        .offering(Action::TryAgain),
        Some("removed") => UiError::new(
            shown_code,
            "A host removed you from this session.",
            "Ask the host, if you think that this is a mistake.",
        ),
        Some("host_proof_required") => UiError::new(
            shown_code,
            "The session server does not let you do this.",
            "Only the session's host, or who is signed in for it, may.",
        )
        .because("It wants a proof of being the session's host, which this app has not."),
        _ => {
            let message = match shown(text) {
                text if text.is_empty() => format!("The session server at {host} refuses (HTTP status {status})."),
                text => format!("The session server says: {text}"),
            };
            UiError::new(shown_code, message, "Change what was asked, and try again.").offering(Action::TryAgain)
        }
    }
}

/// A server's text, cut to what fits and without control characters.
fn shown(text: &str) -> String {
    text.trim().chars().filter(|character| !character.is_control()).take(MAX_SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, code: Option<&str>, text: &str) -> UiError {
        let (code, text) = (code.map(Into::into), text.into());
        ApiError::Refused { host: "h:1".into(), status, code, text, signed_in: false }.into()
    }

    #[test]
    fn a_status_is_enough() {
        for (status, code) in
            [(401, "sign_in_required"), (409, "session_full"), (410, "session_ended"), (429, "rate_limited")]
        {
            let error = refusal(status, None, "whatever");
            assert_eq!(error.code, code);
            assert!(!error.message.contains("whatever"), "known refusals have our own words");
            assert!(error.message.ends_with('.') && error.hint.ends_with('.'));
            assert!(error.why.is_some() && error.action.is_some());
        }
        assert_eq!(refusal(404, Some("session_not_found"), "").code, "session_not_found");
    }

    #[test]
    fn an_unreachable_server_is_worded_by_its_cause() {
        let error = UiError::from(ApiError::Unreachable { host: "h:1".into(), cause: Cause::ApiCertificateBad });
        assert_eq!(error.code, "api_certificate_bad");
        assert!(error.message.contains("h:1") && error.action == Some(Action::OpenSettings));
    }

    #[test]
    fn unknown_refusals_are_quoted_in_bounds() {
        let error = refusal(400, Some("odd"), &format!("No\n{}", "x".repeat(1000)));
        assert_eq!(error.code, "odd");
        assert!(error.message.starts_with("The session server says: Nox"));
        assert!(error.message.len() < 300);
        assert_eq!(refusal(500, None, "").code, "api_failed");
        assert!(refusal(418, None, "").message.contains("HTTP status 418"));
    }
}
