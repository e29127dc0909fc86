//! Microphone and loudspeaker: 48 kHz, mono, in frames of 10 ms, with the SDK's audio processing between them.

mod apm;
pub mod devices;
mod input;
mod level;
pub mod limiter;
mod microphone;
pub mod mixer;
mod output;
pub mod resample;
mod speaker;
mod wav;

pub use apm::Apm;
pub use microphone::{MicrophoneFeed, SoundOutput, audio_source};
pub use speaker::Speaker;

/// Samples a second of everything between the devices and the SDK.
pub const RATE: u32 = 48_000;
/// Samples in a frame of 10 ms.
pub const FRAME: usize = 480;

/// Why there is no sound device.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SoundError {
    /// There is none on this computer, or no sound system.
    #[error("no such sound device")]
    Missing,
    /// Another program has it for itself.
    #[error("another program uses the sound device")]
    Busy,
    /// The system does not permit it.
    #[error("the system does not permit use of the sound device")]
    Denied,
    /// It was in use and is gone, or has stopped working.
    #[error("the sound device is gone")]
    Gone,
    /// Anything else, in the system's words.
    #[error("{0}")]
    Other(String),
}

impl From<cpal::Error> for SoundError {
    fn from(error: cpal::Error) -> Self {
        use cpal::ErrorKind;
        match error.kind() {
            ErrorKind::DeviceBusy => Self::Busy,
            ErrorKind::PermissionDenied => Self::Denied,
            ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable => Self::Missing,
            _ => Self::Other(error.to_string()),
        }
    }
}

impl SoundError {
    /// The state to show for a device of this name.
    fn state(&self, name: &str) -> super::DeviceState {
        use super::DeviceState;
        match self {
            Self::Missing => DeviceState::Missing,
            Self::Busy => DeviceState::Busy { name: name.into() },
            Self::Denied => DeviceState::Denied,
            Self::Gone => DeviceState::Unplugged { name: name.into() },
            Self::Other(words) => DeviceState::Failed { message: words.clone() },
        }
    }
}
