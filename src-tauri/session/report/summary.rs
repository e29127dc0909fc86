//! Ten minutes in a few numbers.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use crate::session::journal::word;
use crate::session::statistics::types::{
    ConnectionPoint, Direction, Layer, Limit, Origin, Path, Statistics, TrackPoint, TrackSeries,
};

/// A figure: what it usually was, and what it was at its lowest and highest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    /// In the middle of all samples.
    pub median: f32,
    /// The lowest.
    pub least: f32,
    /// The highest.
    pub most: f32,
}

impl Spread {
    /// None of no values.
    fn of(values: impl Iterator<Item = f32>) -> Option<Self> {
        let mut values: Vec<f32> = values.collect();
        values.sort_by(f32::total_cmp);
        Some(Self { median: *values.get(values.len() / 2)?, least: *values.first()?, most: *values.last()? })
    }
}

impl Display for Spread {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} to {})", self.median, self.least, self.most)
    }
}

/// Writes a figure that is there.
fn put(f: &mut Formatter<'_>, name: &str, value: Option<Spread>, unit: &str) -> fmt::Result {
    value.map_or(Ok(()), |value| write!(f, "; {name} {value} {unit}"))
}

/// The connection.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ConnectionSummary {
    /// How long it was looked at, s.
    pub seconds: u32,
    /// The way that is sent on, last seen.
    pub sending: Option<Path>,
    /// The way that is received on, last seen.
    pub receiving: Option<Path>,
    /// Time there and back, ms.
    pub round_trip_ms: Option<Spread>,
    /// What could be sent as estimated, kbit/s.
    pub available_kbps: Option<Spread>,
    /// Sent, kbit/s.
    pub sent_kbps: Option<Spread>,
    /// Received, kbit/s.
    pub received_kbps: Option<Spread>,
    /// Lost of what was sent, per cent.
    pub loss_sent: Option<Spread>,
    /// Lost of what was received, per cent.
    pub loss_received: Option<Spread>,
}

impl ConnectionSummary {
    /// Of these samples, so many seconds apart.
    pub fn of(points: &[ConnectionPoint], interval_s: u32) -> Self {
        let spread = |value: fn(&ConnectionPoint) -> Option<f32>| Spread::of(points.iter().filter_map(value));
        Self {
            seconds: points.len() as u32 * interval_s,
            sending: points.iter().rev().find_map(|point| point.sending),
            receiving: points.iter().rev().find_map(|point| point.receiving),
            round_trip_ms: spread(|point| point.round_trip_ms),
            available_kbps: spread(|point| point.available_kbps.map(|rate| rate as f32)),
            sent_kbps: spread(|point| Some(point.sent_kbps as f32)),
            received_kbps: spread(|point| Some(point.received_kbps as f32)),
            loss_sent: spread(|point| point.loss_sent),
            loss_received: spread(|point| point.loss_received),
        }
    }
}

impl Display for ConnectionSummary {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.seconds)?;
        for (name, path) in [("sending", self.sending), ("receiving", self.receiving)] {
            if let Some(Path { local, remote, protocol }) = path {
                write!(f, "; {name} by {}, {} to {}", word(&protocol), word(&local), word(&remote))?;
            }
        }
        put(f, "round trip", self.round_trip_ms, "ms")?;
        put(f, "could send", self.available_kbps, "kbit/s")?;
        put(f, "sent", self.sent_kbps, "kbit/s")?;
        put(f, "received", self.received_kbps, "kbit/s")?;
        put(f, "lost sending", self.loss_sent, "%")?;
        put(f, "lost receiving", self.loss_received, "%")
    }
}

/// A track.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrackSummary {
    /// `own`, or `person 1`, `person 2` …
    pub person: String,
    /// What it shows or plays.
    pub source: Origin,
    /// Sent or received.
    pub direction: Direction,
    /// The codec.
    pub codec: String,
    /// How many samples there are.
    pub samples: usize,
    /// The last size, px, and layer.
    pub size: (u32, u32),
    /// Of a picture that is sent in several sizes.
    pub layer: Layer,
    /// kbit/s.
    pub kbps: Option<Spread>,
    /// Per cent.
    pub loss: Option<Spread>,
    /// ms.
    pub jitter_ms: Option<Spread>,
    /// ms.
    pub round_trip_ms: Option<Spread>,
    /// Frames a second.
    pub fps: Option<Spread>,
    /// Frames that were not shown.
    pub dropped: u32,
    /// Times it stood still.
    pub freezes: u32,
    /// Sound that was made up, per cent.
    pub concealed: Option<Spread>,
    /// Samples in which this computer was too slow for more, per cent.
    pub limited_by_cpu: f32,
    /// Samples in which the connection did not carry more, per cent.
    pub limited_by_bandwidth: f32,
    /// Samples in which the server held it back, per cent.
    pub paused: f32,
}

/// All tracks, with numbers for people.
pub fn tracks(statistics: &Statistics) -> Vec<TrackSummary> {
    let mut persons: HashMap<&str, usize> = HashMap::new();
    let mut all = Vec::new();
    for series in &statistics.tracks {
        let name = match series.track.direction {
            Direction::Sent => "own".to_owned(),
            Direction::Received => {
                let next = persons.len() + 1;
                format!("person {}", persons.entry(series.track.identity.as_str()).or_insert(next))
            }
        };
        all.push(summary(series, name));
    }
    all
}

fn summary(series: &TrackSeries, person: String) -> TrackSummary {
    let points = &series.points;
    let sound = series.track.source.is_sound();
    let spread = |value: fn(&TrackPoint) -> Option<f32>| Spread::of(points.iter().filter_map(value));
    let share = |is: fn(&TrackPoint) -> bool| {
        let count = points.iter().filter(|point| is(point)).count();
        if points.is_empty() { 0.0 } else { (count as f32 / points.len() as f32 * 1000.0).round() / 10.0 }
    };
    let last = points.last().copied().unwrap_or_default();
    TrackSummary {
        person,
        source: series.track.source,
        direction: series.track.direction,
        codec: series.track.codec.clone(),
        samples: points.len(),
        size: (last.width, last.height),
        layer: last.layer,
        kbps: spread(|point| Some(point.kbps as f32)),
        loss: spread(|point| Some(point.loss)),
        jitter_ms: spread(|point| point.jitter_ms),
        round_trip_ms: spread(|point| point.round_trip_ms),
        fps: spread(|point| Some(point.fps)).filter(|_| !sound),
        dropped: points.iter().map(|point| point.dropped).sum(),
        freezes: points.iter().map(|point| point.freezes).sum(),
        concealed: spread(|point| Some(point.concealed)).filter(|_| sound),
        limited_by_cpu: share(|point| point.limit == Limit::Cpu),
        limited_by_bandwidth: share(|point| point.limit == Limit::Bandwidth),
        paused: share(|point| point.paused),
    }
}

impl Display for TrackSummary {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { person, source, direction, codec, samples, size: (width, height), .. } = self;
        write!(f, "{person} {}, {}, {codec}: {samples} samples", word(source), word(direction))?;
        if self.fps.is_some() {
            write!(f, "; {width}×{height}, layer {}", word(&self.layer))?;
        }
        put(f, "rate", self.kbps, "kbit/s")?;
        put(f, "loss", self.loss, "%")?;
        put(f, "jitter", self.jitter_ms, "ms")?;
        put(f, "round trip", self.round_trip_ms, "ms")?;
        put(f, "frames/s", self.fps, "")?;
        put(f, "made up", self.concealed, "%")?;
        write!(f, "; dropped {}, freezes {}", self.dropped, self.freezes)?;
        let shares = [
            ("limited by CPU", self.limited_by_cpu),
            ("limited by bandwidth", self.limited_by_bandwidth),
            ("held back", self.paused),
        ];
        shares
            .into_iter()
            .filter(|(_, share)| *share > 0.0)
            .try_for_each(|(name, share)| write!(f, "; {name} {share} %"))
    }
}
