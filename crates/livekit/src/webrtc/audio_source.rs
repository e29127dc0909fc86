//! Sources of audio for local tracks.

/// Hz, where nothing else is said.
pub const DEFAULT_SAMPLE_RATE: u32 = 48_000;
/// Channels, where nothing else is said.
pub const DEFAULT_NUM_CHANNELS: u32 = 1;

/// What WebRTC does with a source's audio. For audio that went through an
/// [`AudioProcessingModule`](super::native::apm::AudioProcessingModule) already: nothing, the default.
#[derive(Default, Debug)]
pub struct AudioSourceOptions {
    /// Cancel echo.
    pub echo_cancellation: bool,
    /// Suppress noise.
    pub noise_suppression: bool,
    /// Control gain.
    pub auto_gain_control: bool,
}

/// A source of audio.
#[non_exhaustive]
#[derive(Debug, Clone)]
pub enum RtcAudioSource {
    /// One that the application gives frames to.
    Native(native::NativeAudioSource),
    /// The microphone that WebRTC itself records. Tracks of it are not supported here.
    Device,
}

impl RtcAudioSource {
    /// Remembers the options; the library takes them only when a source is made.
    pub fn set_audio_options(&self, options: AudioSourceOptions) {
        match self {
            Self::Native(source) => source.set_audio_options(options),
            Self::Device => {}
        }
    }

    /// The options.
    pub fn audio_options(&self) -> AudioSourceOptions {
        match self {
            Self::Native(source) => source.audio_options(),
            Self::Device => AudioSourceOptions::default(),
        }
    }

    /// Hz.
    pub fn sample_rate(&self) -> u32 {
        match self {
            Self::Native(source) => source.sample_rate(),
            Self::Device => DEFAULT_SAMPLE_RATE,
        }
    }

    /// Channels.
    pub fn num_channels(&self) -> u32 {
        match self {
            Self::Native(source) => source.num_channels(),
            Self::Device => DEFAULT_NUM_CHANNELS,
        }
    }
}

/// Sources that the application gives frames to.
pub mod native {
    use std::{fmt, sync::Arc};

    use parking_lot::Mutex;

    use super::AudioSourceOptions;
    use crate::{
        ffi::{
            self, FfiError, FfiHandle,
            proto::{self, ffi_event, ffi_request, ffi_response},
        },
        webrtc::{RtcError, audio_frame::AudioFrame},
    };

    /// Longest queue, ms.
    const MAX_QUEUE_MS: u32 = 10_000;
    /// What a 10 ms frame inside WebRTC holds at most (`webrtc::AudioFrame::kMaxDataSizeSamples`).
    const MAX_SAMPLES_PER_10_MS: u32 = 7_680;

    /// A source that the application gives frames to. Clones are the same source.
    #[derive(Clone)]
    pub struct NativeAudioSource {
        handle: Arc<FfiHandle>,
        options: Arc<Mutex<[bool; 3]>>,
        sample_rate: u32,
        num_channels: u32,
        queue_size_ms: u32,
    }

    impl fmt::Debug for NativeAudioSource {
        fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.debug_struct("NativeAudioSource")
                .field("sample_rate", &self.sample_rate)
                .field("num_channels", &self.num_channels)
                .field("queue_size_ms", &self.queue_size_ms)
                .finish_non_exhaustive()
        }
    }

    impl NativeAudioSource {
        /// A source with this rate (Hz: a multiple of 100 from 8000 to 192000), 1 to 8 channels, and a queue of this
        /// length (ms, a multiple of 10, at most 10000). With a queue of 0 every frame must be 10 ms long and goes
        /// straight to WebRTC.
        ///
        /// A source of other arguments, or without a usable library, takes no frames: each gives an error. A queue that
        /// is no multiple of 10 ms is rounded up.
        pub fn new(options: AudioSourceOptions, sample_rate: u32, num_channels: u32, queue_size_ms: u32) -> Self {
            let queue_size_ms = queue_size_ms.min(MAX_QUEUE_MS).next_multiple_of(10);
            let handle = if let Err(error) = check_format(sample_rate, num_channels) {
                tracing::error!(%error, "an audio source could not be made");
                FfiHandle::invalid()
            } else {
                create(&options, sample_rate, num_channels, queue_size_ms).unwrap_or_else(|error| {
                    tracing::error!(%error, "an audio source could not be made");
                    FfiHandle::invalid()
                })
            };
            let options = [options.echo_cancellation, options.noise_suppression, options.auto_gain_control];
            Self {
                handle: Arc::new(handle),
                options: Arc::new(Mutex::new(options)),
                sample_rate,
                num_channels,
                queue_size_ms,
            }
        }

        /// The library's object, for making a track of it.
        pub(crate) fn ffi_handle(&self) -> &Arc<FfiHandle> {
            &self.handle
        }

        /// Drops what is in the queue: nothing of it is sent.
        pub fn clear_buffer(&self) {
            let request = proto::ClearAudioBufferRequest { source_handle: self.handle.id() };
            if self.handle.is_valid()
                && let Err(error) = ffi::request(ffi_request::Message::ClearAudioBuffer(request))
            {
                tracing::warn!(%error, "an audio source's queue could not be cleared");
            }
        }

        /// Gives samples to WebRTC, which copies them, and waits while the queue is full: who captures faster than
        /// real time is slowed down to it. One capture at a time; a second meanwhile is an error.
        ///
        /// # Errors
        /// [`InvalidState`](crate::webrtc::RtcErrorType::InvalidState) if the frame's rate, channels or length do not fit the source, or
        /// the source is not usable. An empty frame is no error.
        pub async fn capture_frame(&self, frame: &AudioFrame<'_>) -> Result<(), RtcError> {
            self.check(frame)?;
            if frame.data.is_empty() {
                return Ok(());
            }
            let answer = ffi::call(|async_id| {
                // The samples live until the request returns, and the library copies them during it.
                ffi_request::Message::CaptureAudioFrame(proto::CaptureAudioFrameRequest {
                    source_handle: self.handle.id(),
                    buffer: proto::AudioFrameBufferInfo {
                        data_ptr: frame.data.as_ptr().expose_provenance() as u64,
                        num_channels: self.num_channels,
                        sample_rate: self.sample_rate,
                        samples_per_channel: frame.data.len() as u32 / self.num_channels,
                    },
                    request_async_id: Some(async_id),
                })
            })
            .await?;
            match answer {
                ffi_event::Message::CaptureAudioFrame(done) => match done.error {
                    None => Ok(()),
                    Some(message) => Err(RtcError::invalid(message)),
                },
                _ => Err(FfiError::Unexpected.into()),
            }
        }

        fn check(&self, frame: &AudioFrame<'_>) -> Result<(), RtcError> {
            if !self.handle.is_valid() {
                return Err(RtcError::invalid("the audio source is not usable"));
            }
            if self.sample_rate != frame.sample_rate || self.num_channels != frame.num_channels {
                return Err(RtcError::invalid("sample_rate and num_channels don't match"));
            }
            let samples = frame.data.len();
            if samples as u64 != u64::from(frame.num_channels) * u64::from(frame.samples_per_channel) {
                return Err(RtcError::invalid(format!(
                    "{samples} samples are not {} channels of {}",
                    frame.num_channels, frame.samples_per_channel
                )));
            }
            // Both paths of the library take at most this much at once without an arithmetic overflow.
            if frame.samples_per_channel > self.sample_rate.saturating_mul(MAX_QUEUE_MS / 1000) {
                return Err(RtcError::invalid("a frame of more than 10 s"));
            }
            let direct = self.sample_rate / 100;
            if self.queue_size_ms == 0 && samples > 0 && frame.samples_per_channel != direct {
                return Err(RtcError::invalid(format!(
                    "direct capture requires 10ms frames: got {} frames, expected {direct}",
                    frame.samples_per_channel
                )));
            }
            Ok(())
        }

        /// Remembers the options; the library takes them only when a source is made.
        pub fn set_audio_options(&self, options: AudioSourceOptions) {
            *self.options.lock() = [options.echo_cancellation, options.noise_suppression, options.auto_gain_control];
        }

        /// The options.
        pub fn audio_options(&self) -> AudioSourceOptions {
            let [echo_cancellation, noise_suppression, auto_gain_control] = *self.options.lock();
            AudioSourceOptions { echo_cancellation, noise_suppression, auto_gain_control }
        }

        /// Hz.
        pub fn sample_rate(&self) -> u32 {
            self.sample_rate
        }

        /// Channels.
        pub fn num_channels(&self) -> u32 {
            self.num_channels
        }
    }

    /// Whether WebRTC can work on audio of this rate (Hz) and number of channels; it aborts if not.
    pub(crate) fn check_format(sample_rate: u32, num_channels: u32) -> Result<(), RtcError> {
        let rate_fits = (8_000..=192_000).contains(&sample_rate) && sample_rate.is_multiple_of(100);
        if !rate_fits || !(1..=8).contains(&num_channels) || sample_rate / 100 * num_channels > MAX_SAMPLES_PER_10_MS {
            return Err(RtcError::invalid(format!("audio of {sample_rate} Hz with {num_channels} channels")));
        }
        Ok(())
    }

    fn create(
        options: &AudioSourceOptions,
        sample_rate: u32,
        num_channels: u32,
        queue_size_ms: u32,
    ) -> Result<FfiHandle, FfiError> {
        let request = proto::NewAudioSourceRequest {
            r#type: proto::AudioSourceType::AudioSourceNative.into(),
            options: Some(proto::AudioSourceOptions {
                echo_cancellation: options.echo_cancellation,
                noise_suppression: options.noise_suppression,
                auto_gain_control: options.auto_gain_control,
                prefer_hardware: None,
            }),
            sample_rate: Some(sample_rate),
            num_channels: Some(num_channels),
            queue_size_ms: Some(queue_size_ms),
            platform_audio_handle: None,
        };
        match ffi::request(ffi_request::Message::NewAudioSource(request))? {
            ffi_response::Message::NewAudioSource(response) => Ok(FfiHandle::new(response.source.handle)),
            _ => Err(FfiError::Unexpected),
        }
    }
}
