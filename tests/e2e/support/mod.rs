//! What the tests stand on.

#[allow(dead_code, reason = "tests/e2e uses it")]
pub mod guests;
#[allow(dead_code, reason = "tests/e2e uses it")]
pub mod older_service;
pub mod browser;
pub mod screen;
pub mod servers;
pub mod sound;
pub mod stage;
pub mod window;
