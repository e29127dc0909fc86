//! The own hand, up or down.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use livekit::prelude::LocalParticipant;

use super::Actor;
use crate::error::UiError;
use crate::session::hands::HAND_ATTRIBUTE;
use crate::session::message::Answer;
use crate::session::state::Phase;

/// Longest that LiveKit may take to tell the others.
const TIMEOUT: Duration = Duration::from_secs(5);

impl Actor {
    /// Raises or lowers the own hand. It shows when LiveKit has it, as it does to the others.
    pub(super) fn raise_hand(&self, up: bool, reply: Answer) {
        let room = self.live.as_ref().and_then(|live| live.room.clone());
        let Some(room) = room.filter(|_| self.store.state().phase == Phase::Connected) else {
            let error =
                UiError::new("not_connected", "You are not connected.", "Try again when the connection is back.");
            let _ = reply.send(Err(error));
            return;
        };
        tokio::spawn(async move {
            let _ = reply.send(show(&room.local_participant(), up.then(now_ms)).await);
        });
    }
}

/// Tells everyone since when the own hand is up; none: it is down.
async fn show(participant: &LocalParticipant, since: Option<u64>) -> Result<(), UiError> {
    let value = since.map(|at| at.to_string()).unwrap_or_default();
    let attributes = HashMap::from([(HAND_ATTRIBUTE.to_owned(), value)]);
    let refused = match tokio::time::timeout(TIMEOUT, participant.set_attributes(attributes)).await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "timed out".to_owned(),
    };
    tracing::warn!(refused, "the hand");
    let may = participant.permission().is_none_or(|permission| permission.can_update_metadata);
    Err(if may {
        UiError::new("hand_not_told", "The others could not be told of your hand.", "Try again.")
    } else {
        UiError::new(
            "may_not_raise_hand",
            "This session does not let you raise your hand.",
            "Write in the chat instead.",
        )
    })
}

/// Now, ms since 1970.
pub(super) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
