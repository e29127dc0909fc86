//! Asks the SDK for its counters and makes a sample of them.

use std::collections::HashMap;

use futures_util::future::join_all;
use livekit::prelude::{
    LocalTrack, RemoteTrack, Room, RoomResult, StreamState, TrackDimension, TrackKind, TrackSource,
};
use livekit::webrtc::stats::RtcStats;

use super::MAX_TRACKS;
use super::measure::{ConnectionCounters, Counters, Known, Measured, percent, tenth};
use super::tick::StatisticsTick;
use super::types::{Direction, Limit, Origin, TrackInfo, TrackSample};
use crate::session::health::{Observation, is_worse};
use crate::session::people;

/// Fewer packets than this in two seconds say nothing about loss.
const ENOUGH_PACKETS: f64 = 20.0;

/// Loss, per cent, from which a picture that stands still is the connection's fault and not its sender's.
const FREEZING_LOSS: f64 = 2.0;

/// Remembers what was counted at the sample before.
#[derive(Default)]
pub struct Sampler {
    connection: ConnectionCounters,
    tracks: HashMap<(Direction, String), Counters>,
}

/// A track to be asked.
struct Asked {
    info: TrackInfo,
    known: Known,
    track: Either,
}

enum Either {
    Local(LocalTrack),
    Remote(RemoteTrack),
}

impl Either {
    async fn stats(&self) -> RoomResult<Vec<RtcStats>> {
        match self {
            Self::Local(LocalTrack::Audio(track)) => track.get_stats().await,
            Self::Local(LocalTrack::Video(track)) => track.get_stats().await,
            Self::Remote(RemoteTrack::Audio(track)) => track.get_stats().await,
            Self::Remote(RemoteTrack::Video(track)) => track.get_stats().await,
        }
    }
}

impl Sampler {
    /// The sample of this number, and what it says about the connection.
    pub async fn take(&mut self, room: &Room, number: u32) -> (StatisticsTick, Observation) {
        let asked = tracks(room);
        let (session, reports) =
            tokio::join!(room.get_stats(), join_all(asked.iter().map(|asked| asked.track.stats())));
        let (sending, receiving) =
            session.map(|session| (session.publisher_stats, session.subscriber_stats)).unwrap_or_default();
        let mut connection = self.connection.measure(&sending, &receiving);
        connection.number = number;
        let mut before = std::mem::take(&mut self.tracks);
        let mut sums: HashMap<Direction, Packets> = HashMap::new();
        let mut persons: HashMap<String, Packets> = HashMap::new();
        let mut observation = Observation::default();
        let (mut held, mut paused, mut frozen) = (false, false, false);
        let mut samples = Vec::with_capacity(asked.len());
        for (Asked { mut info, known, .. }, report) in asked.into_iter().zip(reports) {
            let key = (info.direction, info.id.clone());
            let mut counters = before.remove(&key).unwrap_or_default();
            // A track that ends meanwhile has no report.
            let Measured { mut point, codec, packets, lost } = counters.measure(&report.unwrap_or_default(), known);
            self.tracks.insert(key, counters);
            point.number = number;
            info.codec = codec;
            sums.entry(info.direction).or_default().add(packets, lost);
            if info.direction == Direction::Received {
                persons.entry(info.identity.clone()).or_default().add(packets, lost);
            }
            held |= point.limit == Limit::Bandwidth;
            paused |= point.paused;
            frozen |= point.freezes > 0;
            samples.push(TrackSample { track: info, point });
        }
        let loss = |direction| sums.get(&direction).and_then(Packets::loss);
        let (sent, received) = (loss(Direction::Sent), loss(Direction::Received));
        connection.loss_sent = sent.map(tenth);
        connection.loss_received = received.map(tenth);
        observation.loss_sent = connection.loss_sent;
        observation.round_trip_ms = connection.round_trip_ms;
        observation.held_to_kbps = connection.available_kbps.filter(|_| held);
        observation.starved = paused || (frozen && received.is_some_and(|loss| loss >= FREEZING_LOSS));
        observation.own = people::quality(room.local_participant().connection_quality());
        let others = room.remote_participants().into_values();
        observation.others = others
            .map(|other| (people::key(other.identity().as_str()), people::quality(other.connection_quality())))
            .collect();
        observation.loss_received = own_loss(&persons, &observation).map(tenth);
        (StatisticsTick { connection, tracks: samples }, observation)
    }
}

/// What of the loss received is the own connection's. LiveKit passes on with their gaps what it received with gaps:
/// whose connection LiveKit calls worse than the own one lost it on the way there. And what is lost on the way here
/// hits everybody's packets: the least tells.
fn own_loss(persons: &HashMap<String, Packets>, seen: &Observation) -> Option<f64> {
    let worse =
        |identity: &str| seen.others.iter().any(|(other, quality)| other == identity && is_worse(*quality, seen.own));
    let losses = persons.iter().filter(|(identity, _)| !worse(identity)).filter_map(|(_, packets)| packets.loss());
    losses.reduce(f64::min)
}

/// Packets of a span.
#[derive(Clone, Copy, Debug, Default)]
struct Packets {
    all: f64,
    lost: f64,
}

impl Packets {
    fn add(&mut self, all: f64, lost: f64) {
        self.all += all;
        self.lost += lost;
    }

    /// Per cent; none of too few.
    fn loss(&self) -> Option<f64> {
        (self.all >= ENOUGH_PACKETS).then(|| percent(self.lost, self.all))
    }
}

/// The tracks to ask: the own ones, then the others' by time of joining, up to the most that are sampled.
fn tracks(room: &Room) -> Vec<Asked> {
    let local = room.local_participant();
    let own = local.track_publications().into_values().filter_map(|publication| {
        let info = TrackInfo {
            id: publication.sid().to_string(),
            identity: people::key(local.identity().as_str()),
            name: people::name(&local.name(), local.identity().as_str()),
            source: origin(publication.source(), publication.kind()),
            direction: Direction::Sent,
            codec: String::new(),
        };
        Some(Asked { info, known: Known::default(), track: Either::Local(publication.track()?) })
    });
    let mut others: Vec<_> = room.remote_participants().into_values().collect();
    others.sort_by_cached_key(|participant| (participant.joined_at(), participant.identity().to_string()));
    let theirs = others.iter().flat_map(|participant| {
        let id = participant.identity();
        let (identity, name) = (people::key(id.as_str()), people::name(&participant.name(), id.as_str()));
        participant.track_publications().into_values().filter_map(move |publication| {
            let track = publication.track()?;
            let info = TrackInfo {
                id: publication.sid().to_string(),
                identity: identity.clone(),
                name: name.clone(),
                source: origin(publication.source(), publication.kind()),
                direction: Direction::Received,
                codec: String::new(),
            };
            let TrackDimension(_, full_height) = publication.dimension();
            let paused = match &track {
                RemoteTrack::Video(track) => track.stream_state() == StreamState::Paused,
                RemoteTrack::Audio(_) => false,
            };
            let known = Known { full_height, simulcast: publication.simulcasted(), paused };
            Some(Asked { info, known, track: Either::Remote(track) })
        })
    });
    let mut all: Vec<_> = own.collect();
    all.sort_by_key(|asked| asked.info.source);
    all.extend(theirs);
    all.truncate(MAX_TRACKS);
    all
}

fn origin(source: TrackSource, kind: TrackKind) -> Origin {
    match (source, kind) {
        (TrackSource::Camera, _) | (TrackSource::Unknown, TrackKind::Video) => Origin::Camera,
        (TrackSource::Microphone, _) | (TrackSource::Unknown, TrackKind::Audio) => Origin::Microphone,
        (TrackSource::Screenshare, _) => Origin::Screen,
        (TrackSource::ScreenshareAudio, _) => Origin::ScreenSound,
    }
}
