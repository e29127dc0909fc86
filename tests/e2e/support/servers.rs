//! A LiveKit server and a session server of the test's own, which know of each other.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use donfra_testbed::{LiveKit, LiveKitConfig, SessionServer, SessionServerConfig, free_port};

/// A running pair.
pub struct Servers {
    /// What `--api` is for it.
    pub api: String,
    _session_server: SessionServer,
    _livekit: LiveKit,
}

impl Servers {
    /// Starts both and waits until they answer.
    pub async fn start(logs: &Path) -> Self {
        // LiveKit is told first where the session server will be.
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let webhook = Some(SessionServer::webhook(listen));
        let livekit = LiveKit::start(logs, LiveKitConfig { webhook, ..LiveKitConfig::default() }).await;
        let config = SessionServerConfig { listen, ..SessionServerConfig::of(&livekit) };
        let session_server = SessionServer::start(logs, config).await;
        Self { api: session_server.api(), _session_server: session_server, _livekit: livekit }
    }
}
