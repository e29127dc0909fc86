//! What the tests stand on: LiveKit and session servers of their own, processes that end with the test, network
//! namespaces, and a link between two of those that loses, delays and drops packets as a test wishes.
//!
//! Everything cleans up when dropped. Namespaces and the link need root (`CAP_NET_ADMIN`) and `/dev/net/tun`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails there and then")]

mod link;
mod livekit;
mod namespace;
mod network;
mod ports;
mod process;
mod session_server;
mod wait;

pub use link::{Link, LinkSettings};
pub use livekit::{LiveKit, LiveKitConfig, Turn};
pub use namespace::Namespace;
pub use network::Network;
pub use ports::{free_port, free_udp_port};
pub use process::{Process, all_gone, descendant, descendants, kill, runs, tied};
pub use session_server::{SessionServer, SessionServerConfig};
pub use wait::{PATIENCE, eventually, within};

use std::path::{Path, PathBuf};

/// The LiveKit server that the set-up built, or `LIVEKIT_SERVER`.
pub fn livekit_server() -> PathBuf {
    tool("LIVEKIT_SERVER", Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/setup/bin/livekit-server"))
}

/// A program that a variable names, else the one that is usual.
pub fn tool(variable: &str, usual: PathBuf) -> PathBuf {
    let path = std::env::var_os(variable).map_or(usual, PathBuf::from);
    assert!(path.exists(), "{} is missing: run `cargo xtask test`, or set {variable}", path.display());
    path
}

/// A program of this workspace, which cargo builds beside the tests.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().find(|folder| folder.ends_with("debug") || folder.ends_with("release"));
    folder.unwrap_or_else(|| panic!("{} is in no folder of cargo's", test.display())).join(name)
}
