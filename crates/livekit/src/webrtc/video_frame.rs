//! Video frames and the pixel buffers in them.

use std::fmt::Debug;

pub(crate) mod buffers;
mod planes;
mod scale;

pub use buffers::{I420Buffer, I422Buffer, I444Buffer, NV12Buffer};

use crate::ffi::proto;

/// How far a frame must be turned clockwise to stand upright.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub enum VideoRotation {
    /// Not at all.
    VideoRotation0 = 0,
    /// A quarter.
    VideoRotation90 = 90,
    /// Half.
    VideoRotation180 = 180,
    /// Three quarters.
    VideoRotation270 = 270,
}

impl From<VideoRotation> for proto::VideoRotation {
    fn from(value: VideoRotation) -> Self {
        match value {
            VideoRotation::VideoRotation0 => Self::VideoRotation0,
            VideoRotation::VideoRotation90 => Self::VideoRotation90,
            VideoRotation::VideoRotation180 => Self::VideoRotation180,
            VideoRotation::VideoRotation270 => Self::VideoRotation270,
        }
    }
}

impl From<proto::VideoRotation> for VideoRotation {
    fn from(value: proto::VideoRotation) -> Self {
        match value {
            proto::VideoRotation::VideoRotation0 => Self::VideoRotation0,
            proto::VideoRotation::VideoRotation90 => Self::VideoRotation90,
            proto::VideoRotation::VideoRotation180 => Self::VideoRotation180,
            proto::VideoRotation::VideoRotation270 => Self::VideoRotation270,
        }
    }
}

/// Packed 32-bit pixels, named as in libyuv by a little-endian word.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub enum VideoFormatType {
    /// In memory B, G, R, A.
    ARGB,
    /// In memory A, R, G, B.
    BGRA,
    /// In memory R, G, B, A.
    ABGR,
    /// In memory A, B, G, R.
    RGBA,
}

/// How a buffer's pixels are stored. Buffers of this crate are I420, I422, I444 or NV12.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum VideoBufferType {
    /// The platform's own.
    Native,
    /// Three 8-bit planes, chroma halved both ways.
    I420,
    /// I420 and a plane of alpha.
    I420A,
    /// Three 8-bit planes, chroma halved across.
    I422,
    /// Three 8-bit planes.
    I444,
    /// Three 10-bit planes in 16-bit words, chroma halved both ways.
    I010,
    /// A plane of luma, and one of interleaved chroma halved both ways.
    NV12,
}

/// What travels with a frame in its packet trailer, where that is negotiated.
#[derive(Debug, Clone)]
pub struct FrameMetadata {
    /// Time of capture by the wall clock, µs.
    pub user_timestamp: Option<u64>,
    /// A number that grows with every frame.
    pub frame_id: Option<u32>,
    /// Bytes of the application's (about 232 at most; longer ones are not sent).
    pub user_data: Option<Vec<u8>>,
}

impl From<proto::FrameMetadata> for FrameMetadata {
    fn from(value: proto::FrameMetadata) -> Self {
        Self { user_timestamp: value.user_timestamp, frame_id: value.frame_id, user_data: value.user_data }
    }
}

impl From<FrameMetadata> for proto::FrameMetadata {
    fn from(value: FrameMetadata) -> Self {
        Self { user_timestamp: value.user_timestamp, frame_id: value.frame_id, user_data: value.user_data }
    }
}

/// A picture and its time.
#[derive(Debug)]
pub struct VideoFrame<T>
where
    T: AsRef<dyn VideoBuffer>,
{
    /// How far to turn it for display.
    pub rotation: VideoRotation,
    /// When it was captured, µs; 0 means now. On receipt, a time of the receiver's clock.
    pub timestamp_us: i64,
    /// Metadata from the packet trailer.
    pub frame_metadata: Option<FrameMetadata>,
    /// The pixels.
    pub buffer: T,
}

impl<T: AsRef<dyn VideoBuffer>> VideoFrame<T> {
    /// A frame captured now, without metadata.
    pub fn new(rotation: VideoRotation, buffer: T) -> Self {
        Self { rotation, timestamp_us: 0, frame_metadata: None, buffer }
    }
}

/// A buffer of any type.
pub type BoxVideoBuffer = Box<dyn VideoBuffer>;
/// A frame with a buffer of any type.
pub type BoxVideoFrame = VideoFrame<BoxVideoBuffer>;

pub(crate) mod internal {
    use super::{I420Buffer, VideoFormatType};

    /// What every buffer of this crate can do; no other type is a buffer.
    pub trait BufferSealed: Send + Sync {
        /// A copy as I420.
        fn to_i420(&self) -> I420Buffer;

        /// Writes the upper left `dst_width`×`dst_height` pixels as packed 32-bit pixels (BT.601, limited range).
        ///
        /// `dst_stride` is in bytes; `dst` must hold `dst_stride` times the height. A negative height turns the picture
        /// upside down. Bad arguments change nothing and are logged as an error.
        fn to_argb(&self, format: VideoFormatType, dst: &mut [u8], dst_stride: u32, dst_width: i32, dst_height: i32);
    }
}

/// A buffer of pixels.
pub trait VideoBuffer: internal::BufferSealed + Debug {
    /// Pixels across.
    fn width(&self) -> u32;
    /// Pixels down.
    fn height(&self) -> u32;
    /// How the pixels are stored.
    fn buffer_type(&self) -> VideoBufferType;

    /// The buffer as I420, if it is.
    fn as_i420(&self) -> Option<&I420Buffer> {
        None
    }

    /// The buffer as I422, if it is.
    fn as_i422(&self) -> Option<&I422Buffer> {
        None
    }

    /// The buffer as I444, if it is.
    fn as_i444(&self) -> Option<&I444Buffer> {
        None
    }

    /// The buffer as NV12, if it is.
    fn as_nv12(&self) -> Option<&NV12Buffer> {
        None
    }
}

/// Conversions of buffers whose type is known. A `dyn VideoBuffer` has them of itself.
pub mod native {
    use super::{I420Buffer, VideoBuffer, VideoFormatType};

    /// Conversions of any buffer.
    pub trait VideoFrameBufferExt: VideoBuffer {
        /// A copy as I420.
        fn to_i420(&self) -> I420Buffer;

        /// Writes the upper left `dst_width`×`dst_height` pixels as packed 32-bit pixels (BT.601, limited range).
        ///
        /// `dst_stride` is in bytes; `dst` must hold `dst_stride` times the height. A negative height turns the picture
        /// upside down. Bad arguments change nothing and are logged as an error.
        fn to_argb(&self, format: VideoFormatType, dst: &mut [u8], dst_stride: u32, dst_width: i32, dst_height: i32);
    }

    impl<T: VideoBuffer> VideoFrameBufferExt for T {
        fn to_i420(&self) -> I420Buffer {
            self.to_i420()
        }

        fn to_argb(&self, format: VideoFormatType, dst: &mut [u8], dst_stride: u32, dst_width: i32, dst_height: i32) {
            self.to_argb(format, dst, dst_stride, dst_width, dst_height)
        }
    }
}

#[cfg(test)]
mod tests;
