//! Who is in the room, as the UI lists them.

use livekit::prelude::{ConnectionQuality, RemoteParticipant, Room, TrackSource};

use super::state::{Participant, Quality, Role, TrackState};
use crate::video::TileSource;

/// The attribute by which a host's app tells the others' who is the host. It is for show: what a host may do is in its
/// token.
pub const ROLE_ATTRIBUTE: &str = "role";

/// Its value for a host.
pub const HOST_ROLE: &str = "host";

/// Everybody in the room: `me` first, then the others by time of joining.
pub fn list(room: &Room, me: Participant) -> Vec<Participant> {
    let mut others: Vec<_> = room.remote_participants().into_values().collect();
    others.sort_by_cached_key(|participant| (participant.joined_at(), participant.identity().to_string()));
    let local = room.local_participant();
    let me = Participant { speaking: local.is_speaking(), quality: quality(local.connection_quality()), ..me };
    std::iter::once(me).chain(others.iter().map(other)).collect()
}

fn other(participant: &RemoteParticipant) -> Participant {
    let identity = participant.identity().to_string();
    let name = participant.name();
    let host = participant.attributes().get(ROLE_ATTRIBUTE).is_some_and(|role| role == HOST_ROLE);
    let mut person = Participant {
        name: if name.is_empty() { identity.clone() } else { name },
        identity,
        role: if host { Role::Host } else { Role::Viewer },
        is_local: false,
        speaking: participant.is_speaking(),
        microphone: TrackState::Off,
        camera: TrackState::Off,
        screen: TrackState::Off,
        quality: quality(participant.connection_quality()),
    };
    for publication in participant.track_publications().into_values() {
        let state = if publication.is_muted() { TrackState::Muted } else { TrackState::On };
        match publication.source() {
            TrackSource::Microphone => person.microphone = state,
            TrackSource::Screenshare => person.screen = state,
            TrackSource::ScreenshareAudio => {}
            TrackSource::Camera => person.camera = state,
            // Peers that do not say what a track is.
            TrackSource::Unknown if publication.kind() == livekit::prelude::TrackKind::Audio => {
                person.microphone = state
            }
            TrackSource::Unknown => person.camera = state,
        }
    }
    person
}

/// Which tile shows a video track of this source.
pub fn tile_source(source: TrackSource) -> TileSource {
    match source {
        TrackSource::Screenshare => TileSource::Screen,
        _ => TileSource::Camera,
    }
}

fn quality(quality: ConnectionQuality) -> Quality {
    match quality {
        ConnectionQuality::Excellent => Quality::Good,
        ConnectionQuality::Good => Quality::Fair,
        ConnectionQuality::Poor => Quality::Poor,
        ConnectionQuality::Lost => Quality::Lost,
    }
}
