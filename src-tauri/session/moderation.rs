//! What a host does about others: calls to LiveKit's RoomService with the host's own token, which LiveKit checks. So it
//! works with every session server.

use std::time::Duration;

use livekit::prelude::{DataPacket, RemoteParticipant, Room, TrackKind, TrackSource};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use specta::Type;

use super::connect::Admission;
use super::hands::HAND_ATTRIBUTE;
use super::state::Device;
use super::{people, token};
use crate::doctor::http_url;
use crate::error::{Action, UiError};
use crate::http_client;

/// By which a host's app asks another's: JSON, `{"device":"microphone"}` or `camera`.
pub const ASK_TOPIC: &str = "donfra.ask";

/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(8);

/// Something a host does about somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Moderation {
    /// Mutes the microphone. The person can switch it on again; nobody else can.
    Mute,
    /// Switches the camera off, likewise.
    StopCamera,
    /// Ends the screen share, likewise.
    StopScreen,
    /// Asks for the microphone. Only the person can switch it on.
    AskToUnmute,
    /// Asks for the camera, likewise.
    AskForCamera,
    /// Lowers the hand.
    LowerHand,
    /// Takes the person out of the session.
    Remove,
    /// Takes the person out and lets them not in again. Only the session server can, where it knows how.
    KeepOut,
}

/// Does it. `identity` is as the UI knows it.
///
/// # Errors
/// The person is not there, LiveKit refuses, or it is not reached.
pub async fn moderate(admission: &Admission, room: &Room, identity: &str, what: Moderation) -> Result<(), UiError> {
    let found = room.remote_participants().into_values().find(|one| people::key(one.identity().as_str()) == identity);
    let person = found.ok_or_else(not_there)?;
    let mut body = json!({ "room": admission.session_id, "identity": person.identity().as_str() });
    let method = match what {
        Moderation::KeepOut => return keep_out(admission, person.identity().as_str()).await,
        Moderation::AskToUnmute => return ask(room, &person, Device::Microphone).await,
        Moderation::AskForCamera => return ask(room, &person, Device::Camera).await,
        Moderation::Remove => "RemoveParticipant",
        Moderation::LowerHand => {
            body["attributes"] = json!({ HAND_ATTRIBUTE: "" });
            "UpdateParticipant"
        }
        Moderation::Mute | Moderation::StopCamera | Moderation::StopScreen => {
            // Off already is as wanted.
            let Some(track) = track(&person, what) else { return Ok(()) };
            body["track_sid"] = Value::from(track);
            body["muted"] = Value::from(true);
            "MutePublishedTrack"
        }
    };
    call(admission, method, &body).await
}

/// What somebody is asked for, as it is sent.
#[derive(Serialize, Deserialize)]
struct Ask {
    device: Device,
}

async fn ask(room: &Room, person: &RemoteParticipant, device: Device) -> Result<(), UiError> {
    let failed =
        || UiError::new("not_asked", "The question did not get through.", "Try again.").offering(Action::TryAgain);
    let payload = serde_json::to_vec(&Ask { device }).map_err(|_| failed())?;
    let packet = DataPacket {
        payload,
        topic: Some(ASK_TOPIC.into()),
        reliable: true,
        destination_identities: vec![person.identity()],
    };
    let sent = tokio::time::timeout(TIMEOUT, room.local_participant().publish_data(packet)).await;
    match sent {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            tracing::warn!(%error, "somebody was not asked");
            Err(failed())
        }
        Err(_) => Err(failed()),
    }
}

/// Which device a packet of [`ASK_TOPIC`] asks for; none where it is no such packet.
pub fn asked_for(packet: &[u8]) -> Option<Device> {
    let Ask { device } = serde_json::from_slice(packet).ok()?;
    matches!(device, Device::Microphone | Device::Camera).then_some(device)
}

async fn keep_out(admission: &Admission, identity: &str) -> Result<(), UiError> {
    let Admission { api, session_id, host_key, token, .. } = admission;
    match api.keep_out(session_id, host_key.as_ref(), token, identity).await {
        Err(error) if error.code() == "participant_not_found" => Err(not_there()),
        result => Ok(result?),
    }
}

/// Mutes everybody whose microphone is on.
///
/// # Errors
/// The first that there was; the others are muted all the same.
pub async fn mute_all(admission: &Admission, room: &Room) -> Result<(), UiError> {
    let mut result = Ok(());
    for person in room.remote_participants().into_values() {
        if track(&person, Moderation::Mute).is_some() {
            let muted = moderate(admission, room, &people::key(person.identity().as_str()), Moderation::Mute).await;
            // Who left meanwhile is silent, too.
            if muted.as_ref().is_err_and(|error| error.code != "person_not_there") {
                result = result.and(muted);
            }
        }
    }
    result
}

/// The id of the track that this is about, if it is on.
fn track(person: &RemoteParticipant, what: Moderation) -> Option<String> {
    let publications = person.track_publications().into_values();
    let mut on = publications.filter(|publication| !publication.is_muted());
    on.find(|publication| {
        matches!(
            (what, publication.source(), publication.kind()),
            (Moderation::Mute, TrackSource::Microphone, _)
                | (Moderation::Mute, TrackSource::Unknown, TrackKind::Audio)
                | (Moderation::StopCamera, TrackSource::Camera, _)
                | (Moderation::StopCamera, TrackSource::Unknown, TrackKind::Video)
                | (Moderation::StopScreen, TrackSource::Screenshare, _)
        )
    })
    .map(|publication| publication.sid().to_string())
}

async fn call(admission: &Admission, method: &str, body: &Value) -> Result<(), UiError> {
    let url = http_url(&admission.livekit, &format!("twirp/livekit.RoomService/{method}"));
    let bearer = bearer(admission).await?;
    let http = http_client::build(|| {
        let builder = reqwest::Client::builder().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none());
        if crate::address::is_loopback(&url) { builder.no_proxy() } else { builder }
    });
    let request = http.post(url.clone()).bearer_auth(bearer.expose_secret()).json(body);
    let failed = || {
        UiError::new("livekit_not_reached", "LiveKit did not take it: it is not reached.", "Try again.")
            .offering(Action::TryAgain)
    };
    let response = request.send().await.map_err(|error| {
        tracing::warn!(error = %error.without_url(), method, "LiveKit's RoomService");
        failed()
    })?;
    match response.status().as_u16() {
        200..=299 => Ok(()),
        401 | 403 => Err(UiError::new(
            "not_host",
            "LiveKit does not let you do this.",
            "Only the session's host may. Leave and join again, if you are.",
        )),
        404 => Err(not_there()),
        status => {
            tracing::warn!(status, method, "LiveKit's RoomService");
            Err(failed())
        }
    }
}

/// A token that is good now.
async fn bearer(admission: &Admission) -> Result<SecretString, UiError> {
    if token::lasts(&admission.token) {
        return Ok(admission.token.clone());
    }
    let Admission { api, session_id, host_key, token, .. } = admission;
    let joined = api.join_again(session_id, "host", host_key.as_ref(), token).await?;
    Ok(joined.access_token)
}

fn not_there() -> UiError {
    UiError::new("person_not_there", "This person is not in the session any more.", "There is nothing to do.")
}
