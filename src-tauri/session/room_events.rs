//! Where the room's tracks go: pictures to their tiles, sound to the loudspeaker.

use livekit::e2ee::EncryptionType;
use livekit::prelude::{RemoteTrack, RoomEvent, TrackSource};

use super::devices::Devices;
use super::people;
use crate::video::Frames;

/// Connects and disconnects what `event` says of tracks. After a full reconnect every track is unsubscribed and
/// subscribed again: its old stream is dead, and the new one takes its place here. With `keep`, which is while the
/// connection is lost, the last pictures of tracks that go stay. Without a key, encrypted tracks are left aside: they would
/// be played as noise.
pub fn route_media(event: &RoomEvent, frames: &Frames, devices: Option<&Devices>, keep: bool, has_key: bool) {
    let gone = |tile| if keep { frames.hold(&tile) } else { frames.unwatch(&tile) };
    match event {
        RoomEvent::TrackSubscribed { publication, .. }
            if !has_key && publication.encryption_type() != EncryptionType::None =>
        {
            tracing::info!("a track is encrypted, and there is no key for it");
        }
        RoomEvent::TrackSubscribed { track, publication, participant } => match track {
            RemoteTrack::Video(track) => {
                frames.watch(people::tile(participant, publication.source()), track.clone());
            }
            RemoteTrack::Audio(track) => {
                if let Some(devices) = devices {
                    devices.speaker().add(&people::key(participant.identity().as_str()), track.clone());
                }
            }
        },
        RoomEvent::TrackUnsubscribed { track, publication, participant } => match track {
            RemoteTrack::Video(_) => gone(people::tile(participant, publication.source())),
            RemoteTrack::Audio(track) => {
                if let Some(devices) = devices {
                    devices.speaker().remove(&track.sid());
                }
            }
        },
        RoomEvent::ParticipantDisconnected(participant) => {
            for source in [TrackSource::Camera, TrackSource::Screenshare] {
                gone(people::tile(participant, source));
            }
        }
        _ => {}
    }
}
