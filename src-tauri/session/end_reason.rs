//! Why a session ended or a room was not entered, in the UI's terms.

use livekit::{DisconnectReason, RoomError};

use super::state::EndReason;
use crate::error::UiError;

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
    let text = error.to_string().to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["401", "403", "unauthorized", "forbidden", "invalid token", "permission"]) {
        return UiError::new(
            "token_refused",
            "LiveKit refused the access token.",
            "The session server and LiveKit must have the same API key and secret, and clocks that agree.",
        );
    }
    if has(&["404", "not found", "does not exist"]) {
        return UiError::new(
            "room_gone",
            "LiveKit has no room for this session.",
            "It has probably ended: ask the host for a new one.",
        );
    }
    if has(&["timeout", "timed out"]) {
        return UiError::new(
            "livekit_timeout",
            format!("The connection to LiveKit at {host} did not come about in time."),
            "Often a firewall lets no media through: UDP, or TCP to LiveKit's media port, must be open.",
        );
    }
    UiError::new(
        "livekit_unreachable",
        format!("LiveKit at {host} cannot be reached from this computer."),
        "The session server's LIVEKIT_PUBLIC_URL must be an address that reaches LiveKit from here.",
    )
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
    fn a_refused_token_is_told_from_an_unreachable_server() {
        let error = |text: &str| of_connect(&RoomError::Internal(text.into()), "h:7880").code;
        assert_eq!(error("signal failure: client error: 401 - invalid token"), "token_refused");
        assert_eq!(error("Connection refused (os error 111)"), "livekit_unreachable");
        assert_eq!(error("operation timed out"), "livekit_timeout");
    }
}
