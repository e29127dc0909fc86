//! `use livekit::webrtc::prelude::*;` for the common names.

pub use super::{
    MediaType, RtcError, RtcErrorType,
    audio_frame::AudioFrame,
    audio_source::{AudioSourceOptions, RtcAudioSource},
    audio_track::RtcAudioTrack,
    data_channel::DataChannelState,
    media_stream_track::{MediaStreamTrack, RtcTrackState},
    peer_connection_factory::{ContinualGatheringPolicy, IceServer, IceTransportsType, RtcConfiguration},
    rtp_parameters::DegradationPreference,
    rtp_sender::VideoEncoderBackend,
    video_frame::{
        BoxVideoBuffer, BoxVideoFrame, I420Buffer, I422Buffer, I444Buffer, NV12Buffer, VideoBuffer, VideoBufferType,
        VideoFormatType, VideoFrame, VideoRotation,
    },
    video_source::{RtcVideoSource, VideoResolution},
    video_track::RtcVideoTrack,
};
