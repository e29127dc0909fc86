//! The statistics' fields, with the names and units of the W3C's "Identifiers for WebRTC's Statistics API"
//! (<https://www.w3.org/TR/webrtc-stats/>) and of libwebrtc where it has more.

#![allow(missing_docs, reason = "every field is a name of the standard, which describes it")]

use std::collections::HashMap;

use super::{
    DtlsRole, DtlsTransportState, IceCandidatePairState, IceCandidateType, IceRole, IceServerTransportProtocol,
    IceTcpCandidateType, IceTransportState, QualityLimitationReason,
};
use crate::{ffi::proto, webrtc::data_channel::DataChannelState};

/// Defines a dictionary and how it is made from the library's message of the same fields. `=>` gives a field whose type
/// or name differs there.
macro_rules! dictionary {
    ($(#[$doc:meta])* $name:ident from $proto:ident {
        $($field:ident: $type:ty),* $(,)?
    } $($special:ident: $special_type:ty => |$from:ident| $convert:expr),* $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Default, Clone)]
        pub struct $name {
            $(pub $field: $type,)*
            $(pub $special: $special_type,)*
        }

        impl From<proto::$proto> for $name {
            fn from(value: proto::$proto) -> Self {
                $(let $special = { let $from = &value; $convert };)*
                Self { $($field: value.$field,)* $($special,)* }
            }
        }
    };
}

dictionary! {
    /// What every entry has: its id and the time it was taken (µs since the Unix epoch).
    RtcStats from RtcStatsData {
        id: String,
        timestamp: i64,
    }
}

dictionary! {
    /// A codec in use: `RTCCodecStats`.
    CodecStats from CodecStats {
        payload_type: u32,
        transport_id: String,
        mime_type: String,
        clock_rate: u32,
        channels: u32,
        sdp_fmtp_line: String,
    }
}

dictionary! {
    /// Common to every RTP stream: `RTCRtpStreamStats`.
    RtpStreamStats from RtpStreamStats {
        ssrc: u32,
        kind: String,
        transport_id: String,
        codec_id: String,
    }
}

dictionary! {
    /// Common to received streams: `RTCReceivedRtpStreamStats` (jitter in s).
    ReceivedRtpStreamStats from ReceivedRtpStreamStats {
        packets_received: u64,
        packets_lost: i64,
        jitter: f64,
    }
}

dictionary! {
    /// What this end receives: `RTCInboundRtpStreamStats` (times in s, sizes in bytes and px).
    InboundRtpStreamStats from InboundRtpStreamStats {
        track_identifier: String,
        mid: String,
        remote_id: String,
        frames_decoded: u32,
        key_frames_decoded: u32,
        frames_rendered: u32,
        frames_dropped: u32,
        frame_width: u32,
        frame_height: u32,
        frames_per_second: f64,
        qp_sum: u64,
        total_decode_time: f64,
        total_inter_frame_delay: f64,
        total_squared_inter_frame_delay: f64,
        pause_count: u32,
        total_pause_duration: f64,
        freeze_count: u32,
        total_freeze_duration: f64,
        last_packet_received_timestamp: f64,
        header_bytes_received: u64,
        packets_discarded: u64,
        fec_bytes_received: u64,
        fec_packets_received: u64,
        fec_packets_discarded: u64,
        bytes_received: u64,
        nack_count: u32,
        fir_count: u32,
        pli_count: u32,
        total_processing_delay: f64,
        estimated_playout_timestamp: f64,
        jitter_buffer_delay: f64,
        jitter_buffer_target_delay: f64,
        jitter_buffer_emitted_count: u64,
        jitter_buffer_minimum_delay: f64,
        total_samples_received: u64,
        concealed_samples: u64,
        silent_concealed_samples: u64,
        concealment_events: u64,
        inserted_samples_for_deceleration: u64,
        removed_samples_for_acceleration: u64,
        audio_level: f64,
        total_audio_energy: f64,
        total_samples_duration: f64,
        frames_received: u64,
        decoder_implementation: String,
        playout_id: String,
        power_efficient_decoder: bool,
        frames_assembled_from_multiple_packets: u64,
        total_assembly_time: f64,
        retransmitted_packets_received: u64,
        retransmitted_bytes_received: u64,
        rtx_ssrc: u32,
        fec_ssrc: u32,
    }
}

dictionary! {
    /// Common to sent streams: `RTCSentRtpStreamStats`.
    SentRtpStreamStats from SentRtpStreamStats {
        packets_sent: u64,
        bytes_sent: u64,
    }
}

dictionary! {
    /// What this end sends: `RTCOutboundRtpStreamStats` (bit rate in bit/s, times in s, sizes in bytes and px).
    OutboundRtpStreamStats from OutboundRtpStreamStats {
        mid: String,
        media_source_id: String,
        remote_id: String,
        rid: String,
        header_bytes_sent: u64,
        retransmitted_packets_sent: u64,
        retransmitted_bytes_sent: u64,
        rtx_ssrc: u32,
        target_bitrate: f64,
        total_encoded_bytes_target: u64,
        frame_width: u32,
        frame_height: u32,
        frames_per_second: f64,
        frames_sent: u32,
        huge_frames_sent: u32,
        frames_encoded: u32,
        key_frames_encoded: u32,
        qp_sum: u64,
        total_encode_time: f64,
        total_packet_send_delay: f64,
        quality_limitation_resolution_changes: u32,
        nack_count: u32,
        fir_count: u32,
        pli_count: u32,
        encoder_implementation: String,
        power_efficient_encoder: bool,
        active: bool,
    }
    quality_limitation_reason: QualityLimitationReason => |stats| stats.quality_limitation_reason().into(),
    quality_limitation_durations: HashMap<String, f64> => |_stats| HashMap::new(),
    scalibility_mode: String => |stats| stats.scalability_mode.clone(),
}

dictionary! {
    /// What the far end reports of what it receives: `RTCRemoteInboundRtpStreamStats` (times in s).
    RemoteInboundRtpStreamStats from RemoteInboundRtpStreamStats {
        local_id: String,
        round_trip_time: f64,
        total_round_trip_time: f64,
        fraction_lost: f64,
        round_trip_time_measurements: u64,
    }
}

dictionary! {
    /// What the far end reports of what it sends: `RTCRemoteOutboundRtpStreamStats` (times in s).
    RemoteOutboundRtpStreamStats from RemoteOutboundRtpStreamStats {
        local_id: String,
        remote_timestamp: f64,
        reports_sent: u64,
        round_trip_time: f64,
        total_round_trip_time: f64,
        round_trip_time_measurements: u64,
    }
}

dictionary! {
    /// A local source: `RTCMediaSourceStats`.
    MediaSourceStats from MediaSourceStats {
        track_identifier: String,
        kind: String,
    }
}

dictionary! {
    /// A local audio source: `RTCAudioSourceStats` (level 0 to 1, times in s).
    AudioSourceStats from AudioSourceStats {
        audio_level: f64,
        total_audio_energy: f64,
        total_samples_duration: f64,
        echo_return_loss: f64,
        echo_return_loss_enhancement: f64,
        dropped_samples_duration: f64,
        dropped_samples_events: u32,
        total_capture_delay: f64,
        total_samples_captured: u64,
    }
}

dictionary! {
    /// A local video source: `RTCVideoSourceStats` (px, frames/s).
    VideoSourceStats from VideoSourceStats {
        width: u32,
        height: u32,
        frames: u32,
        frames_per_second: f64,
    }
}

dictionary! {
    /// Playout: `RTCAudioPlayoutStats` (times in s).
    AudioPlayoutStats from AudioPlayoutStats {
        kind: String,
        synthesized_samples_duration: f64,
        synthesized_samples_events: u32,
        total_samples_duration: f64,
        total_playout_delay: f64,
        total_samples_count: u64,
    }
}

dictionary! {
    /// The peer connection: `RTCPeerConnectionStats`.
    PeerConnectionStats from PeerConnectionStats {
        data_channels_opened: u32,
        data_channels_closed: u32,
    }
}

dictionary! {
    /// A data channel: `RTCDataChannelStats`.
    DataChannelStats from DataChannelStats {
        label: String,
        protocol: String,
        data_channel_identifier: i32,
        messages_sent: u32,
        bytes_sent: u64,
        messages_received: u32,
        bytes_received: u64,
    }
    state: Option<DataChannelState> => |stats| stats.state.is_some().then(|| stats.state().into()),
}

dictionary! {
    /// The transport: `RTCTransportStats`.
    TransportStats from TransportStats {
        packets_sent: u64,
        packets_received: u64,
        bytes_sent: u64,
        bytes_received: u64,
        ice_local_username_fragment: String,
        selected_candidate_pair_id: String,
        local_certificate_id: String,
        remote_certificate_id: String,
        tls_version: String,
        dtls_cipher: String,
        srtp_cipher: String,
        selected_candidate_pair_changes: u32,
    }
    ice_role: IceRole => |stats| stats.ice_role().into(),
    dtls_state: Option<DtlsTransportState> => |stats| stats.dtls_state.is_some().then(|| stats.dtls_state().into()),
    ice_state: Option<IceTransportState> => |stats| stats.ice_state.is_some().then(|| stats.ice_state().into()),
    dtls_role: DtlsRole => |stats| stats.dtls_role().into(),
}

dictionary! {
    /// A pair of ICE candidates: `RTCIceCandidatePairStats` (times in s, bit rates in bit/s).
    CandidatePairStats from CandidatePairStats {
        transport_id: String,
        local_candidate_id: String,
        remote_candidate_id: String,
        nominated: bool,
        packets_sent: u64,
        packets_received: u64,
        bytes_sent: u64,
        bytes_received: u64,
        last_packet_sent_timestamp: f64,
        last_packet_received_timestamp: f64,
        total_round_trip_time: f64,
        current_round_trip_time: f64,
        available_outgoing_bitrate: f64,
        available_incoming_bitrate: f64,
        requests_received: u64,
        requests_sent: u64,
        responses_received: u64,
        responses_sent: u64,
        consent_requests_sent: u64,
        packets_discarded_on_send: u32,
        bytes_discarded_on_send: u64,
    }
    state: Option<IceCandidatePairState> => |stats| stats.state.is_some().then(|| stats.state().into()),
}

dictionary! {
    /// An ICE candidate: `RTCIceCandidateStats`.
    IceCandidateStats from IceCandidateStats {
        transport_id: String,
        address: String,
        port: i32,
        protocol: String,
        priority: i32,
        url: String,
        foundation: String,
        related_address: String,
        related_port: i32,
        username_fragment: String,
    }
    candidate_type: Option<IceCandidateType> => |stats| stats.candidate_type.is_some().then(|| stats.candidate_type().into()),
    relay_protocol: Option<IceServerTransportProtocol> => |stats| stats.relay_protocol.is_some().then(|| stats.relay_protocol().into()),
    tcp_type: Option<IceTcpCandidateType> => |stats| stats.tcp_type.is_some().then(|| stats.tcp_type().into()),
    network_type: Option<String> => |_stats| None,
}

dictionary! {
    /// A certificate: `RTCCertificateStats`.
    CertificateStats from CertificateStats {
        fingerprint: String,
        fingerprint_algorithm: String,
        base64_certificate: String,
        issuer_certificate_id: String,
    }
}

dictionary! {
    /// A media stream.
    StreamStats from StreamStats {
        id: String,
        stream_identifier: String,
    }
}
