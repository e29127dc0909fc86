//! The doctor against worlds that are really broken: real servers set up wrongly, proxies, networks, clocks and
//! certificates. Each must be named, with its remedy, by `donfra-live doctor --json`.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod addresses;
mod livekit;
mod media_path;
mod network;
mod session_server;
mod support;
mod tls;
mod tokens;
