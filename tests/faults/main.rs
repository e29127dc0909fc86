//! What the app does when what it stands on fails: it is killed, its parts are killed, ports are taken, disks are full,
//! files are damaged. Each is said once, in words, nothing panics, and no secret is in what is written down.
//!
//! Needs what `cargo xtask test` sets up, and root. What went wrong is kept under `target/e2e/`, as for the end-to-end
//! tests.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod app;
mod disk;
mod files;
mod livekit;
mod logs;
mod servers;
#[path = "../e2e/support/mod.rs"]
#[allow(dead_code, reason = "the end-to-end tests use the rest")]
mod support;
