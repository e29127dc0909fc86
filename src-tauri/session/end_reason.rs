//! Why a session ended or a room was not entered, in the UI's terms.

use livekit::{DisconnectReason, RoomError};

use super::state::EndReason;
use crate::doctor::{self, Cause};
use crate::error::{Action, UiError};

/// LiveKit's reason as the UI words it.
pub fn of_disconnect(reason: DisconnectReason) -> EndReason {
    match reason {
        DisconnectReason::ClientInitiated => EndReason::Left,
        // Deleting the room is how a session is ended for everyone.
        DisconnectReason::RoomDeleted => EndReason::EndedByHost,
        DisconnectReason::ParticipantRemoved => EndReason::Removed,
        DisconnectReason::DuplicateIdentity => EndReason::DuplicateIdentity,
        DisconnectReason::JoinFailure => EndReason::TokenRefused,
        DisconnectReason::RoomClosed => EndReason::RoomGone,
        DisconnectReason::ServerShutdown => EndReason::ServerShutdown,
        _ => EndReason::ConnectionLost,
    }
}

/// Why LiveKit at `host` did not let in. The SDK gives a text only.
pub fn of_connect(error: &RoomError, host: &str) -> UiError {
    let text = error.to_string();
    if text.contains("transport closed") {
        return closed_at_once(host);
    }
    UiError::of(cause_of_connect(&text), host).offering(Action::RunDoctor)
}

/// The signalling connection was there, and was closed before it was known who is in the room. The SDK does so itself
/// where that is told in more than 16 MB.
fn closed_at_once(host: &str) -> UiError {
    UiError::new(
        "livekit_closed",
        format!("LiveKit at {host} took the connection, and it was closed again at once."),
        "Try again in a moment. If it stays so, tell the host: the names and metadata of people in the session may be \
         too large, which LiveKit's administrator can bound (`limit` in its configuration).",
    )
    .because(
        "Either LiveKit stopped just then, or the people in the session have names, metadata and attributes of more \
         than 16 MB together: so much cannot be received at once.",
    )
    .offering(Action::RunDoctor)
}

fn cause_of_connect(text: &str) -> Cause {
    let text = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["401", "403", "unauthorized", "forbidden", "invalid token", "permission"]) {
        return doctor::cause_of_refused_token(&text).unwrap_or(Cause::LivekitTokenRefused);
    }
    if has(&["404", "does not exist", "room not found"]) {
        return Cause::LivekitRoomMissing;
    }
    if has(&["limit exceeded", "max participants", "429"]) {
        return Cause::LivekitRoomFull;
    }
    if has(&["connection refused"]) {
        return Cause::LivekitNotRunning;
    }
    if has(&["certificate", "unknownissuer", "notvalidforname"]) {
        return Cause::LivekitCertificateBad;
    }
    if has(&["lookup", "dns", "name or service not known"]) {
        return Cause::ServerUrlUnresolved;
    }
    if has(&["200 ok", "not websocket", "upgrade"]) {
        return Cause::WebsocketEaten;
    }
    // The WebSocket was there, and the media did not come about.
    if has(&["peer connection", "pc connection", "ice", "timed out", "timeout"]) && !has(&["signal"]) {
        return Cause::MediaBlocked;
    }
    Cause::LivekitPortFiltered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_out_has_its_reason() {
        for (reason, end) in [
            (DisconnectReason::ClientInitiated, EndReason::Left),
            (DisconnectReason::RoomDeleted, EndReason::EndedByHost),
            (DisconnectReason::ParticipantRemoved, EndReason::Removed),
            (DisconnectReason::DuplicateIdentity, EndReason::DuplicateIdentity),
            (DisconnectReason::JoinFailure, EndReason::TokenRefused),
            (DisconnectReason::RoomClosed, EndReason::RoomGone),
            (DisconnectReason::ServerShutdown, EndReason::ServerShutdown),
            (DisconnectReason::SignalClose, EndReason::ConnectionLost),
            (DisconnectReason::UnknownReason, EndReason::ConnectionLost),
        ] {
            assert_eq!(of_disconnect(reason), end);
        }
    }

    #[test]
    fn what_the_sdk_says_is_sorted() {
        for (text, cause) in [
            ("signal failure: client error: 401 - invalid API key: x", Cause::LivekitKeyUnknown),
            ("signal failure: client error: 401 - no: token signature is invalid", Cause::LivekitSecretWrong),
            ("signal failure: client error: 401 Unauthorized", Cause::LivekitTokenRefused),
            ("client error: 404 Not Found - requested room does not exist", Cause::LivekitRoomMissing),
            ("ws failure: IO error: Connection refused (os error 111)", Cause::LivekitNotRunning),
            ("signal failure: timeout", Cause::LivekitPortFiltered),
            ("timed out", Cause::MediaBlocked),
        ] {
            assert_eq!(cause_of_connect(text), cause, "{text}");
        }
        let error = of_connect(&RoomError::Internal("engine: signal failure: transport closed".into()), "h:7880");
        assert!(error.code == "livekit_closed" && error.why.is_some_and(|why| why.contains("16 MB")));
        let error = of_connect(&RoomError::Internal("Connection refused".into()), "h:7880");
        assert!(error.message.contains("h:7880") && error.action == Some(Action::RunDoctor));
    }
}
