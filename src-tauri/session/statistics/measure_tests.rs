use livekit::webrtc::stats::{
    CodecStats, LocalCandidateStats, RemoteCandidateStats, RemoteInboundRtpStats, TransportStats,
};

use super::*;

/// A picture that is sent: seconds since the start, layer, bytes, packets.
fn sent(at: i64, rid: &str, bytes: u64, packets: u64) -> RtcStats {
    let mut stream = OutboundRtpStats::default();
    stream.rtc.id = format!("OT{rid}");
    stream.rtc.timestamp = at * 1_000_000;
    stream.stream.kind = "video".into();
    stream.stream.codec_id = "C".into();
    stream.stream.ssrc = rid.bytes().map(u32::from).sum();
    (stream.sent.bytes_sent, stream.sent.packets_sent) = (bytes, packets);
    stream.outbound.rid = rid.into();
    stream.outbound.active = true;
    let height = match rid {
        "q" => 180,
        "h" => 360,
        _ => 720,
    };
    (stream.outbound.frame_width, stream.outbound.frame_height) = (height * 16 / 9, height);
    stream.outbound.frames_per_second = 29.97;
    RtcStats::OutboundRtp(stream)
}

fn told_loss(rid: &str, fraction: f64) -> RtcStats {
    let mut remote = RemoteInboundRtpStats::default();
    remote.remote_inbound.local_id = format!("OT{rid}");
    remote.remote_inbound.fraction_lost = fraction;
    remote.remote_inbound.round_trip_time = 0.04;
    remote.remote_inbound.round_trip_time_measurements = 3;
    remote.received.jitter = 0.0125;
    RtcStats::RemoteInboundRtp(remote)
}

fn vp8() -> RtcStats {
    let mut codec = CodecStats::default();
    codec.rtc.id = "C".into();
    codec.codec.mime_type = "video/VP8".into();
    RtcStats::Codec(codec)
}

/// A picture that is received: seconds since the start, bytes, packets, lost.
fn received(at: i64, bytes: u64, packets: u64, lost: i64) -> InboundRtpStats {
    let mut stream = InboundRtpStats::default();
    stream.rtc.timestamp = at * 1_000_000;
    stream.stream.kind = "video".into();
    stream.stream.ssrc = 5;
    stream.inbound.bytes_received = bytes;
    (stream.received.packets_received, stream.received.packets_lost) = (packets, lost);
    (stream.inbound.frame_width, stream.inbound.frame_height) = (640, 360);
    stream.inbound.frames_per_second = 30.0;
    stream
}

#[test]
fn the_layers_of_a_sent_picture_are_one_track() {
    let mut counters = Counters::default();
    let first = [vp8(), sent(0, "q", 1000, 10), sent(0, "h", 1000, 10)];
    assert_eq!(counters.measure(&first, Known::default()).point.kbps, 0, "one sample is no rate");
    let second = [
        vp8(),
        sent(2, "q", 26_000, 30),
        told_loss("q", 0.0),
        sent(2, "h", 101_000, 90),
        told_loss("h", 0.25),
        sent(2, "f", 0, 0),
    ];
    let measured = counters.measure(&second, Known::default());
    assert_eq!(measured.codec, "VP8");
    let point = measured.point;
    // (25 + 100) kB in 2 s.
    assert_eq!(point.kbps, 500);
    // 20 packets without loss, 80 with a quarter lost.
    assert_eq!(point.loss, 20.0);
    assert_eq!((point.layer, point.height, point.fps), (Layer::Medium, 360, 30.0), "the full layer sends nothing");
    assert_eq!((point.jitter_ms, point.round_trip_ms), (Some(12.5), Some(40.0)));
}

#[test]
fn what_was_counted_before_does_not_count_again() {
    let mut counters = Counters::default();
    let mut first = received(10, 1_000_000, 1000, 500);
    (first.inbound.frames_dropped, first.inbound.freeze_count) = (7, 3);
    counters.measure(&[RtcStats::InboundRtp(first)], Known::default());
    let mut second = received(12, 1_250_000, 1090, 510);
    (second.inbound.frames_dropped, second.inbound.freeze_count) = (9, 4);
    let point = counters.measure(&[RtcStats::InboundRtp(second)], Known::default()).point;
    assert_eq!((point.kbps, point.loss, point.dropped, point.freezes), (1000, 10.0, 2, 1));
}

#[test]
fn a_late_packet_is_no_negative_loss() {
    let mut counters = Counters::default();
    counters.measure(&[RtcStats::InboundRtp(received(0, 0, 100, 5))], Known::default());
    let point = counters.measure(&[RtcStats::InboundRtp(received(2, 0, 200, 3))], Known::default()).point;
    assert_eq!(point.loss, 0.0);
}

#[test]
fn the_received_layer_is_told_by_its_height() {
    let known = Known { full_height: 720, simulcast: true, paused: false };
    assert_eq!(
        [0, 180, 360, 720].map(|height| layer_of(height, known)),
        [Layer::None, Layer::Low, Layer::Medium, Layer::High]
    );
    assert_eq!(layer_of(180, Known { simulcast: false, ..known }), Layer::High);
}

#[test]
fn a_picture_that_does_not_come_has_no_rate() {
    let mut counters = Counters::default();
    counters.measure(&[RtcStats::InboundRtp(received(0, 9, 100, 0))], Known::default());
    let point = counters.measure(&[RtcStats::InboundRtp(received(2, 9, 100, 0))], Known::default()).point;
    assert_eq!((point.fps, point.layer), (0.0, Layer::None));
}

#[test]
fn made_up_sound_is_told_and_silence_is_not() {
    let mut counters = Counters::default();
    let sound = |samples, concealed, silent| {
        let mut stream = received(1, 0, 0, 0);
        stream.stream.kind = "audio".into();
        stream.inbound.total_samples_received = samples;
        (stream.inbound.concealed_samples, stream.inbound.silent_concealed_samples) = (concealed, silent);
        RtcStats::InboundRtp(stream)
    };
    counters.measure(&[sound(48_000, 0, 0)], Known::default());
    let point = counters.measure(&[sound(144_000, 48_000, 38_400)], Known::default()).point;
    assert_eq!((point.concealed, point.fps), (10.0, 0.0));
}

#[test]
fn the_way_in_use_is_told_without_addresses() {
    let mut transport = TransportStats::default();
    transport.transport.selected_candidate_pair_id = "P2".into();
    let pair = |id: &str, bytes| {
        let mut pair = CandidatePairStats::default();
        pair.rtc.id = id.into();
        pair.rtc.timestamp = bytes as i64 * 1000;
        (pair.candidate_pair.local_candidate_id, pair.candidate_pair.remote_candidate_id) = ("L".into(), "R".into());
        pair.candidate_pair.current_round_trip_time = 0.012;
        pair.candidate_pair.available_outgoing_bitrate = 1_500_000.0;
        pair.candidate_pair.bytes_sent = bytes;
        pair.candidate_pair.responses_received = 4;
        RtcStats::CandidatePair(pair)
    };
    let mut local = LocalCandidateStats::default();
    local.rtc.id = "L".into();
    local.local_candidate.candidate_type = Some(IceCandidateType::Relay);
    local.local_candidate.relay_protocol = Some(IceServerTransportProtocol::Tls);
    local.local_candidate.address = "203.0.113.9".into();
    let mut remote = RemoteCandidateStats::default();
    remote.rtc.id = "R".into();
    remote.remote_candidate.candidate_type = Some(IceCandidateType::Host);
    let report = |bytes| {
        [
            pair("P1", 0),
            RtcStats::Transport(transport.clone()),
            pair("P2", bytes),
            RtcStats::LocalCandidate(local.clone()),
            RtcStats::RemoteCandidate(remote.clone()),
        ]
    };
    let mut counters = ConnectionCounters::default();
    counters.measure(&report(1000), &[]);
    let point = counters.measure(&report(3000), &[]);
    let path = Path { local: Candidate::Relay, remote: Candidate::Host, protocol: Protocol::Tls };
    assert_eq!((point.sending, point.receiving), (Some(path), Some(path)));
    assert_eq!((point.round_trip_ms, point.available_kbps, point.sent_kbps), (Some(12.0), Some(1500), 8));
    assert!(!format!("{point:?}").contains("203.0"));
}
