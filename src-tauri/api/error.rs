//! Why a call to the session API gave nothing, and what a person can do about it.

use crate::error::UiError;

/// Longest text of a server that is shown, in characters.
const MAX_SHOWN: usize = 200;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Nothing answers at the address.
    #[error("nothing answers at {host}")]
    Unreachable {
        /// Host and port.
        host: String,
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

impl From<ApiError> for UiError {
    fn from(error: ApiError) -> Self {
        let code = error.code().to_owned();
        let (message, hint) = match &error {
            ApiError::Unreachable { host } => (
                format!("Nothing answers at {host}, where the session server should be."),
                "Check the address in the settings, and that the server runs and no firewall is between.".to_owned(),
            ),
            ApiError::TimedOut { host } => (
                format!("The session server at {host} does not answer in time."),
                "Check the network and that the server is well, then try again.".to_owned(),
            ),
            ApiError::NotSessionApi { host, status } => (
                format!("What answers at {host} is not a session API (HTTP status {status})."),
                "Check the address in the settings; it usually ends in /api or /api/v1.".to_owned(),
            ),
            ApiError::Lobby => (
                "The host lets people into this session one by one, which this version cannot wait for.".to_owned(),
                "Ask the host to switch the lobby off.".to_owned(),
            ),
            ApiError::Refused { host, status, text, .. } => refused(&code, host, *status, text),
        };
        UiError { code, message, hint }
    }
}

/// Words for the refusals of the contract; for any other the server's own.
fn refused(code: &str, host: &str, status: u16, text: &str) -> (String, String) {
    let (message, hint) = match code {
        "session_not_found" => {
            ("There is no session with this id.", "Copy the id again from the host; mind which server it is on.")
        }
        "session_ended" => ("This session has ended.", "Ask the host for the id of a new one."),
        "session_full" => ("This session is full.", "Try again when somebody has left."),
        "invalid_session_id" => ("The session server does not take this id.", "Copy the id again from the host."),
        "sign_in_required" => (
            "The session server wants a sign-in.",
            "Set its bearer token or auth_token cookie in the settings, or a fresh one if it has run out.",
        ),
        "host_proof_required" | "forbidden" => (
            "The session server does not let you do this.",
            "Only the session's host, or who is signed in for it, may.",
        ),
        "rate_limited" => ("The session server has had too many requests from here.", "Wait a few seconds, try again."),
        "livekit_unreachable" => (
            "The session server does not reach its LiveKit server.",
            "Whoever runs it should check LIVEKIT_SERVER_URL and that LiveKit runs.",
        ),
        _ => {
            let message = match shown(text) {
                text if text.is_empty() => format!("The session server at {host} failed (HTTP status {status})."),
                text => format!("The session server says: {text}"),
            };
            let hint =
                if status >= 500 { "Try again; its log says more." } else { "Change what was asked, try again." };
            return (message, hint.to_owned());
        }
    };
    (message.to_owned(), hint.to_owned())
}

/// A server's text, cut to what fits and without control characters.
fn shown(text: &str) -> String {
    text.trim().chars().filter(|character| !character.is_control()).take(MAX_SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, code: Option<&str>, text: &str) -> UiError {
        ApiError::Refused { host: "h:1".into(), status, code: code.map(Into::into), text: text.into() }.into()
    }

    #[test]
    fn a_status_is_enough() {
        for (status, code) in
            [(401, "sign_in_required"), (404, "session_not_found"), (409, "session_full"), (410, "session_ended")]
        {
            let error = refusal(status, None, "whatever");
            assert_eq!(error.code, code);
            assert!(!error.message.contains("whatever"), "known refusals have our own words");
            assert!(error.message.ends_with('.') && error.hint.ends_with('.'));
        }
    }

    #[test]
    fn unknown_refusals_are_quoted_in_bounds() {
        let error = refusal(400, Some("odd"), &format!("No\n{}", "x".repeat(1000)));
        assert_eq!(error.code, "odd");
        assert!(error.message.starts_with("The session server says: Nox"));
        assert!(error.message.len() < 300);
        assert!(refusal(500, None, "").message.contains("HTTP status 500"));
    }
}
