//! Which sound devices there are, and how they are opened.

use std::str::FromStr;

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{BufferSize, SampleFormat, StreamConfig, SupportedStreamConfig};

use super::{RATE, SoundError};
use crate::media::DeviceChoice;

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
    pub device: cpal::Device,
    pub name: String,
    pub config: StreamConfig,
    pub format: SampleFormat,
}

/// The device of this id; the system's default if there is no choice or the chosen one is not there.
pub(super) fn select(direction: Direction, choice: Option<&str>) -> Result<Selected, SoundError> {
    let host = host().ok_or(SoundError::Missing)?;
    let chosen = choice.and_then(|id| host.device_by_id(&cpal::DeviceId::from_str(id).ok()?));
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
    Ok(Selected { name: name(&device), device, config, format: supported.sample_format() })
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
