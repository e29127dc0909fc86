//! Which sound devices there are, and how they are opened.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{BufferSize, SampleFormat, StreamConfig, SupportedStreamConfig};

use super::{RATE, SoundError};
use crate::media::DeviceChoice;
use crate::media::feed::FeedThread;

/// How often it is looked which devices there are.
const LOOK: Duration = Duration::from_secs(2);

/// Which way the sound goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Microphones.
    Input,
    /// Loudspeakers.
    Output,
}

/// The system's sound. On Linux that is PulseAudio's protocol (PipeWire speaks it too), which lists what a person
/// knows as devices; ALSA only where there is hardware and no such server. `None`: there is no sound here.
fn host() -> Option<cpal::Host> {
    #[cfg(target_os = "linux")]
    {
        if let Ok(host) = cpal::host_from_id(cpal::HostId::PulseAudio) {
            return Some(host);
        }
        // Without hardware ALSA would only print complaints.
        let is_pcm = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with("pcm");
        std::fs::read_dir("/dev/snd").ok()?.flatten().any(is_pcm).then_some(())?;
        cpal::host_from_id(cpal::HostId::Alsa).ok()
    }
    #[cfg(not(target_os = "linux"))]
    Some(cpal::default_host())
}

/// The devices of one direction, in the system's order.
pub fn list(direction: Direction) -> Vec<DeviceChoice> {
    let Some(host) = host() else { return Vec::new() };
    let devices = match direction {
        Direction::Input => host.input_devices().map(|devices| devices.collect::<Vec<_>>()),
        Direction::Output => host.output_devices().map(|devices| devices.collect::<Vec<_>>()),
    };
    let choices = devices.unwrap_or_default().into_iter().filter_map(|device| {
        let id = device.id().ok()?.to_string();
        Some(DeviceChoice { name: name(&device), id })
    });
    // What a loudspeaker plays can be recorded, but it is no microphone.
    choices.filter(|choice| direction == Direction::Output || !choice.id.ends_with(".monitor")).collect()
}

/// A device and how it is to be opened.
pub(super) struct Selected {
    /// Whether it is the chosen one, or there is no choice.
    pub preferred: bool,
    /// Its id; what is not listed has one, too.
    id: Option<String>,
    pub device: cpal::Device,
    pub name: String,
    pub config: StreamConfig,
    pub format: SampleFormat,
}

/// The device of this id; the system's default if there is no choice or the chosen one is not there.
pub(super) fn select(direction: Direction, choice: Option<&str>) -> Result<Selected, SoundError> {
    let host = host().ok_or(SoundError::Missing)?;
    let chosen = choice.and_then(|id| host.device_by_id(&cpal::DeviceId::from_str(id).ok()?));
    let preferred = choice.is_none() || chosen.is_some();
    let device = chosen.or_else(|| match direction {
        Direction::Input => host.default_input_device(),
        Direction::Output => host.default_output_device(),
    });
    let device = device.ok_or(SoundError::Missing)?;
    let supported = config(&device, direction)?;
    let mut config = supported.config();
    // The default is two seconds with PulseAudio; elsewhere it is the system's own short period. 10 ms are enough to
    // record, but a server on a busy machine plays gaps with less than 20 (measured).
    if cfg!(target_os = "linux") {
        let parts = if direction == Direction::Input { 100 } else { 50 };
        config.buffer_size = BufferSize::Fixed(config.sample_rate / parts);
    }
    let id = device.id().ok().map(|id| id.to_string());
    Ok(Selected { preferred, id, name: name(&device), device, config, format: supported.sample_format() })
}

/// Looks out, on a thread of its own (asking the system takes longer than a sound device waits), for a change that the
/// stream itself does not tell: a chosen device that was not there is back, or the one in use is gone and the system
/// has moved the stream to another, as PulseAudio does.
pub(super) struct Lookout {
    back: Arc<AtomicBool>,
    gone: Arc<AtomicBool>,
    _thread: FeedThread,
}

impl Lookout {
    /// Looks every other second until there is a change; then wakes the calling thread.
    pub fn start(direction: Direction, choice: Option<String>, selected: &Selected) -> Self {
        let (back, gone) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (tell_back, tell_gone, wake) = (back.clone(), gone.clone(), std::thread::current());
        let awaited = choice.filter(|_| !selected.preferred);
        let in_use = selected.id.clone();
        let thread = FeedThread::spawn("lookout", move |stop| {
            // What was never listed, as a monitor, cannot go from the list.
            let in_use = in_use.filter(|id| list(direction).iter().any(|device| device.id == *id));
            while stop.wait(LOOK) {
                let there = list(direction);
                let is_there = |id: &String| there.iter().any(|device| device.id == *id);
                tell_back.store(awaited.as_ref().is_some_and(is_there), Ordering::Relaxed);
                tell_gone.store(!in_use.as_ref().is_none_or(is_there), Ordering::Relaxed);
                if tell_back.load(Ordering::Relaxed) || tell_gone.load(Ordering::Relaxed) {
                    return wake.unpark();
                }
            }
        });
        Self { back, gone, _thread: thread }
    }

    /// Whether the chosen device is back.
    ///
    /// # Errors
    /// The one in use is gone.
    pub fn chosen_is_back(&self) -> Result<bool, SoundError> {
        if self.gone.load(Ordering::Relaxed) { Err(SoundError::Gone) } else { Ok(self.back.load(Ordering::Relaxed)) }
    }
}

/// 48 kHz if the device has it with its usual channels, else what the device likes best.
fn config(device: &cpal::Device, direction: Direction) -> Result<SupportedStreamConfig, SoundError> {
    let usual = match direction {
        Direction::Input => device.default_input_config()?,
        Direction::Output => device.default_output_config()?,
    };
    if usual.sample_rate() == RATE {
        return Ok(usual);
    }
    let fits = |range: cpal::SupportedStreamConfigRange| {
        let same = range.channels() == usual.channels() && range.sample_format() == usual.sample_format();
        if same { range.try_with_sample_rate(RATE) } else { None }
    };
    let better = match direction {
        Direction::Input => device.supported_input_configs()?.find_map(fits),
        Direction::Output => device.supported_output_configs()?.find_map(fits),
    };
    Ok(better.unwrap_or(usual))
}

fn name(device: &cpal::Device) -> String {
    device.description().map_or_else(|_| "Sound device".into(), |description| description.name().to_owned())
}
