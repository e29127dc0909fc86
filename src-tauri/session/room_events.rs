//! Where the room's tracks go: pictures to their tiles, sound to the loudspeaker.

use livekit::prelude::{RemoteTrack, RoomEvent};

use super::devices::Devices;
use super::people;
use crate::video::{Frames, TileId, TileSource};

/// Connects and disconnects what `event` says of tracks. After a full reconnect every track is unsubscribed and
/// subscribed again: its old stream is dead, and the new one takes its place here.
pub fn route_media(event: &RoomEvent, frames: &Frames, devices: Option<&Devices>) {
    match event {
        RoomEvent::TrackSubscribed { track, publication, participant } => {
            let identity = participant.identity().to_string();
            match track {
                RemoteTrack::Video(track) => {
                    let tile = TileId { identity, source: people::tile_source(publication.source()) };
                    frames.watch(tile, track.clone());
                }
                RemoteTrack::Audio(track) => {
                    if let Some(devices) = devices {
                        devices.speaker().add(&identity, track.clone());
                    }
                }
            }
        }
        RoomEvent::TrackUnsubscribed { track, publication, participant } => match track {
            RemoteTrack::Video(_) => {
                let source = people::tile_source(publication.source());
                frames.unwatch(&TileId { identity: participant.identity().to_string(), source });
            }
            RemoteTrack::Audio(track) => {
                if let Some(devices) = devices {
                    devices.speaker().remove(&track.sid());
                }
            }
        },
        RoomEvent::ParticipantDisconnected(participant) => {
            for source in [TileSource::Camera, TileSource::Screen] {
                frames.unwatch(&TileId { identity: participant.identity().to_string(), source });
            }
        }
        _ => {}
    }
}
