//! The microphone: from the device, cleaned, to the room.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use livekit::webrtc::audio_frame::AudioFrame;
use livekit::webrtc::audio_source::AudioSourceOptions;
use livekit::webrtc::audio_source::native::NativeAudioSource;

use super::devices::{self, Direction, Lookout};
use super::input::Input;
use super::level::Level;
use super::resample::Resampler;
use super::{Apm, FRAME, RATE, SoundError};
use crate::media::DeviceState;
use crate::media::feed::{FeedThread, Reporter, Stop, Wanted};
use crate::media::test_source::{self, TestSource, Tone};

/// How often a microphone that is not there, or not free, is looked for.
const RETRY: Duration = Duration::from_secs(2);
/// A microphone that sends nothing for this long is opened anew.
pub(super) const STANDSTILL: Duration = Duration::from_secs(2);
/// How long the SDK may take to accept 10 ms before they are given up.
const PATIENCE: Duration = Duration::from_millis(200);

/// Where a microphone's sound goes: frames of 10 ms, 48 kHz mono, on the microphone's thread.
pub trait SoundOutput: Send + 'static {
    /// The next 10 ms.
    fn sound(&mut self, frame: &[i16]);
}

impl<F: FnMut(&[i16]) + Send + 'static> SoundOutput for F {
    fn sound(&mut self, frame: &[i16]) {
        self(frame);
    }
}

/// To the room.
impl SoundOutput for NativeAudioSource {
    fn sound(&mut self, frame: &[i16]) {
        let data = Cow::Borrowed(frame);
        let frame = AudioFrame { data, sample_rate: RATE, num_channels: 1, samples_per_channel: FRAME as u32 };
        let captured =
            tauri::async_runtime::block_on(async { tokio::time::timeout(PATIENCE, self.capture_frame(&frame)).await });
        match captured {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "10 ms of sound were refused"),
            Err(_) => tracing::warn!("the SDK takes no sound"),
        }
    }
}

/// A source for the microphone's track, in the shape that [`MicrophoneFeed`] gives: it queues nothing, because the
/// feed's frames come at the microphone's pace already, and the receiver's jitter buffer follows its clock.
pub fn audio_source() -> NativeAudioSource {
    NativeAudioSource::new(AudioSourceOptions::default(), RATE, 1, 0)
}

struct Shared {
    muted: AtomicBool,
    level: Level,
}

/// A microphone in use. Dropping it closes the device.
pub struct MicrophoneFeed {
    shared: Arc<Shared>,
    wanted: Wanted,
    _thread: FeedThread,
}

impl MicrophoneFeed {
    /// Opens the microphone of this id (see [`crate::media::microphones`]), or the system's default if there is no
    /// choice or the chosen one is not there, on a thread of its own. Its sound is cleaned by `apm` and goes to
    /// `source` (made by [`audio_source`]); `on_state` is called on that thread, at each change. Returns at once.
    pub fn start(
        choice: Option<String>,
        source: NativeAudioSource,
        apm: Apm,
        on_state: impl Fn(DeviceState) + Send + Sync + 'static,
    ) -> Self {
        Self::start_into(choice, source, apm, on_state)
    }

    /// Like [`Self::start`], with the sound going to `output`.
    pub fn start_into(
        choice: Option<String>,
        output: impl SoundOutput,
        apm: Apm,
        on_state: impl Fn(DeviceState) + Send + Sync + 'static,
    ) -> Self {
        let shared = Arc::new(Shared { muted: AtomicBool::new(false), level: Level::default() });
        let inner = shared.clone();
        let wanted = Wanted::new(choice);
        let chosen = wanted.clone();
        let thread = FeedThread::spawn("microphone", move |stop| {
            let mut reporter = Reporter::new(on_state);
            let mut line = Line { shared: inner, output };
            match TestSource::from_env() {
                Some(source) => line.run_tone(stop, Tone::new(source.tone, RATE), &mut reporter),
                None => line.run(stop, &chosen, &apm, &mut reporter),
            }
            apm.set_listening(false);
        });
        Self { shared, wanted, _thread: thread }
    }

    /// Goes over to the microphone of this id, or to the system's default. The track stays.
    pub fn choose(&self, choice: Option<String>) {
        self.wanted.set(choice);
    }

    /// Sends silence in place of sound, from the next 10 ms on. The device stays open.
    pub fn set_muted(&self, muted: bool) {
        self.shared.muted.store(muted, Ordering::Relaxed);
    }

    /// How loud the person is, 0 (silence, muted) to 1.
    pub fn level(&self) -> f32 {
        self.shared.level.get()
    }
}

/// The way of a frame from the device to the room.
struct Line<O> {
    shared: Arc<Shared>,
    output: O,
}

impl<O: SoundOutput> Line<O> {
    /// Looks for a microphone, sends its sound, waits for it to come back, until told to stop.
    fn run(&mut self, stop: &Stop, wanted: &Wanted, apm: &Apm, reporter: &mut Reporter) {
        reporter.set(DeviceState::Starting);
        let mut name = String::from("Microphone");
        // Gone, and nothing in its place yet.
        let mut unplugged = false;
        while !stop.stopped() {
            let error = match self.listen(stop, wanted, &mut name, apm, reporter) {
                Ok(()) => {
                    unplugged = false;
                    continue;
                }
                Err(error) => error,
            };
            apm.set_listening(false);
            self.shared.level.clear();
            unplugged = matches!(error, SoundError::Gone) || unplugged && error == SoundError::Missing;
            reporter.set(if unplugged { SoundError::Gone.state(&name) } else { error.state(&name) });
            // Another one may be there at once.
            let wait = if error == SoundError::Gone { Duration::from_millis(200) } else { RETRY };
            if !stop.wait(wait) {
                return;
            }
        }
    }

    /// Opens a microphone and sends its sound until told to stop or another one is to be used (`Ok`), or it fails.
    fn listen(
        &mut self,
        stop: &Stop,
        wanted: &Wanted,
        name: &mut String,
        apm: &Apm,
        reporter: &mut Reporter,
    ) -> Result<(), SoundError> {
        let (number, choice) = wanted.get();
        let selected = devices::select(Direction::Input, choice.as_deref())?;
        let lookout = Lookout::start(Direction::Input, choice, &selected);
        name.clone_from(&selected.name);
        let rate = selected.config.sample_rate;
        let mut resampler = Resampler::new(rate, RATE).map_err(|error| SoundError::Other(error.to_string()))?;
        let mut input = Input::open(&selected, std::thread::current())?;
        tracing::info!(name, rate, channels = selected.config.channels, "microphone opened");
        apm.set_listening(true);
        let mut block = vec![0.0; resampler.block()];
        let mut pending = Pending::default();
        let (mut callbacks, mut moved) = (0, Instant::now());
        while !stop.stopped() && wanted.still(number) && !lookout.chosen_is_back()? {
            while let Ok(chunk) = input.samples.read_chunk(block.len()) {
                block.iter_mut().zip(chunk).for_each(|(to, from)| *to = from);
                // At the device's own rate no clock is to be followed: nothing is to be resampled.
                let samples = if rate == RATE { &block[..] } else { resampler.process(&block) };
                pending.push(samples, |frame| {
                    apm.near(frame);
                    self.send(frame);
                });
                reporter.set(DeviceState::On { name: name.clone() });
            }
            if let Some(failure) = input.health.failure.lock().take() {
                return Err(failure);
            }
            let now = input.health.callbacks.load(Ordering::Relaxed);
            if now != callbacks {
                (callbacks, moved) = (now, Instant::now());
            } else if moved.elapsed() > STANDSTILL {
                return Err(SoundError::Gone);
            }
            std::thread::park_timeout(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Sends a tone in place of a microphone's sound. It is no voice: nothing cleans it.
    fn run_tone(&mut self, stop: &Stop, mut tone: Tone, reporter: &mut Reporter) {
        reporter.set(DeviceState::On { name: test_source::NAME.into() });
        let mut frame = [0; FRAME];
        let mut next = Instant::now();
        loop {
            tone.fill(&mut frame);
            self.send(&mut frame);
            next += Duration::from_millis(10);
            // After a standstill (the machine slept) what was missed is not sent.
            next = next.max(Instant::now() - Duration::from_millis(100));
            if !stop.wait(next.saturating_duration_since(Instant::now())) {
                return;
            }
        }
    }

    fn send(&mut self, frame: &mut [i16]) {
        if self.shared.muted.load(Ordering::Relaxed) {
            frame.fill(0);
            self.shared.level.clear();
        } else {
            self.shared.level.add(frame.iter().map(|sample| f32::from(*sample) / 32_768.0));
        }
        self.output.sound(frame);
    }
}

/// Cuts samples into frames.
#[derive(Default)]
struct Pending {
    frame: Vec<i16>,
}

impl Pending {
    fn push(&mut self, samples: &[f32], mut each: impl FnMut(&mut [i16])) {
        for sample in samples {
            self.frame.push((sample * 32_767.0) as i16);
            if self.frame.len() == FRAME {
                each(&mut self.frame);
                self.frame.clear();
            }
        }
    }
}
