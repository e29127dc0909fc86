//! Why something in a room failed.

use livekit_protocol as proto;

use crate::{
    ffi::{FfiError, redact},
    rtc_engine::{EngineError, EngineResult},
    webrtc::RtcError,
};

/// The result of what is done in a room.
pub type RoomResult<T> = Result<T, RoomError>;

/// Why something in a room failed.
#[derive(thiserror::Error, Debug)]
pub enum RoomError {
    /// The engine failed: the server cannot be reached, refuses, or the connection broke.
    #[error("engine: {0}")]
    Engine(#[from] EngineError),
    /// LiveKit's library cannot be used (the text has its path and version), or something unforeseen.
    #[error("room failure: {0}")]
    Internal(String),
    /// WebRTC failed.
    #[error("rtc: {0}")]
    Rtc(#[from] RtcError),
    /// The track is published already.
    #[error("this track or a track of the same source is already published")]
    TrackAlreadyPublished,
    /// The room was closed before.
    #[error("already closed")]
    AlreadyClosed,
    /// The server refused a request.
    #[error("request error: {reason:?} - {message}")]
    Request {
        /// Why.
        reason: proto::request_response::Reason,
        /// The server's words.
        message: String,
    },
}

impl From<FfiError> for RoomError {
    fn from(error: FfiError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl RoomError {
    /// What the library's text says, sorted by the words that begin it.
    pub(crate) fn from_library(text: String) -> Self {
        // The server quotes a refused token.
        let text = redact(&text);
        if let Some(engine) = text.strip_prefix("engine: ") {
            let engine = ["signal failure: ", "connection error: "]
                .iter()
                .find_map(|prefix| engine.strip_prefix(prefix))
                .unwrap_or(engine);
            return Self::Engine(EngineError::Connection(engine.to_owned().into()));
        }
        if let Some((reason, message)) = text.strip_prefix("request error: ").and_then(|rest| rest.split_once(" - ")) {
            return Self::Request { reason: request_reason(reason), message: message.to_owned() };
        }
        Self::Internal(text.strip_prefix("room failure: ").map(str::to_owned).unwrap_or(text))
    }
}

fn request_reason(name: &str) -> proto::request_response::Reason {
    use proto::request_response::Reason;
    (0..16)
        .filter_map(|value| Reason::try_from(value).ok())
        .find(|reason| format!("{reason:?}") == name)
        .unwrap_or(Reason::UnclassifiedError)
}

/// An answer's optional error text as a result.
pub(crate) fn check(error: Option<String>) -> RoomResult<()> {
    match error.filter(|text| !text.is_empty()) {
        Some(text) => Err(RoomError::from_library(text)),
        None => Ok(()),
    }
}

/// The same for what the engine does.
pub(crate) fn check_engine(error: Option<String>) -> EngineResult<()> {
    match error.filter(|text| !text.is_empty()) {
        Some(text) => Err(EngineError::Internal(redact(&text).into())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_librarys_words_become_the_official_variants() {
        let refused = RoomError::from_library(
            "engine: signal failure: client error: 401 Unauthorized - no: eyJh.eyJi.c2ln".into(),
        );
        assert_eq!(refused.to_string(), "engine: connection error: client error: 401 Unauthorized - no: <redacted>");
        assert!(matches!(refused, RoomError::Engine(EngineError::Connection(_))));
        let denied = RoomError::from_library("request error: NotAllowed - does not have permission".into());
        assert!(matches!(denied, RoomError::Request { reason: proto::request_response::Reason::NotAllowed, .. }));
    }
}
