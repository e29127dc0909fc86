//! `use livekit::prelude::*;` brings in what most code needs.

pub use livekit_protocol::{AudioTrackFeature, PacketTrailerFeature};
pub use livekit_rpc::api::{PerformRpcData, RpcError, RpcErrorCode, RpcInvocationData};

pub use crate::{
    ConnectionState, DataPacket, DataPacketKind, Room, RoomError, RoomEvent, RoomOptions, RoomResult, RoomSdkOptions,
    SipDTMF, Transcription, TranscriptionSegment,
    id::*,
    participant::{ConnectionQuality, DisconnectReason, LocalParticipant, Participant, RemoteParticipant},
    publication::{LocalTrackPublication, RemoteTrackPublication, TrackPublication},
    track::{
        AudioTrack, LocalAudioTrack, LocalTrack, LocalVideoTrack, RemoteAudioTrack, RemoteTrack, RemoteVideoTrack,
        StreamState, Track, TrackDimension, TrackKind, TrackSource, VideoTrack,
    },
    webrtc::audio_source::RtcAudioSource,
};
