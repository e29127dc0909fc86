//! What the tests stand on.

pub mod browser;
pub mod screen;
pub mod servers;
pub mod sound;
pub mod stage;
pub mod window;
