//! What the tests stand on.

pub mod older_service;
pub mod screen;
pub mod servers;
pub mod sound;
pub mod stage;
pub mod window;
