//! Streams of the frames of a track.

/// Streams of decoded frames.
pub mod native {
    use std::{
        fmt,
        pin::Pin,
        task::{Context, Poll},
    };

    use futures_util::Stream;

    use crate::{
        ffi::{
            self, FfiError, FfiHandle,
            events::{MediaReceiver, register_video_stream},
            proto::{self, ffi_event, ffi_request, ffi_response, video_stream_event},
        },
        webrtc::{
            video_frame::{BoxVideoFrame, I420Buffer, VideoFrame},
            video_track::RtcVideoTrack,
        },
    };

    const DEFAULT_QUEUE_SIZE_FRAMES: usize = 1;
    /// Stands for "unbounded": a decoded frame is 1.4 MB at 1280×720, so this is much already.
    const LONGEST_QUEUE_FRAMES: usize = 300;

    /// How a stream buffers.
    #[derive(Clone, Debug, Default)]
    pub struct NativeVideoStreamOptions {
        /// Frames that may wait; when one more comes, the oldest is dropped. `None`: 1. `Some(0)`: as many as 300.
        pub queue_size_frames: Option<usize>,
    }

    /// The decoded frames of a track, newest wins: frames that come while one waits replace it.
    ///
    /// Frames are I420, and their pixels stay where the library put them until the frame is dropped, so do not collect
    /// frames. Ends when the track does. Dropping the stream ends decoding for it at once.
    pub struct NativeVideoStream {
        track: RtcVideoTrack,
        open: Option<(FfiHandle, MediaReceiver)>,
    }

    impl fmt::Debug for NativeVideoStream {
        fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.debug_struct("NativeVideoStream").field("track", &self.track).finish_non_exhaustive()
        }
    }

    impl NativeVideoStream {
        /// A stream in which one frame waits at most.
        pub fn new(video_track: RtcVideoTrack) -> Self {
            Self::with_options(video_track, NativeVideoStreamOptions::default())
        }

        /// A stream with options. If the library cannot make it (the track is gone), the error is logged and the stream
        /// is at its end.
        pub fn with_options(video_track: RtcVideoTrack, options: NativeVideoStreamOptions) -> Self {
            let capacity = match options.queue_size_frames {
                None => DEFAULT_QUEUE_SIZE_FRAMES,
                Some(0) => LONGEST_QUEUE_FRAMES,
                Some(frames) => frames.min(LONGEST_QUEUE_FRAMES),
            };
            let open = create(&video_track, capacity)
                .inspect_err(|error| tracing::warn!(%error, track = ?video_track, "a video stream could not be opened"))
                .ok();
            Self { track: video_track, open }
        }

        /// The track.
        pub fn track(&self) -> RtcVideoTrack {
            self.track.clone()
        }

        /// Ends the stream; what waits is dropped.
        pub fn close(&mut self) {
            self.open = None;
        }
    }

    fn create(track: &RtcVideoTrack, capacity: usize) -> Result<(FfiHandle, MediaReceiver), FfiError> {
        let request = proto::NewVideoStreamRequest {
            track_handle: track.ffi_handle().id(),
            r#type: proto::VideoStreamType::VideoStreamNative.into(),
            format: Some(proto::VideoBufferType::I420.into()),
            normalize_stride: Some(true),
            // The same bound in the library's own queue, which frames wait in while its workers are busy.
            queue_size_frames: Some(capacity as u32),
        };
        match ffi::request(ffi_request::Message::NewVideoStream(request))? {
            ffi_response::Message::NewVideoStream(response) => {
                let handle = FfiHandle::new(response.stream.handle);
                let receiver = register_video_stream(handle.id(), capacity);
                track.inner.add_stream(receiver.end());
                Ok((handle, receiver))
            }
            _ => Err(FfiError::Unexpected),
        }
    }

    impl Stream for NativeVideoStream {
        type Item = BoxVideoFrame;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context) -> Poll<Option<Self::Item>> {
            loop {
                let Some((_, receiver)) = &mut self.open else { return Poll::Ready(None) };
                let Some(message) = std::task::ready!(receiver.poll_recv(cx)) else {
                    self.close();
                    return Poll::Ready(None);
                };
                if let ffi_event::Message::VideoStreamEvent(event) = message
                    && let Some(video_stream_event::Message::FrameReceived(received)) = event.message
                {
                    if let Some(frame) = take(received) {
                        return Poll::Ready(Some(frame));
                    }
                    tracing::warn!("a video frame was not understood");
                }
            }
        }
    }

    fn take(received: proto::VideoFrameReceived) -> Option<BoxVideoFrame> {
        let rotation = received.rotation().into();
        Some(VideoFrame {
            rotation,
            timestamp_us: received.timestamp_us,
            frame_metadata: received.metadata.map(Into::into),
            buffer: Box::new(I420Buffer::from_library(received.buffer)?),
        })
    }
}
