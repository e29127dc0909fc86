//! The loudspeaker: all remote voices, mixed, to the device.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use livekit::prelude::{RemoteAudioTrack, TrackSid};
use livekit::webrtc::audio_stream::native::NativeAudioStream;
use parking_lot::Mutex;
use tauri::async_runtime::JoinHandle;

use super::devices::{self, Direction, Lookout};
use super::microphone::STANDSTILL;
use super::mixer::{Mixer, TrackInput};
use super::output::Output;
use super::wav::WavWriter;
use super::{Apm, FRAME, RATE, SoundError};
use crate::media::DeviceState;
use crate::media::feed::{FeedThread, Reporter, Stop, Wanted};
use crate::media::test_source;

/// How often a loudspeaker that is not there, or not free, is looked for.
const RETRY: Duration = Duration::from_secs(2);
/// 10 ms.
const PERIOD: Duration = Duration::from_millis(10);
/// The file that what is played is written to, too.
const PLAYOUT: &str = "DONFRA_LIVE_TEST_PLAYOUT";

/// The loudspeaker in use: one mixer for all remote tracks. Dropping it closes the device.
///
/// Without a device the tracks are drained all the same, at their own pace, so that nothing piles up and a device that
/// comes plays the present.
pub struct Speaker {
    mixer: Arc<Mutex<Mixer>>,
    readers: Mutex<HashMap<TrackSid, JoinHandle<()>>>,
    wanted: Wanted,
    _thread: FeedThread,
}

impl Speaker {
    /// Opens the loudspeaker of this id (see [`crate::media::speakers`]), or the system's default if there is no choice
    /// or the chosen one is not there, on a thread of its own. `apm` learns what is played; `on_state` is called on
    /// that thread, at each change. Returns at once.
    pub fn start(choice: Option<String>, apm: Apm, on_state: impl Fn(DeviceState) + Send + Sync + 'static) -> Self {
        let mixer = Arc::new(Mutex::new(Mixer::new()));
        let inner = mixer.clone();
        let wanted = Wanted::new(choice);
        let chosen = wanted.clone();
        let thread = FeedThread::spawn("speaker", move |stop| {
            let reporter = Reporter::new(on_state);
            let wav = std::env::var_os(PLAYOUT).map(PathBuf::from).and_then(|path| {
                let file = WavWriter::create(&path);
                file.inspect_err(|error| tracing::error!(%error, ?path, "no playout file")).ok()
            });
            Line { mixer: inner, apm, wav, reporter, mix: [0.0; FRAME], frame: [0; FRAME] }.run(stop, &chosen);
        });
        Self { mixer, readers: Mutex::default(), wanted, _thread: thread }
    }

    /// Goes over to the loudspeaker of this id, or to the system's default.
    pub fn choose(&self, choice: Option<String>) {
        self.wanted.set(choice);
    }

    /// Plays this track of this participant from now on, until it ends or is removed.
    pub fn add(&self, identity: &str, track: RemoteAudioTrack) {
        let sid = track.sid();
        let mut input = self.add_input(identity, sid.as_str());
        // Opened here, so that no sound is lost to the task's start.
        let mut stream = NativeAudioStream::new(track.rtc_track(), RATE as i32, 1);
        let reader = tauri::async_runtime::spawn(async move {
            while let Some(frame) = stream.next().await {
                if !input.push(&frame.data) {
                    break;
                }
            }
        });
        if let Some(before) = self.readers.lock().insert(sid, reader) {
            before.abort();
        }
    }

    /// A place for sound that is no track: 48 kHz, mono, at real-time pace. It ends when the input is dropped.
    pub fn add_input(&self, identity: &str, id: &str) -> TrackInput {
        self.mixer.lock().add(identity, id)
    }

    /// Stops playing a track.
    pub fn remove(&self, sid: &TrackSid) {
        if let Some(reader) = self.readers.lock().remove(sid) {
            reader.abort();
        }
        self.mixer.lock().remove(sid.as_str());
    }

    /// Stops playing all tracks.
    pub fn remove_all(&self) {
        let readers = std::mem::take(&mut *self.readers.lock());
        for (sid, reader) in readers {
            reader.abort();
            self.mixer.lock().remove(sid.as_str());
        }
    }

    /// How loud a participant is played: 1 is as sent, 0 is silence, 4 the most.
    pub fn set_volume(&self, identity: &str, volume: f32) {
        self.mixer.lock().set_volume(identity, volume);
    }

    /// How loud each participant with a track is, 0 (silence) to 1.
    pub fn levels(&self) -> Vec<(String, f32)> {
        self.mixer.lock().levels()
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        self.readers.lock().drain().for_each(|(_, reader)| reader.abort());
    }
}

/// The way of a frame from the mixer to the device.
struct Line {
    mixer: Arc<Mutex<Mixer>>,
    apm: Apm,
    wav: Option<WavWriter>,
    reporter: Reporter,
    mix: [f32; FRAME],
    frame: [i16; FRAME],
}

impl Line {
    /// Plays at the device's pace, or at the clock's while there is none, until told to stop.
    fn run(&mut self, stop: &Stop, wanted: &Wanted) {
        if test_source::enabled() {
            self.reporter.set(DeviceState::On { name: test_source::NAME.into() });
            self.drain(stop, None);
            return;
        }
        self.reporter.set(DeviceState::Starting);
        let mut name = String::from("Speaker");
        let mut unplugged = false;
        while !stop.stopped() {
            let error = match self.play(stop, wanted, &mut name) {
                Ok(()) => {
                    unplugged = false;
                    continue;
                }
                Err(error) => error,
            };
            unplugged = matches!(error, SoundError::Gone) || unplugged && error == SoundError::Missing;
            self.reporter.set(if unplugged { SoundError::Gone.state(&name) } else { error.state(&name) });
            let wait = if error == SoundError::Gone { Duration::from_millis(200) } else { RETRY };
            self.drain(stop, Some(wait));
        }
    }

    /// Opens a loudspeaker and plays on it until told to stop or another one is to be used (`Ok`), or it fails.
    fn play(&mut self, stop: &Stop, wanted: &Wanted, name: &mut String) -> Result<(), SoundError> {
        let (number, choice) = wanted.get();
        let selected = devices::select(Direction::Output, choice.as_deref())?;
        let lookout = Lookout::start(Direction::Output, choice, &selected);
        name.clone_from(&selected.name);
        let mut output = Output::open(&selected, std::thread::current())?;
        let (rate, channels) = (selected.config.sample_rate, selected.config.channels);
        tracing::info!(name, rate, channels, "speaker opened");
        self.reporter.set(DeviceState::On { name: name.clone() });
        let (mut callbacks, mut moved) = (0, Instant::now());
        while !stop.stopped() && wanted.still(number) && !lookout.chosen_is_back()? {
            while output.hungry() {
                let drift = self.mix();
                output.push(&self.mix, drift);
            }
            if let Some(failure) = output.health.failure.lock().take() {
                return Err(failure);
            }
            let now = output.health.callbacks.load(Ordering::Relaxed);
            if now != callbacks {
                (callbacks, moved) = (now, Instant::now());
            } else if moved.elapsed() > STANDSTILL {
                return Err(SoundError::Gone);
            }
            std::thread::park_timeout(2 * PERIOD);
        }
        Ok(())
    }

    /// Mixes at the clock's pace for this long, or until told to stop.
    fn drain(&mut self, stop: &Stop, time: Option<Duration>) {
        let start = Instant::now();
        let mut next = start;
        while time.is_none_or(|time| start.elapsed() < time) {
            // Nobody listens and nobody speaks: only a file would want the silence.
            let idle = self.wav.is_none() && self.mixer.lock().is_empty();
            if !idle {
                self.mix();
            }
            next += if idle { 10 * PERIOD } else { PERIOD };
            next = next.max(Instant::now() - 10 * PERIOD);
            if !stop.wait(next.saturating_duration_since(Instant::now())) {
                return;
            }
        }
    }

    /// Mixes the next 10 ms, shows it to the audio processing, and writes it down where asked to. Returns how much the
    /// device's clock is to be followed.
    fn mix(&mut self) -> f64 {
        let drift = {
            let mut mixer = self.mixer.lock();
            mixer.mix(&mut self.mix);
            mixer.drift()
        };
        for (to, from) in self.frame.iter_mut().zip(&self.mix) {
            *to = (from * 32_767.0) as i16;
        }
        if let Some(Err(error)) = self.wav.as_mut().map(|wav| wav.write(&self.frame)) {
            tracing::error!(%error, "the playout file ends here");
            self.wav = None;
        }
        self.apm.far(&mut self.frame);
        drift
    }
}
