//! Peers that mean harm: a real window, a real LiveKit server without limits of its own, and peers who send whatever the
//! wire carries. Nothing breaks, memory is bounded, the page answers.
//!
//! Needs what `cargo xtask test` sets up. What went wrong is kept under `target/e2e/`, as for the end-to-end tests.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod chat;
mod crowd;
mod floods;
mod names;
mod pictures;
#[path = "../e2e/support/mod.rs"]
#[allow(dead_code, reason = "the end-to-end tests use the rest")]
mod support;
mod world;
