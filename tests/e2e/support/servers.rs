//! A LiveKit server and a session server of the test's own, which know of each other.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use donfra_testbed::{LiveKit, LiveKitConfig, SessionServer, SessionServerConfig, free_port};
use livekit_api::services::room::{RoomClient, UpdateParticipantOptions};
use livekit_protocol::ParticipantPermission;

/// A running pair.
pub struct Servers {
    /// What `--api` is for it.
    pub api: String,
    _session_server: SessionServer,
    livekit: LiveKit,
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
        Self { api: session_server.api(), _session_server: session_server, livekit }
    }

    /// Takes from somebody the right to send data.
    #[allow(dead_code, reason = "for the chat's tests")]
    pub async fn silence(&self, session: &str, identity: &str) {
        let rooms = RoomClient::with_api_key(&self.livekit.http(), self.livekit.key(), self.livekit.secret());
        let permission = ParticipantPermission {
            can_subscribe: true,
            can_publish: true,
            can_publish_data: false,
            can_update_metadata: true,
            ..ParticipantPermission::default()
        };
        let change = UpdateParticipantOptions { permission: Some(permission), ..UpdateParticipantOptions::default() };
        rooms.update_participant(session, identity, change).await.unwrap();
    }
}
