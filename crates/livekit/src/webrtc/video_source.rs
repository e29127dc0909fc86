//! Sources of video for local tracks.

/// A size in pixels.
#[derive(Debug, Clone)]
pub struct VideoResolution {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

impl Default for VideoResolution {
    /// 1280×720.
    fn default() -> Self {
        Self { width: 1280, height: 720 }
    }
}

/// A source of video.
#[non_exhaustive]
#[derive(Debug, Clone)]
pub enum RtcVideoSource {
    /// One that the application gives frames to.
    Native(native::NativeVideoSource),
}

impl RtcVideoSource {
    /// The resolution that the source was made with.
    pub fn video_resolution(&self) -> VideoResolution {
        match self {
            Self::Native(source) => source.video_resolution(),
        }
    }
}

/// Sources that the application gives frames to.
pub mod native {
    use std::{fmt, sync::Arc};

    use super::VideoResolution;
    use crate::{
        ffi::{
            self, FfiError, FfiHandle,
            proto::{self, ffi_request, ffi_response, video_buffer_info::ComponentInfo},
        },
        webrtc::video_frame::{NV12Buffer, VideoBuffer, VideoFrame},
    };

    /// The smallest side that WebRTC encodes safely. It cuts frames to even sizes and sends smaller ones when the machine
    /// or the network is slow; where nothing is left of a side, it ends the process (seen with 1×1 as soon as it was
    /// published).
    const MIN_SIDE: u32 = 16;

    /// Sides beyond this are refused: VP8 and H.264 end here.
    const MAX_SIDE: u32 = 16_383;

    /// A source that the application gives frames to. Clones are the same source.
    ///
    /// Until the first frame the library sends black ones, so that the track is set up by then.
    #[derive(Clone)]
    pub struct NativeVideoSource {
        handle: Arc<FfiHandle>,
        resolution: VideoResolution,
    }

    impl fmt::Debug for NativeVideoSource {
        fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.debug_struct("NativeVideoSource").field("resolution", &self.resolution).finish_non_exhaustive()
        }
    }

    impl Default for NativeVideoSource {
        fn default() -> Self {
            Self::new(VideoResolution::default(), false)
        }
    }

    impl NativeVideoSource {
        /// A source of about this resolution; frames may differ. For a screen, resolution goes before frame rate.
        ///
        /// A resolution without pixels, or too large, is replaced by 1280×720 with a warning. If the library cannot be
        /// used, the error is logged and the source takes no frames.
        pub fn new(resolution: VideoResolution, is_screencast: bool) -> Self {
            let usable = (1..=MAX_SIDE).contains(&resolution.width) && (1..=MAX_SIDE).contains(&resolution.height);
            let resolution = if usable {
                resolution
            } else {
                tracing::warn!(?resolution, "no video source can have this resolution: using 1280×720");
                VideoResolution::default()
            };
            let handle = create(&resolution, is_screencast).unwrap_or_else(|error| {
                tracing::error!(%error, "a video source could not be made");
                FfiHandle::invalid()
            });
            Self { handle: Arc::new(handle), resolution }
        }

        /// The library's object, for making a track of it.
        pub(crate) fn ffi_handle(&self) -> &Arc<FfiHandle> {
            &self.handle
        }

        /// Gives a frame to WebRTC, which copies it (some 0.1 ms for 1280×720). I420 and NV12 go as they are, other
        /// types are converted first.
        ///
        /// `false` if the frame was not taken: it is smaller than 16 or larger than 16383 pixels a side, or the source
        /// is not usable. That WebRTC itself drops a frame, to save CPU or bandwidth, is not reported by the library.
        pub fn capture_frame<T: AsRef<dyn VideoBuffer>>(&self, frame: &VideoFrame<T>) -> bool {
            let buffer = frame.buffer.as_ref();
            let sides = MIN_SIDE..=MAX_SIDE;
            if !self.handle.is_valid() || !sides.contains(&buffer.width()) || !sides.contains(&buffer.height()) {
                tracing::debug!(?buffer, "a video frame was not taken");
                return false;
            }
            let converted;
            let info = if let Some(nv12) = buffer.as_nv12() {
                describe_nv12(nv12)
            } else {
                let i420 = match buffer.as_i420() {
                    Some(i420) => i420,
                    None => {
                        converted = buffer.to_i420();
                        &converted
                    }
                };
                let ((y, u, v), (stride_y, stride_u, stride_v)) = (i420.data(), i420.strides());
                let components = vec![component(y, stride_y), component(u, stride_u), component(v, stride_v)];
                describe(proto::VideoBufferType::I420, i420.width(), i420.height(), components)
            };
            // The planes that `info` points to live until the request returns, and the library copies them during it.
            let request = proto::CaptureVideoFrameRequest {
                source_handle: self.handle.id(),
                buffer: info,
                timestamp_us: frame.timestamp_us,
                rotation: proto::VideoRotation::from(frame.rotation).into(),
                metadata: frame.frame_metadata.clone().map(Into::into),
            };
            match ffi::request(ffi_request::Message::CaptureVideoFrame(request)) {
                Ok(_) => true,
                Err(error) => {
                    tracing::debug!(%error, "a video frame was not taken");
                    false
                }
            }
        }

        /// The resolution that the source was made with.
        pub fn video_resolution(&self) -> VideoResolution {
            self.resolution.clone()
        }
    }

    fn create(resolution: &VideoResolution, is_screencast: bool) -> Result<FfiHandle, FfiError> {
        let request = proto::NewVideoSourceRequest {
            r#type: proto::VideoSourceType::VideoSourceNative.into(),
            resolution: proto::VideoSourceResolution { width: resolution.width, height: resolution.height },
            is_screencast: Some(is_screencast),
        };
        match ffi::request(ffi_request::Message::NewVideoSource(request))? {
            ffi_response::Message::NewVideoSource(response) => Ok(FfiHandle::new(response.source.handle)),
            _ => Err(FfiError::Unexpected),
        }
    }

    /// A plane. The library aborts unless its length is exactly stride times rows, which buffers guarantee.
    fn component(plane: &[u8], stride: u32) -> ComponentInfo {
        ComponentInfo { data_ptr: plane.as_ptr().expose_provenance() as u64, stride, size: plane.len() as u32 }
    }

    fn describe_nv12(nv12: &NV12Buffer) -> proto::VideoBufferInfo {
        let ((y, uv), (stride_y, stride_uv)) = (nv12.data(), nv12.strides());
        let components = vec![component(y, stride_y), component(uv, stride_uv)];
        describe(proto::VideoBufferType::Nv12, nv12.width(), nv12.height(), components)
    }

    fn describe(
        r#type: proto::VideoBufferType,
        width: u32,
        height: u32,
        components: Vec<ComponentInfo>,
    ) -> proto::VideoBufferInfo {
        let data_ptr = components[0].data_ptr;
        proto::VideoBufferInfo { r#type: r#type.into(), width, height, data_ptr, stride: None, components }
    }
}
