//! The way back into a room that was lost: with a new token where the session server gives one, else with the old one.

#[cfg(all(test, target_os = "linux"))]
mod tests;

use std::time::Duration;

use livekit::prelude::{Room, RoomEvent};
use secrecy::ExposeSecret;
use tokio::sync::mpsc;

use super::connect::{Admission, admission_of, room_options};
use super::connection::Setback;
use super::state::{EndReason, Role};
use super::token;
use crate::api::ApiError;

/// Longest that the session server may take: with the old token there is another way.
const API_TIMEOUT: Duration = Duration::from_secs(5);

/// Longest that an attempt to enter the room may take. Where LiveKit can be reached it takes less than one second.
const JOIN_TIMEOUT: Duration = Duration::from_secs(10);

/// In the room again.
pub struct Entered {
    /// By which right.
    pub admission: Admission,
    /// The room.
    pub room: Room,
    /// What happens in it.
    pub events: mpsc::UnboundedReceiver<RoomEvent>,
}

/// Enters the room of `old` anew, as who one was in it.
///
/// # Errors
/// Whether trying again makes sense.
pub async fn enter(old: &Admission, name: &str) -> Result<Entered, Setback> {
    let admission = admission(old, name).await?;
    let mut options = room_options(&admission);
    // The attempts are counted here.
    options.join_retries = 0;
    let connect = Room::connect(admission.livekit.as_str(), admission.token.expose_secret(), options);
    match tokio::time::timeout(JOIN_TIMEOUT, connect).await {
        Ok(Ok((room, events))) => Ok(Entered { admission, room, events }),
        Ok(Err(error)) => {
            // The room may have to be made again first, and a server that starts refuses at first.
            tracing::info!(%error, "LiveKit does not let in again yet");
            Err(Setback::Again)
        }
        Err(_) => {
            tracing::info!("LiveKit does not let in again in time");
            Err(Setback::Again)
        }
    }
}

/// A right to enter: a new one under the same identity, so that nobody is there twice.
async fn admission(old: &Admission, name: &str) -> Result<Admission, Setback> {
    let lasts = token::lasts(&old.token);
    if lasts && old.role == Role::Host && old.host_key.is_none() {
        // An older service would let in as a viewer only.
        return Ok(old.clone());
    }
    let join = old.api.join_again(&old.session_id, name, old.host_key.as_ref(), &old.token);
    let joined = match tokio::time::timeout(API_TIMEOUT, join).await {
        Ok(Ok(joined)) => joined,
        Ok(Err(error)) => return refused(&error, old, lasts),
        Err(_) => return refused(&ApiError::TimedOut { host: old.api.base().host() }, old, lasts),
    };
    let Ok(new) = admission_of(old.api.clone(), joined, old.host_key.clone()) else {
        return if lasts { Ok(old.clone()) } else { Err(Setback::Again) };
    };
    if new.identity != old.identity && new.livekit == old.livekit && lasts {
        // A service that gives everybody a new identity: the old connection may not have ended for the others yet, and
        // they would see two of the same name.
        return Ok(old.clone());
    }
    Ok(Admission {
        session_id: old.session_id.clone(),
        title: old.title.clone(),
        encryption: old.encryption.clone(),
        ..new
    })
}

/// The session server gave no token. As long as the old one is good, the call goes on without it.
fn refused(error: &ApiError, old: &Admission, lasts: bool) -> Result<Admission, Setback> {
    tracing::info!(code = error.code(), lasts, "no new token");
    match error.code() {
        "session_ended" => Err(Setback::Over(EndReason::EndedByHost)),
        _ if lasts => Ok(old.clone()),
        "session_not_found" => Err(Setback::Over(EndReason::RoomGone)),
        "host_proof_required" | "forbidden" | "sign_in_required" | "lobby_not_supported" => {
            Err(Setback::Over(EndReason::TokenRefused))
        }
        _ => Err(Setback::Again),
    }
}
