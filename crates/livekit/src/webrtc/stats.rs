//! Statistics of a connection and of a track, as libwebrtc reports them.
//!
//! Names and units are those of the W3C's "Identifiers for WebRTC's Statistics API"
//! (<https://www.w3.org/TR/webrtc-stats/>): seconds for durations, bytes for sizes, pixels for dimensions.

pub mod dictionaries;

use crate::ffi::proto::{self, rtc_stats::Stats};

/// One entry of a statistics report.
#[derive(Debug, Clone)]
pub enum RtcStats {
    /// A codec in use.
    Codec(CodecStats),
    /// An RTP stream received here.
    InboundRtp(InboundRtpStats),
    /// An RTP stream sent from here.
    OutboundRtp(OutboundRtpStats),
    /// The far end's report on a stream sent from here.
    RemoteInboundRtp(RemoteInboundRtpStats),
    /// The far end's report on a stream received here.
    RemoteOutboundRtp(RemoteOutboundRtpStats),
    /// A local source of audio or video.
    MediaSource(MediaSourceStats),
    /// Audio playout.
    MediaPlayout(MediaPlayoutStats),
    /// The peer connection.
    PeerConnection(PeerConnectionStats),
    /// A data channel.
    DataChannel(DataChannelStats),
    /// A transport.
    Transport(TransportStats),
    /// A pair of ICE candidates.
    CandidatePair(CandidatePairStats),
    /// An ICE candidate of this end.
    LocalCandidate(LocalCandidateStats),
    /// An ICE candidate of the far end.
    RemoteCandidate(RemoteCandidateStats),
    /// A certificate.
    Certificate(CertificateStats),
    /// A media stream.
    Stream(StreamStats),
    /// Deprecated by the standard; holds nothing.
    Track,
}

impl RtcStats {
    /// `None` for an entry of a kind that the protocol does not name.
    pub(crate) fn from_proto(stats: proto::RtcStats) -> Option<Self> {
        Some(match stats.stats? {
            Stats::Codec(s) => Self::Codec(s.into()),
            Stats::InboundRtp(s) => Self::InboundRtp(s.into()),
            Stats::OutboundRtp(s) => Self::OutboundRtp(s.into()),
            Stats::RemoteInboundRtp(s) => Self::RemoteInboundRtp(s.into()),
            Stats::RemoteOutboundRtp(s) => Self::RemoteOutboundRtp(s.into()),
            Stats::MediaSource(s) => Self::MediaSource(s.into()),
            Stats::MediaPlayout(s) => Self::MediaPlayout(s.into()),
            Stats::PeerConnection(s) => Self::PeerConnection(s.into()),
            Stats::DataChannel(s) => Self::DataChannel(s.into()),
            Stats::Transport(s) => Self::Transport(s.into()),
            Stats::CandidatePair(s) => Self::CandidatePair(s.into()),
            Stats::LocalCandidate(s) => Self::LocalCandidate(s.into()),
            Stats::RemoteCandidate(s) => Self::RemoteCandidate(s.into()),
            Stats::Certificate(s) => Self::Certificate(s.into()),
            Stats::Stream(s) => Self::Stream(s.into()),
            Stats::Track(_) => Self::Track,
        })
    }
}

/// Defines an entry: dictionaries merged into one, with the library's message that it is made from.
macro_rules! entry {
    ($(#[$doc:meta])* $name:ident from $proto:ident {
        $($(#[$field_doc:meta])* $field:ident: $dictionary:ident $(= $proto_field:ident)?,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Default, Clone)]
        pub struct $name {
            /// Id and time.
            pub rtc: dictionaries::RtcStats,
            $($(#[$field_doc])* pub $field: dictionaries::$dictionary,)*
        }

        impl From<proto::rtc_stats::$proto> for $name {
            fn from(value: proto::rtc_stats::$proto) -> Self {
                Self { rtc: value.rtc.into(), $($field: entry!(@take value $field $($proto_field)?).into(),)* }
            }
        }
    };
    (@take $value:ident $field:ident $proto_field:ident) => { $value.$proto_field };
    (@take $value:ident $field:ident) => { $value.$field };
}

entry! {
    /// A codec in use.
    CodecStats from Codec {
        /// The codec.
        codec: CodecStats,
    }
}

entry! {
    /// An RTP stream received here.
    InboundRtpStats from InboundRtp {
        /// What every RTP stream has.
        stream: RtpStreamStats,
        /// What every received stream has.
        received: ReceivedRtpStreamStats,
        /// The stream.
        inbound: InboundRtpStreamStats,
    }
}

entry! {
    /// An RTP stream sent from here.
    OutboundRtpStats from OutboundRtp {
        /// What every RTP stream has.
        stream: RtpStreamStats,
        /// What every sent stream has.
        sent: SentRtpStreamStats,
        /// The stream.
        outbound: OutboundRtpStreamStats,
    }
}

entry! {
    /// The far end's report on a stream sent from here.
    RemoteInboundRtpStats from RemoteInboundRtp {
        /// What every RTP stream has.
        stream: RtpStreamStats,
        /// What every received stream has.
        received: ReceivedRtpStreamStats,
        /// The report.
        remote_inbound: RemoteInboundRtpStreamStats,
    }
}

entry! {
    /// The far end's report on a stream received here.
    RemoteOutboundRtpStats from RemoteOutboundRtp {
        /// What every RTP stream has.
        stream: RtpStreamStats,
        /// What every sent stream has.
        sent: SentRtpStreamStats,
        /// The report.
        remote_outbound: RemoteOutboundRtpStreamStats,
    }
}

entry! {
    /// A local source of audio or video.
    MediaSourceStats from MediaSource {
        /// Which source.
        source: MediaSourceStats,
        /// Filled for audio.
        audio: AudioSourceStats,
        /// Filled for video.
        video: VideoSourceStats,
    }
}

entry! {
    /// Audio playout.
    MediaPlayoutStats from MediaPlayout {
        /// The playout.
        audio_playout: AudioPlayoutStats,
    }
}

entry! {
    /// The peer connection.
    PeerConnectionStats from PeerConnection {
        /// The connection.
        pc: PeerConnectionStats,
    }
}

entry! {
    /// A data channel.
    DataChannelStats from DataChannel {
        /// The channel.
        dc: DataChannelStats,
    }
}

entry! {
    /// A transport.
    TransportStats from Transport {
        /// The transport.
        transport: TransportStats,
    }
}

entry! {
    /// A pair of ICE candidates.
    CandidatePairStats from CandidatePair {
        /// The pair.
        candidate_pair: CandidatePairStats,
    }
}

entry! {
    /// An ICE candidate of this end.
    LocalCandidateStats from LocalCandidate {
        /// The candidate.
        local_candidate: IceCandidateStats = candidate,
    }
}

entry! {
    /// An ICE candidate of the far end.
    RemoteCandidateStats from RemoteCandidate {
        /// The candidate.
        remote_candidate: IceCandidateStats = candidate,
    }
}

entry! {
    /// A certificate.
    CertificateStats from Certificate {
        /// The certificate.
        certificate: CertificateStats,
    }
}

entry! {
    /// A media stream.
    StreamStats from Stream {
        /// The stream.
        stream: StreamStats,
    }
}

/// Defines an enumeration of the standard, and its conversion from the library's.
macro_rules! enumeration {
    ($(#[$doc:meta])* $name:ident from $proto:path { $($(#[$meta:meta])* $variant:ident = $from:ident),* $(,)? }) => {
        $(#[$doc])*
        #[allow(missing_docs, reason = "every value is a name of the standard, which describes it")]
        #[derive(Debug, Copy, Clone, PartialEq, Eq)]
        pub enum $name { $($(#[$meta])* $variant,)* }

        impl From<$proto> for $name {
            fn from(value: $proto) -> Self {
                use $proto as Proto;
                match value { $(Proto::$from => Self::$variant,)* }
            }
        }
    };
}

enumeration! {
    /// Why the encoder sends less than it could.
    #[derive(Default)]
    QualityLimitationReason from proto::QualityLimitationReason {
        #[default]
        None = LimitationNone, Cpu = LimitationCpu, Bandwidth = LimitationBandwidth, Other = LimitationOther,
    }
}

enumeration! {
    /// The role in ICE.
    #[derive(Default)]
    IceRole from proto::IceRole {
        #[default]
        Unknown = IceUnknown, Controlling = IceControlling, Controlled = IceControlled,
    }
}

enumeration! {
    /// The state of DTLS.
    DtlsTransportState from proto::DtlsTransportState {
        New = DtlsTransportNew, Connecting = DtlsTransportConnecting, Connected = DtlsTransportConnected,
        Closed = DtlsTransportClosed, Failed = DtlsTransportFailed,
    }
}

enumeration! {
    /// The state of ICE.
    IceTransportState from proto::IceTransportState {
        New = IceTransportNew, Checking = IceTransportChecking, Connected = IceTransportConnected,
        Completed = IceTransportCompleted, Disconnected = IceTransportDisconnected, Failed = IceTransportFailed,
        Closed = IceTransportClosed,
    }
}

enumeration! {
    /// The role in DTLS.
    #[derive(Default)]
    DtlsRole from proto::DtlsRole {
        Client = DtlsClient, Server = DtlsServer,
        #[default]
        Unknown = DtlsUnknown,
    }
}

enumeration! {
    /// The state of a candidate pair.
    IceCandidatePairState from proto::IceCandidatePairState {
        Frozen = PairFrozen, Waiting = PairWaiting, InProgress = PairInProgress, Failed = PairFailed,
        Succeeded = PairSucceeded,
    }
}

enumeration! {
    /// Where a candidate's address comes from.
    IceCandidateType from proto::IceCandidateType { Host = Host, Srflx = Srflx, Prflx = Prflx, Relay = Relay }
}

enumeration! {
    /// The transport to a TURN server.
    IceServerTransportProtocol from proto::IceServerTransportProtocol {
        Udp = TransportUdp, Tcp = TransportTcp, Tls = TransportTls,
    }
}

enumeration! {
    /// Who opens the TCP connection of a candidate.
    IceTcpCandidateType from proto::IceTcpCandidateType {
        Active = CandidateActive, Passive = CandidatePassive, So = CandidateSo,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_keeps_its_fields_and_enumerations() {
        let pair = proto::rtc_stats::CandidatePair {
            rtc: proto::RtcStatsData { id: "CP1".into(), timestamp: 5 },
            candidate_pair: proto::CandidatePairStats {
                state: Some(proto::IceCandidatePairState::PairSucceeded.into()),
                nominated: true,
                current_round_trip_time: 0.004,
                ..Default::default()
            },
        };
        let stats = RtcStats::from_proto(proto::RtcStats { stats: Some(Stats::CandidatePair(pair)) });
        let Some(RtcStats::CandidatePair(pair)) = stats else { panic!("not a candidate pair: {stats:?}") };
        assert_eq!(pair.rtc.id, "CP1");
        assert_eq!(pair.candidate_pair.state, Some(IceCandidatePairState::Succeeded));
        assert!(pair.candidate_pair.nominated);
        assert_eq!(pair.candidate_pair.current_round_trip_time, 0.004);
        assert!(RtcStats::from_proto(proto::RtcStats { stats: None }).is_none());
    }
}
