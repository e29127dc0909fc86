//! What the tests stand on.

#[allow(dead_code, reason = "not every test that drives windows has others join")]
pub mod api;
pub mod browser;
#[allow(dead_code, reason = "tests/e2e uses it")]
pub mod guests;
#[allow(dead_code, reason = "tests/e2e uses it")]
pub mod older_service;
pub mod screen;
pub mod servers;
pub mod sound;
pub mod stage;
pub mod window;
