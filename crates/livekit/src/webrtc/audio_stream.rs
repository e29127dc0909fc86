//! Streams of the samples of a track.

/// Streams of decoded samples.
pub mod native {
    use std::{
        borrow::Cow,
        fmt,
        pin::Pin,
        task::{Context, Poll},
    };

    use futures_util::Stream;

    use crate::{
        ffi::{
            self, FfiError, FfiHandle,
            events::{MediaReceiver, register_audio_stream},
            proto::{self, audio_stream_event, ffi_event, ffi_request, ffi_response},
        },
        webrtc::{RtcError, audio_frame::AudioFrame, audio_source::native::check_format, audio_track::RtcAudioTrack},
    };

    const DEFAULT_QUEUE_SIZE_FRAMES: usize = 10;
    /// Stands for "unbounded": 10 s.
    const LONGEST_QUEUE_FRAMES: usize = 1_000;

    /// How a stream buffers.
    #[derive(Clone, Debug, Default)]
    pub struct NativeAudioStreamOptions {
        /// Frames of 10 ms that may wait; when one more comes, the oldest is dropped. `None`: 10. `Some(0)`: as many as
        /// 1000.
        pub queue_size_frames: Option<usize>,
    }

    /// The decoded audio of a track, in frames of 10 ms; the oldest are dropped when the reader is too slow.
    ///
    /// Ends when the track does. Dropping the stream ends it at once.
    pub struct NativeAudioStream {
        track: RtcAudioTrack,
        open: Option<(FfiHandle, MediaReceiver)>,
    }

    impl fmt::Debug for NativeAudioStream {
        fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.debug_struct("NativeAudioStream").field("track", &self.track).finish_non_exhaustive()
        }
    }

    impl NativeAudioStream {
        /// A stream, resampled to this rate (Hz) and mixed to this many channels, in which 100 ms wait at most.
        pub fn new(audio_track: RtcAudioTrack, sample_rate: i32, num_channels: i32) -> Self {
            Self::with_options(audio_track, sample_rate, num_channels, NativeAudioStreamOptions::default())
        }

        /// A stream with options. If it cannot be made (the rate is no multiple of 100 from 8000 to 192000, there are
        /// not 1 to 8 channels, the track is gone), the error is logged and the stream is at its end.
        pub fn with_options(
            audio_track: RtcAudioTrack,
            sample_rate: i32,
            num_channels: i32,
            options: NativeAudioStreamOptions,
        ) -> Self {
            let capacity = match options.queue_size_frames {
                None => DEFAULT_QUEUE_SIZE_FRAMES,
                Some(0) => LONGEST_QUEUE_FRAMES,
                Some(frames) => frames.min(LONGEST_QUEUE_FRAMES),
            };
            let open = create(&audio_track, sample_rate, num_channels, capacity)
                .inspect_err(
                    |error| tracing::warn!(%error, track = ?audio_track, "an audio stream could not be opened"),
                )
                .ok();
            Self { track: audio_track, open }
        }

        /// The track.
        pub fn track(&self) -> RtcAudioTrack {
            self.track.clone()
        }

        /// Ends the stream; what waits is dropped.
        pub fn close(&mut self) {
            self.open = None;
        }
    }

    fn create(
        track: &RtcAudioTrack,
        sample_rate: i32,
        num_channels: i32,
        capacity: usize,
    ) -> Result<(FfiHandle, MediaReceiver), RtcError> {
        let (rate, channels) = (sample_rate.max(0) as u32, num_channels.max(0) as u32);
        check_format(rate, channels)?;
        let request = proto::NewAudioStreamRequest {
            track_handle: track.ffi_handle().id(),
            r#type: proto::AudioStreamType::AudioStreamNative.into(),
            sample_rate: Some(rate),
            num_channels: Some(channels),
            audio_filter_module_id: None,
            audio_filter_options: None,
            frame_size_ms: None,
            queue_size_frames: Some(capacity as u32),
        };
        match ffi::request(ffi_request::Message::NewAudioStream(request))? {
            ffi_response::Message::NewAudioStream(response) => {
                let handle = FfiHandle::new(response.stream.handle);
                let receiver = register_audio_stream(handle.id(), capacity);
                track.inner.add_stream(receiver.end());
                Ok((handle, receiver))
            }
            _ => Err(FfiError::Unexpected.into()),
        }
    }

    impl Stream for NativeAudioStream {
        type Item = AudioFrame<'static>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context) -> Poll<Option<Self::Item>> {
            loop {
                let Some((_, receiver)) = &mut self.open else { return Poll::Ready(None) };
                let Some(message) = std::task::ready!(receiver.poll_recv(cx)) else {
                    self.close();
                    return Poll::Ready(None);
                };
                if let ffi_event::Message::AudioStreamEvent(event) = message
                    && let Some(audio_stream_event::Message::FrameReceived(received)) = event.message
                {
                    return Poll::Ready(Some(take(received.frame)));
                }
            }
        }
    }

    /// Copies the samples out and gives the library's buffer back.
    pub(crate) fn take(owned: proto::OwnedAudioFrameBuffer) -> AudioFrame<'static> {
        let _buffer = FfiHandle::new(owned.handle);
        let info = owned.info;
        let samples = info.num_channels as usize * info.samples_per_channel as usize;
        let data = if info.data_ptr == 0 || samples == 0 {
            Vec::new()
        } else {
            let address = std::ptr::with_exposed_provenance(info.data_ptr as usize);
            // SAFETY: the library describes a buffer of 16-bit samples of this length, aligned for them, that it keeps
            // unchanged until `_buffer` is dropped, after this copy.
            unsafe { std::slice::from_raw_parts(address, samples) }.to_vec()
        };
        AudioFrame {
            data: Cow::Owned(data),
            sample_rate: info.sample_rate,
            num_channels: info.num_channels,
            samples_per_channel: info.samples_per_channel,
        }
    }
}
