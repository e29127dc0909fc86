//! The names of `libwebrtc` that the SDK's users meet: frames, sources, streams, audio processing, statistics.

pub mod audio_frame;
pub mod audio_source;
pub mod audio_stream;
pub mod audio_track;
pub mod data_channel;
pub mod media_stream_track;
pub mod native;
pub mod peer_connection_factory;
pub mod prelude;
pub mod rtp_parameters;
pub mod rtp_sender;
pub mod stats;
pub mod video_frame;
pub mod video_source;
pub mod video_stream;
pub mod video_track;

use crate::ffi::FfiError;

/// Kinds of media.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub enum MediaType {
    /// Audio.
    Audio,
    /// Video.
    Video,
    /// Data.
    Data,
    /// None of these.
    Unsupported,
}

/// What kind of thing went wrong.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub enum RtcErrorType {
    /// Inside libwebrtc.
    Internal,
    /// A session description is wrong.
    InvalidSdp,
    /// The call does not fit the state or the object: most often its arguments are wrong.
    InvalidState,
}

/// An error of the media layer.
#[derive(Debug, thiserror::Error)]
#[error("an RtcError occurred: {error_type:?} - {message}")]
pub struct RtcError {
    /// What kind.
    pub error_type: RtcErrorType,
    /// What happened.
    pub message: String,
}

impl RtcError {
    /// The caller's arguments do not fit.
    fn invalid(message: impl Into<String>) -> Self {
        Self { error_type: RtcErrorType::InvalidState, message: message.into() }
    }

    /// The library failed.
    fn internal(message: impl Into<String>) -> Self {
        Self { error_type: RtcErrorType::Internal, message: message.into() }
    }
}

impl From<FfiError> for RtcError {
    fn from(error: FfiError) -> Self {
        Self::internal(error.to_string())
    }
}
