//! From libwebrtc's counters to figures: what changed since the sample before.

use std::collections::HashMap;

use livekit::webrtc::stats::{
    CandidatePairStats, IceCandidateType, IceServerTransportProtocol, InboundRtpStats, OutboundRtpStats,
    QualityLimitationReason, RtcStats,
};

use super::types::{Candidate, ConnectionPoint, Layer, Limit, Path, Protocol, TrackPoint};

/// What an RTP stream had counted by a certain time. A track has one, or one for each layer that it sends.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    /// µs since 1970.
    at: i64,
    bytes: u64,
    packets: u64,
    lost: i64,
    dropped: u32,
    freezes: u32,
    samples: u64,
    concealed: u64,
}

impl Counted {
    /// Bits in this span per ms, which is kbit/s.
    fn kbps(&self, before: &Self) -> f64 {
        let ms = self.at.saturating_sub(before.at) as f64 / 1000.0;
        if ms <= 0.0 { 0.0 } else { self.bytes.saturating_sub(before.bytes) as f64 * 8.0 / ms }
    }
}

/// A track's streams at the sample before, by their number (SSRC).
#[derive(Clone, Debug, Default)]
pub struct Counters(HashMap<u32, Counted>);

/// What is known of a track beside its counters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// Height of the full picture, px; 0 for sound or if not known.
    pub full_height: u32,
    /// Sent in several sizes.
    pub simulcast: bool,
    /// The server holds it back.
    pub paused: bool,
}

/// The figures of one track, and what they tell of the whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// The figures.
    pub point: TrackPoint,
    /// The codec, e.g. `VP8`; empty before the first packet.
    pub codec: String,
    /// Packets in this span: sent, or received and lost.
    pub packets: f64,
    /// Of these, lost.
    pub lost: f64,
}

impl Counters {
    /// Takes a track's report in. The first one only counts: its rates are 0.
    pub fn measure(&mut self, report: &[RtcStats], known: Known) -> Measured {
        let mut measured = Measured::default();
        measured.point.paused = known.paused;
        let mut seen = HashMap::new();
        let mut kbps = 0.0;
        for entry in report {
            match entry {
                RtcStats::OutboundRtp(stream) => {
                    let now = counted_sent(stream);
                    let before = self.0.get(&stream.stream.ssrc).copied().unwrap_or(now);
                    kbps += now.kbps(&before);
                    take_sent(&mut measured, stream, report, now.packets.saturating_sub(before.packets));
                    seen.insert(stream.stream.ssrc, now);
                }
                RtcStats::InboundRtp(stream) => {
                    let now = counted_received(stream);
                    let before = self.0.get(&stream.stream.ssrc).copied().unwrap_or(now);
                    kbps += now.kbps(&before);
                    take_received(&mut measured, stream, report, &now, &before, known);
                    seen.insert(stream.stream.ssrc, now);
                }
                _ => {}
            }
        }
        self.0 = seen;
        measured.point.kbps = kbps.round() as u32;
        measured.point.loss = tenth(percent(measured.lost, measured.packets));
        measured
    }
}

fn counted_sent(stream: &OutboundRtpStats) -> Counted {
    Counted {
        at: stream.rtc.timestamp,
        bytes: stream.sent.bytes_sent,
        packets: stream.sent.packets_sent,
        ..Counted::default()
    }
}

fn counted_received(stream: &InboundRtpStats) -> Counted {
    Counted {
        at: stream.rtc.timestamp,
        bytes: stream.inbound.bytes_received,
        packets: stream.received.packets_received,
        lost: stream.received.packets_lost,
        dropped: stream.inbound.frames_dropped,
        freezes: stream.inbound.freeze_count,
        samples: stream.inbound.total_samples_received,
        // What is made up during silence is not missed by anybody.
        concealed: stream.inbound.concealed_samples.saturating_sub(stream.inbound.silent_concealed_samples),
    }
}

/// One of the streams that a track sends: for a picture one for each layer. The best layer's size is told.
fn take_sent(measured: &mut Measured, stream: &OutboundRtpStats, report: &[RtcStats], packets: u64) {
    let (out, point) = (&stream.outbound, &mut measured.point);
    codec(&mut measured.codec, report, &stream.stream.codec_id);
    let remote = report.iter().find_map(|entry| match entry {
        RtcStats::RemoteInboundRtp(remote) if remote.remote_inbound.local_id == stream.rtc.id => Some(remote),
        _ => None,
    });
    if let Some(remote) = remote {
        measured.lost += packets as f64 * remote.remote_inbound.fraction_lost.clamp(0.0, 1.0);
        let jitter = milliseconds(remote.received.jitter);
        point.jitter_ms = Some(point.jitter_ms.map_or(jitter, |known| known.max(jitter)));
        if remote.remote_inbound.round_trip_time_measurements > 0 {
            point.round_trip_ms = Some(milliseconds(remote.remote_inbound.round_trip_time));
        }
    }
    measured.packets += packets as f64;
    if stream.stream.kind != "video" {
        return;
    }
    let limit = match out.quality_limitation_reason {
        QualityLimitationReason::None => Limit::None,
        QualityLimitationReason::Cpu => Limit::Cpu,
        QualityLimitationReason::Bandwidth => Limit::Bandwidth,
        QualityLimitationReason::Other => Limit::Other,
    };
    if point.limit == Limit::None {
        point.limit = limit;
    }
    let layer = match out.rid.as_str() {
        "q" => Layer::Low,
        "h" => Layer::Medium,
        _ => Layer::High,
    };
    let sends = out.active && packets > 0 && out.frames_per_second > 0.0;
    if sends && layer > point.layer {
        point.layer = layer;
        (point.width, point.height) = (out.frame_width, out.frame_height);
        point.fps = tenth(out.frames_per_second);
    }
}

fn take_received(
    measured: &mut Measured,
    stream: &InboundRtpStats,
    report: &[RtcStats],
    now: &Counted,
    before: &Counted,
    known: Known,
) {
    let (inbound, point) = (&stream.inbound, &mut measured.point);
    codec(&mut measured.codec, report, &stream.stream.codec_id);
    // Late packets that were counted as lost may still come: then the count goes down.
    let lost = now.lost.saturating_sub(before.lost).max(0) as f64;
    measured.lost += lost;
    measured.packets += now.packets.saturating_sub(before.packets) as f64 + lost;
    point.jitter_ms = Some(milliseconds(stream.received.jitter));
    point.round_trip_ms = pair(report).map(|pair| milliseconds(pair.candidate_pair.current_round_trip_time));
    if stream.stream.kind != "video" {
        let samples = now.samples.saturating_sub(before.samples) as f64;
        point.concealed = tenth(percent(now.concealed.saturating_sub(before.concealed) as f64, samples));
        return;
    }
    point.dropped = now.dropped.saturating_sub(before.dropped);
    point.freezes = now.freezes.saturating_sub(before.freezes);
    (point.width, point.height) = (inbound.frame_width, inbound.frame_height);
    point.fps = tenth(inbound.frames_per_second);
    if now.packets > before.packets {
        point.layer = layer_of(inbound.frame_height, known);
    } else {
        // libwebrtc keeps the last rate for a while when nothing comes any more.
        point.fps = 0.0;
    }
}

/// The layer that a received height stands for: each is half as high as the next.
fn layer_of(height: u32, known: Known) -> Layer {
    let (height, full) = (u64::from(height), u64::from(known.full_height));
    match (height, known) {
        (0, _) => Layer::None,
        (_, Known { simulcast: false, .. } | Known { full_height: 0, .. }) => Layer::High,
        _ if height * 4 > full * 3 => Layer::High,
        _ if height * 8 > full * 3 => Layer::Medium,
        _ => Layer::Low,
    }
}

fn codec(name: &mut String, report: &[RtcStats], id: &str) {
    if !name.is_empty() {
        return;
    }
    let found = report.iter().find_map(|entry| match entry {
        RtcStats::Codec(codec) if codec.rtc.id == id => codec.codec.mime_type.split_once('/').map(|(_, name)| name),
        _ => None,
    });
    // A codec's name is short; what is longer comes from a peer that plays tricks.
    *name = found.unwrap_or_default().chars().take(16).collect();
}

/// The connection's counters at the sample before.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConnectionCounters {
    at: i64,
    sent: u64,
    received: u64,
}

impl ConnectionCounters {
    /// Takes the reports of the connection in: the one that sends, and the one that receives if that is another.
    pub fn measure(&mut self, sending: &[RtcStats], receiving: &[RtcStats]) -> ConnectionPoint {
        let (up, down) = (pair(sending), pair(receiving).or_else(|| pair(sending)));
        let mut point = ConnectionPoint {
            sending: up.and_then(|pair| path(sending, pair)),
            receiving: pair(receiving).and_then(|pair| path(receiving, pair)).or_else(|| path(sending, up?)),
            ..ConnectionPoint::default()
        };
        let answered = up.or(down).filter(|pair| pair.candidate_pair.responses_received > 0);
        point.round_trip_ms = answered.map(|pair| milliseconds(pair.candidate_pair.current_round_trip_time));
        let available = up.map(|pair| pair.candidate_pair.available_outgoing_bitrate).filter(|rate| *rate > 0.0);
        point.available_kbps = available.map(|rate| (rate / 1000.0).round() as u32);
        let pairs = || [pair(sending), pair(receiving)].into_iter().flatten();
        let now = Self {
            at: pairs().map(|pair| pair.rtc.timestamp).max().unwrap_or_default(),
            sent: pairs().fold(0, |sum, pair| sum.saturating_add(pair.candidate_pair.bytes_sent)),
            received: pairs().fold(0, |sum, pair| sum.saturating_add(pair.candidate_pair.bytes_received)),
        };
        let ms = now.at.saturating_sub(self.at) as f64 / 1000.0;
        if self.at > 0 && ms > 0.0 {
            let kbps = |now: u64, before: u64| (now.saturating_sub(before) as f64 * 8.0 / ms).round() as u32;
            point.sent_kbps = kbps(now.sent, self.sent);
            point.received_kbps = kbps(now.received, self.received);
        }
        *self = now;
        point
    }
}

/// The pair of candidates in use.
fn pair(report: &[RtcStats]) -> Option<&CandidatePairStats> {
    let selected = report.iter().find_map(|entry| match entry {
        RtcStats::Transport(transport) => Some(transport.transport.selected_candidate_pair_id.as_str()),
        _ => None,
    })?;
    report.iter().find_map(|entry| match entry {
        RtcStats::CandidatePair(pair) if pair.rtc.id == selected => Some(pair),
        _ => None,
    })
}

fn path(report: &[RtcStats], pair: &CandidatePairStats) -> Option<Path> {
    let local = report.iter().find_map(|entry| match entry {
        RtcStats::LocalCandidate(local) if local.rtc.id == pair.candidate_pair.local_candidate_id => {
            Some(&local.local_candidate)
        }
        _ => None,
    })?;
    let remote = report.iter().find_map(|entry| match entry {
        RtcStats::RemoteCandidate(remote) if remote.rtc.id == pair.candidate_pair.remote_candidate_id => {
            Some(&remote.remote_candidate)
        }
        _ => None,
    })?;
    let protocol = match (local.relay_protocol, local.protocol.as_str()) {
        (Some(IceServerTransportProtocol::Tls), _) => Protocol::Tls,
        (Some(IceServerTransportProtocol::Tcp), _) | (None, "tcp") => Protocol::Tcp,
        _ => Protocol::Udp,
    };
    Some(Path { local: candidate(local.candidate_type?), remote: candidate(remote.candidate_type?), protocol })
}

fn candidate(kind: IceCandidateType) -> Candidate {
    match kind {
        IceCandidateType::Host => Candidate::Host,
        IceCandidateType::Srflx => Candidate::ServerReflexive,
        IceCandidateType::Prflx => Candidate::PeerReflexive,
        IceCandidateType::Relay => Candidate::Relay,
    }
}

/// `part` of `whole`, per cent; 0 of nothing.
pub fn percent(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { (part / whole * 100.0).clamp(0.0, 100.0) } else { 0.0 }
}

fn milliseconds(seconds: f64) -> f32 {
    tenth(seconds * 1000.0)
}

/// To one decimal: finer is noise, and takes space in the file.
pub fn tenth(value: f64) -> f32 {
    let rounded = ((value * 10.0).round() / 10.0) as f32;
    if rounded.is_finite() { rounded } else { 0.0 }
}

#[cfg(test)]
#[path = "measure_tests.rs"]
mod tests;
