//! What a host does about others, and what hosts do about oneself.

use std::sync::Arc;

use livekit::prelude::{Participant, RemoteParticipant, Room, RoomEvent, TrackSource};

use super::Actor;
use crate::error::UiError;
use crate::session::connect::Admission;
use crate::session::message::{Answer, Message};
use crate::session::moderation::{self, Moderation};
use crate::session::people::{self, Hosts};
use crate::session::room_metadata::RoomMetadata;
use crate::session::state::{Asked, Change, Device, Role};

impl Actor {
    /// The room and the right to do something about others in it.
    fn as_host(&self) -> Result<(Admission, Arc<Room>), UiError> {
        let live = self.live.as_ref();
        let admission = live.and_then(|live| live.admission.clone());
        let room = live.and_then(|live| live.room.clone());
        match (admission, room) {
            (Some(admission), Some(room)) if admission.role == Role::Host => Ok((admission, room)),
            (Some(_), Some(_)) => Err(UiError::new("not_host", "Only the host can do this.", "Ask the host to do it.")),
            _ => Err(UiError::new("not_in_session", "You are in no session.", "Create or join one first.")),
        }
    }

    /// Does something about somebody. In an encrypted session, whoever was removed has the old key only.
    pub(super) fn moderate(&self, identity: String, what: Moderation, reply: Answer) {
        let (admission, room) = match self.as_host() {
            Ok(both) => both,
            Err(error) => return drop(reply.send(Err(error))),
        };
        let post = self.post.clone();
        tokio::spawn(async move {
            let result = moderation::moderate(&admission, &room, &identity, what).await;
            tracing::info!(?what, done = result.is_ok(), "moderated");
            let gone = matches!(what, Moderation::Remove | Moderation::KeepOut);
            if result.is_ok() && gone && admission.encryption.is_some() {
                let _ = post.send(Message::RenewKey(Some(identity), reply));
                return;
            }
            let _ = reply.send(result);
        });
    }

    /// Mutes everybody else.
    pub(super) fn mute_all(&self, reply: Answer) {
        match self.as_host() {
            Ok((admission, room)) => drop(tokio::spawn(async move {
                let _ = reply.send(moderation::mute_all(&admission, &room).await);
            })),
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    /// Locks the session, or opens it again. What comes of it is heard from the room, as everybody does.
    pub(super) fn lock_session(&self, locked: bool, reply: Answer) {
        match self.as_host() {
            Ok((admission, _)) => drop(tokio::spawn(async move {
                let Admission { api, session_id, host_key, token, .. } = admission;
                let result = api.lock(&session_id, host_key.as_ref(), &token, locked).await;
                tracing::info!(locked, done = result.is_ok(), "lock");
                let _ = reply.send(result.map_err(UiError::from));
            })),
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    /// A host asks for the microphone or the camera. Only the person switches it on.
    pub(super) fn asked(&mut self, packet: &[u8], from: Option<&RemoteParticipant>) {
        let (Some(live), Some(from), Some(device)) = (&self.live, from, moderation::asked_for(packet)) else { return };
        let (Some(devices), Some(admission)) = (&live.devices, &live.admission) else { return };
        if !live.hosts.has(from) {
            tracing::warn!(?device, "asked for by somebody who is no host: left aside");
            return;
        }
        if !admission.can_publish || devices.sends(device) {
            return;
        }
        let by = people::name(&from.name(), from.identity().as_str());
        let count = self.store.state().asked.as_ref().map_or(0, |before| before.count).wrapping_add(1);
        tracing::info!(?device, "a host asks for it");
        self.store.change(Change::Asked { asked: Some(Asked { device, by, count }) });
    }

    /// What the session server tells the room, as its metadata.
    pub(super) fn room_told(&mut self, metadata: &str) {
        let told = RoomMetadata::read(metadata);
        self.store.change(Change::Locked { locked: told.as_ref().map(|told| told.locked) });
        if let Some(live) = &mut self.live {
            live.hosts = Hosts::of(told);
        }
    }

    /// A track of one's own was muted by a host: then the device is off here too, so that it is known and certain.
    pub(super) fn silenced(&mut self, event: &RoomEvent) {
        let RoomEvent::TrackMuted { participant: Participant::Local(_), publication } = event else { return };
        let device = match publication.source() {
            TrackSource::Microphone => Device::Microphone,
            TrackSource::Camera => Device::Camera,
            TrackSource::Screenshare => Device::Screen,
            _ => return,
        };
        let Some(devices) = self.live.as_mut().and_then(|live| live.devices.as_mut()) else { return };
        // What one muted oneself is off already; what was unmuted meanwhile is not muted.
        if !publication.is_muted() || !devices.sends(device) {
            return;
        }
        tracing::info!(?device, "a host switched it off");
        devices.switch(device, false);
        self.store.change(Change::Silenced { device: Some(device) });
        self.devices_changed();
    }
}
