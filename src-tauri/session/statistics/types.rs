//! The figures of a session: plain data, for the panel, the file and the report. What they mean is in
//! `docs/statistics.md`.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

/// A session's last ten minutes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct Statistics {
    /// Seconds from one sample to the next.
    pub interval_s: u32,
    /// Number of the newest sample in here; 0 before the first. The next tick carries one more.
    pub newest: u32,
    /// The connection, oldest sample first.
    pub connection: Vec<ConnectionPoint>,
    /// The tracks: what is sent, then what is received, each by the time it began.
    pub tracks: Vec<TrackSeries>,
}

/// A track, and what it was like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct TrackSeries {
    /// Which.
    pub track: TrackInfo,
    /// Its samples, oldest first.
    pub points: Vec<TrackPoint>,
}

/// A track, and what it is like now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct TrackSample {
    /// Which.
    pub track: TrackInfo,
    /// Its figures.
    pub point: TrackPoint,
}

/// A track that is sent or received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TrackInfo {
    /// The identifier that LiveKit gave it.
    pub id: String,
    /// Whose it is.
    pub identity: String,
    /// That person's name.
    pub name: String,
    /// What it shows or plays.
    pub source: Origin,
    /// To or from LiveKit.
    pub direction: Direction,
    /// The codec in use, e.g. `VP8`; empty before the first packet.
    pub codec: String,
}

/// Where a track comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A microphone.
    Microphone,
    /// A camera.
    Camera,
    /// A screen.
    Screen,
    /// The sound of what is shared.
    ScreenSound,
}

impl Origin {
    /// Whether it is sound.
    pub fn is_sound(self) -> bool {
        matches!(self, Self::Microphone | Self::ScreenSound)
    }
}

/// Which way a track goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From here to LiveKit.
    Sent,
    /// From LiveKit to here.
    Received,
}

/// One sample of a track. What does not apply (a size of sound) is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct TrackPoint {
    /// The sample's number.
    pub number: u32,
    /// Bit rate since the sample before, kbit/s, of all layers together, without packet headers.
    pub kbps: u32,
    /// Packets lost since the sample before, per cent of those sent. What was sent again in time counts as lost, too.
    #[specta(type = Number)]
    pub loss: f32,
    /// Jitter, ms; none while nobody measured it.
    #[specta(type = Option<Number>)]
    pub jitter_ms: Option<f32>,
    /// Time there and back between here and LiveKit, ms.
    #[specta(type = Option<Number>)]
    pub round_trip_ms: Option<f32>,
    /// Which simulcast layer is received, or the best one that is sent.
    pub layer: Layer,
    /// Width of the picture, px.
    pub width: u32,
    /// Height of the picture, px.
    pub height: u32,
    /// Frames a second: decoded, or encoded in the best layer.
    #[specta(type = Number)]
    pub fps: f32,
    /// Frames received and not shown since the sample before.
    pub dropped: u32,
    /// Times the picture stood still since the sample before.
    pub freezes: u32,
    /// Sound made up for what did not arrive since the sample before, per cent.
    #[specta(type = Number)]
    pub concealed: f32,
    /// What keeps the encoder below what it could send.
    pub limit: Limit,
    /// The server holds the track back for want of bandwidth.
    pub paused: bool,
}

/// A layer of a picture that is sent in several sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// None: nothing is sent, or it is sound.
    #[default]
    None,
    /// The smallest.
    Low,
    /// The middle one.
    Medium,
    /// The full picture.
    High,
}

/// What keeps an encoder from sending more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Nothing.
    #[default]
    None,
    /// This computer is too slow for more.
    Cpu,
    /// The connection does not carry more.
    Bandwidth,
    /// Anything else.
    Other,
}

/// One sample of the connection to LiveKit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct ConnectionPoint {
    /// The sample's number.
    pub number: u32,
    /// Time there and back, ms.
    #[specta(type = Option<Number>)]
    pub round_trip_ms: Option<f32>,
    /// What could be sent as estimated, kbit/s.
    pub available_kbps: Option<u32>,
    /// Sent since the sample before, kbit/s, all tracks.
    pub sent_kbps: u32,
    /// Received since the sample before, kbit/s, all tracks.
    pub received_kbps: u32,
    /// Lost of what was sent, per cent; none while nothing is sent.
    #[specta(type = Option<Number>)]
    pub loss_sent: Option<f32>,
    /// Lost of what was received, per cent; none while nothing is received.
    #[specta(type = Option<Number>)]
    pub loss_received: Option<f32>,
    /// The way that is sent on.
    pub sending: Option<Path>,
    /// The way that is received on.
    pub receiving: Option<Path>,
}

/// The pair of ICE candidates in use. Addresses are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Path {
    /// Of this computer.
    pub local: Candidate,
    /// Of LiveKit.
    pub remote: Candidate,
    /// UDP or TCP, or to the TURN server also TLS.
    pub protocol: Protocol,
}

/// Where a candidate's address comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Candidate {
    /// An interface of its own.
    Host,
    /// Seen by a STUN server from outside.
    ServerReflexive,
    /// Seen by the other end.
    PeerReflexive,
    /// A TURN server's.
    Relay,
}

/// What carries the media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// UDP.
    Udp,
    /// TCP: slower where packets are lost.
    Tcp,
    /// TLS, to a TURN server.
    Tls,
}
