//! Where the room's tracks go: pictures to their tiles, sound to the loudspeaker.

use std::sync::Arc;

use livekit::e2ee::EncryptionType;
use livekit::prelude::{RemoteTrack, RoomEvent, TrackSid, TrackSource};

use super::devices::Devices;
use super::people;
use super::received::{Received, is_too_large};
use crate::video::{Frames, TileId};

/// Hears that a picture is too large to be received: its tile, track, width and height.
pub type TooLarge = Arc<dyn Fn(TileId, TrackSid, (u32, u32)) + Send + Sync>;

/// Where tracks go.
pub struct Places<'a> {
    /// To the tiles.
    pub frames: &'a Frames,
    /// To the loudspeaker.
    pub devices: Option<&'a Devices>,
    /// What is received.
    pub received: &'a mut Received,
    /// While the connection is lost, the last pictures of tracks that go stay.
    pub keep: bool,
    /// Without a key, encrypted tracks are left aside: they would be played as noise.
    pub has_key: bool,
    /// Told on another thread.
    pub too_large: TooLarge,
}

impl Places<'_> {
    /// Connects and disconnects what `event` says of tracks. After a full reconnect every track is unsubscribed and
    /// subscribed again: its old stream is dead, and the new one takes its place here.
    pub fn route(self, event: &RoomEvent) {
        let Self { frames, devices, received, keep, has_key, too_large } = self;
        let gone = |tile| if keep { frames.hold(&tile) } else { frames.unwatch(&tile) };
        match event {
            RoomEvent::TrackSubscribed { publication, .. }
                if !has_key && publication.encryption_type() != EncryptionType::None =>
            {
                tracing::info!("a track is encrypted, and there is no key for it");
            }
            RoomEvent::TrackSubscribed { track, publication, participant } => match track {
                RemoteTrack::Video(track) => {
                    let tile = people::tile(participant, publication.source());
                    if received.picture(&tile, publication.clone()) {
                        let (of, sid) = (tile.clone(), track.sid());
                        frames.watch(tile, track.clone(), move |width, height| {
                            let refused = is_too_large(width, height);
                            if refused {
                                too_large(of.clone(), sid.clone(), (width, height));
                            }
                            !refused
                        });
                    }
                }
                RemoteTrack::Audio(track) => {
                    let identity = people::key(participant.identity().as_str());
                    if let Some(devices) = devices
                        && received.sound(&identity, publication)
                    {
                        devices.speaker().add(&identity, track.clone());
                    }
                }
            },
            RoomEvent::TrackUnsubscribed { track, publication, participant } => match track {
                RemoteTrack::Video(track) => {
                    let tile = people::tile(participant, publication.source());
                    if received.picture_gone(&tile, &track.sid()) {
                        gone(tile);
                    }
                }
                RemoteTrack::Audio(track) => {
                    received.sound_gone(&people::key(participant.identity().as_str()), &track.sid());
                    if let Some(devices) = devices {
                        devices.speaker().remove(&track.sid());
                    }
                }
            },
            RoomEvent::TrackUnpublished { publication, .. } => received.unpublished(&publication.sid()),
            RoomEvent::ParticipantDisconnected(participant) => {
                received.left(&people::key(participant.identity().as_str()));
                for source in [TrackSource::Camera, TrackSource::Screenshare] {
                    gone(people::tile(participant, source));
                }
            }
            _ => {}
        }
    }
}
