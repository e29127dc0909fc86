//! Who is in the room, as the UI lists them.

use std::hash::{DefaultHasher, Hash, Hasher};

use livekit::prelude::{ConnectionQuality, RemoteParticipant, Room, TrackSource};

use super::received::Received;
use super::room_metadata::RoomMetadata;
use super::state::{Participant, Quality, Role, TrackState};
use super::text::shown;
use super::{hands, health};
use crate::video::{TileId, TileSource};

/// Longest name shown, in characters.
const MAX_NAME: usize = 100;

/// Longest identity that is passed on as it is, in bytes: what LiveKit servers take unless they are told otherwise.
const MAX_IDENTITY: usize = 256;

/// The attribute by which a host's app tells the others' who is the host, where the session server does not tell. It is
/// for show: what a host may do is in its token.
pub const ROLE_ATTRIBUTE: &str = "role";

/// Its value for a host.
pub const HOST_ROLE: &str = "host";

/// Everybody in the room: `me` first, whose quality is the own measures', whose hand is up where it was before the room
/// was entered anew, then the others by time of joining.
pub fn list(room: &Room, me: Participant, hosts: &Hosts, received: &Received) -> Vec<Participant> {
    let mut others: Vec<_> = room.remote_participants().into_values().collect();
    others.sort_by_cached_key(|participant| (participant.joined_at(), participant.identity().to_string()));
    let local = room.local_participant();
    let quality = health::worse(quality(local.connection_quality()), me.quality);
    let hand_raised_at = hands::claimed(&local.attributes()).or(me.hand_raised_at);
    let me = Participant { speaking: local.is_speaking(), quality, hand_raised_at, ..me };
    std::iter::once(me).chain(others.iter().map(|participant| other(participant, hosts, received))).collect()
}

/// The list while the connection is lost, and shortly after: who is missing in it stays as before, and so do tracks that
/// are not back yet.
pub fn keep(before: &[Participant], mut now: Vec<Participant>) -> Vec<Participant> {
    for old in before.iter().filter(|old| !old.is_local) {
        match now.iter_mut().find(|person| person.identity == old.identity) {
            Some(person) => {
                for (track, was) in [
                    (&mut person.microphone, old.microphone),
                    (&mut person.camera, old.camera),
                    (&mut person.screen, old.screen),
                ] {
                    if *track == TrackState::Off {
                        *track = was;
                    }
                }
                person.hand_raised_at = person.hand_raised_at.or(old.hand_raised_at);
                // A host says who it is a moment after it came.
                if old.role == Role::Host {
                    person.role = Role::Host;
                }
            }
            None => now.push(Participant { speaking: false, ..old.clone() }),
        }
    }
    now
}

fn other(participant: &RemoteParticipant, hosts: &Hosts, received: &Received) -> Participant {
    let identity = key(participant.identity().as_str());
    let attributes = participant.attributes();
    let host = hosts.has(participant);
    let mut person = Participant {
        name: name(&participant.name(), &identity),
        identity,
        role: if host { Role::Host } else { Role::Viewer },
        is_local: false,
        speaking: participant.is_speaking(),
        microphone: TrackState::Off,
        camera: TrackState::Off,
        screen: TrackState::Off,
        quality: quality(participant.connection_quality()),
        hand_raised_at: hands::claimed(&attributes),
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
    for (track, source) in [(&mut person.camera, TrackSource::Camera), (&mut person.screen, TrackSource::Screenshare)] {
        if *track == TrackState::On && received.is_too_large(&tile(participant, source)) {
            *track = TrackState::TooLarge;
        }
    }
    person
}

/// Who is a host: whom the session server names, and where it names nobody, who says so.
#[derive(Default)]
pub struct Hosts(Option<Vec<String>>);

impl Hosts {
    /// As the room's metadata have it.
    pub fn of(told: Option<RoomMetadata>) -> Self {
        Self(told.map(|told| told.hosts))
    }

    /// Whether this is one.
    pub fn has(&self, participant: &RemoteParticipant) -> bool {
        match &self.0 {
            Some(hosts) => hosts.iter().any(|host| host == participant.identity().as_str()),
            None => participant.attributes().get(ROLE_ATTRIBUTE).is_some_and(|role| role == HOST_ROLE),
        }
    }
}

/// By what a participant is known here: the identity, or where it is too long for anything, its beginning and a hash.
pub fn key(identity: &str) -> String {
    if identity.len() <= MAX_IDENTITY {
        return identity.to_owned();
    }
    let mut hash = DefaultHasher::new();
    identity.hash(&mut hash);
    format!("{}…{:016x}", &identity[..identity.floor_char_boundary(MAX_IDENTITY / 2)], hash.finish())
}

/// What a participant is called: the name, else the identity, else a stranger.
pub fn name(name: &str, identity: &str) -> String {
    let names = [name, identity].map(|text| shown(text, MAX_NAME));
    names.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| "Guest".into())
}

/// Which tile shows a video track of this participant and source.
pub fn tile(participant: &RemoteParticipant, source: TrackSource) -> TileId {
    TileId { identity: key(participant.identity().as_str()), source: tile_source(source) }
}

/// Which tile shows a video track of this source.
fn tile_source(source: TrackSource) -> TileSource {
    match source {
        TrackSource::Screenshare => TileSource::Screen,
        _ => TileSource::Camera,
    }
}

/// As LiveKit sees it.
pub fn quality(quality: ConnectionQuality) -> Quality {
    match quality {
        ConnectionQuality::Excellent => Quality::Good,
        ConnectionQuality::Good => Quality::Fair,
        ConnectionQuality::Poor => Quality::Poor,
        ConnectionQuality::Lost => Quality::Lost,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_vanishes_while_the_connection_is_lost() {
        let person = |identity: &str, camera| Participant {
            identity: identity.into(),
            name: identity.into(),
            role: Role::Viewer,
            is_local: identity == "me",
            speaking: false,
            microphone: TrackState::Off,
            camera,
            screen: TrackState::Off,
            quality: Quality::Unknown,
            hand_raised_at: None,
        };
        let before = [person("me", TrackState::On), person("ada", TrackState::On), person("bob", TrackState::On)];
        let now = vec![person("me", TrackState::Off), person("ada", TrackState::Off), person("eve", TrackState::Muted)];
        let kept = keep(&before, now);
        let seen: Vec<_> = kept.iter().map(|person| (person.identity.as_str(), person.camera)).collect();
        let expected =
            [("me", TrackState::Off), ("ada", TrackState::On), ("eve", TrackState::Muted), ("bob", TrackState::On)];
        assert_eq!(seen, expected);
    }

    #[test]
    fn everybody_has_a_name_that_fits() {
        assert_eq!(name(" Ada ", "ada-1"), "Ada");
        assert_eq!(name("\u{202e}\u{200b}", "ada-1"), "ada-1");
        assert_eq!(name("", "\u{3164}"), "Guest");
        assert_eq!(name(&"<b>".repeat(500_000), "x").chars().count(), MAX_NAME + 1);
    }

    #[test]
    fn long_identities_stay_apart() {
        assert_eq!(key("ada-1"), "ada-1");
        let long = |end: &str| key(&format!("{}{end}", "ä".repeat(500_000)));
        assert_ne!(long("a"), long("b"));
        assert!(long("a").len() <= MAX_IDENTITY);
    }
}
