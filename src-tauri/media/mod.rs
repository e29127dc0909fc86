//! Camera, microphone, speaker, screen: each a line from device to SDK, or back.
//!
//! A feed owns its device and its thread: starting one returns at once, what becomes of the device is reported as
//! [`DeviceState`], and dropping the feed closes the device. A device that is missing, busy or unplugged is waited for.
//! With `DONFRA_LIVE_TEST_SOURCE=1` in the environment, [`test_source`] stands in for every device.

pub mod camera;
mod choice;
mod feed;
pub mod picture;
pub mod screen;
pub mod sound;
pub mod test_source;
pub mod thin;

pub use camera::CameraFeed;
pub use choice::DeviceChoice;
pub use screen::ScreenFeed;
pub use sound::{Apm, MicrophoneFeed, Speaker};
pub use test_source::TestSource;

use crate::session::state::DeviceState;

/// The cameras of this computer. Takes some milliseconds (it asks each device): not for an event loop.
pub fn cameras() -> Vec<DeviceChoice> {
    camera::list::cameras().into_iter().map(|camera| DeviceChoice { id: camera.id, name: camera.name }).collect()
}

/// The microphones of this computer. Asks the sound system: not for an event loop.
pub fn microphones() -> Vec<DeviceChoice> {
    sound::devices::list(sound::devices::Direction::Input)
}

/// The loudspeakers of this computer. Asks the sound system: not for an event loop.
pub fn speakers() -> Vec<DeviceChoice> {
    sound::devices::list(sound::devices::Direction::Output)
}
