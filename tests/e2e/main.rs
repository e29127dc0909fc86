//! Sessions from end to end: real windows on a screen of their own, a real session server, a real LiveKit server.
//!
//! Needs what `cargo xtask test` sets up. What went wrong is kept under `target/e2e/`: the screen and every log.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod chat;
mod coming_back;
mod doctor;
mod encryption;
mod errors;
mod layouts;
mod live_list;
mod moderation;
mod older_service;
mod python_peer;
mod statistics;
mod support;
mod this_computer;
mod two_windows;
