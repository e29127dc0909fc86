//! The audio processing module that microphone and loudspeaker share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use livekit::webrtc::native::apm::AudioProcessingModule;
use parking_lot::Mutex;

use super::RATE;

/// What is played reaches the microphone about this much later: the output's buffer, the air, the input's buffer. The
/// echo canceller finds the exact delay itself from here.
const DELAY_MS: i32 = 40;

/// Echo cancellation, noise suppression, gain control and a high-pass filter. Cheap to clone; all clones are one. Used
/// on the feeds' threads, never in a device's callback.
#[derive(Clone)]
pub struct Apm(Arc<Inner>);

struct Inner {
    module: Option<Mutex<AudioProcessingModule>>,
    /// Whether a microphone is open: without one, what is played needs no analysis.
    listening: AtomicBool,
}

impl Apm {
    /// All of it on.
    pub fn new() -> Self {
        Self::with(Some(AudioProcessingModule::new(true, true, true, true)))
    }

    /// Changes nothing: for sound that is no voice, and where the SDK is not loaded.
    pub fn bypass() -> Self {
        Self::with(None)
    }

    fn with(module: Option<AudioProcessingModule>) -> Self {
        Self(Arc::new(Inner { module: module.map(Mutex::new), listening: AtomicBool::new(false) }))
    }

    /// A microphone was opened or closed.
    pub(super) fn set_listening(&self, listening: bool) {
        self.0.listening.store(listening, Ordering::Relaxed);
    }

    /// Cleans 10 ms from the microphone, 48 kHz mono, in place.
    pub(super) fn near(&self, frame: &mut [i16]) {
        let Some(module) = &self.0.module else { return };
        let mut module = module.lock();
        let done = module.set_stream_delay_ms(DELAY_MS).and_then(|()| module.process_stream(frame, RATE as i32, 1));
        if let Err(error) = done {
            tracing::debug!(%error, "audio processing");
        }
    }

    /// Takes note of 10 ms that are being played, 48 kHz mono. `frame` may be overwritten.
    pub(super) fn far(&self, frame: &mut [i16]) {
        let Some(module) = &self.0.module else { return };
        if self.0.listening.load(Ordering::Relaxed)
            && let Err(error) = module.lock().process_reverse_stream(frame, RATE as i32, 1)
        {
            tracing::debug!(%error, "audio processing");
        }
    }
}

impl Default for Apm {
    fn default() -> Self {
        Self::new()
    }
}
