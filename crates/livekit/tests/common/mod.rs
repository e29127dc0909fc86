//! A LiveKit server of a test's own, and people who join its rooms.

#![allow(dead_code, reason = "each test file uses its part")]

use std::{
    net::{TcpListener, UdpSocket},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use livekit::prelude::*;
use livekit_api::{
    access_token::{AccessToken, VideoGrants},
    services::room::RoomClient,
};
use tokio::sync::mpsc::UnboundedReceiver;

const KEY: &str = "devkey";
const SECRET: &str = "a-secret-of-at-least-32-characters";

/// How long a test waits for what must happen.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running livekit-server on loopback; killed when dropped.
pub struct Server {
    child: Child,
    config: String,
    port: u16,
}

impl Server {
    pub async fn start() -> Self {
        // Another test's server may take a port between its being found free and being bound.
        for _ in 0..5 {
            let config_and_port = free_ports();
            let mut server =
                Self { child: spawn(&config_and_port.0), config: config_and_port.0, port: config_and_port.1 };
            if server.is_up().await {
                return server;
            }
        }
        panic!("livekit-server does not start");
    }

    async fn is_up(&mut self) -> bool {
        let started = std::time::Instant::now();
        while started.elapsed() < PATIENCE {
            if self.child.try_wait().expect("its status").is_some() {
                return false;
            }
            if tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        false
    }

    /// Kills the server, as a crash would.
    pub fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// Starts it again on the same ports.
    pub async fn restart(&mut self) {
        self.child = spawn(&self.config);
        assert!(self.is_up().await, "livekit-server starts again");
    }

    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// The room service.
    pub fn rooms(&self) -> RoomClient {
        RoomClient::with_api_key(&format!("http://127.0.0.1:{}", self.port), KEY, SECRET)
    }

    /// A token that may do all that a participant can.
    pub fn token(&self, room: &str, identity: &str) -> String {
        token(SECRET, room, identity)
    }

    /// Joins a room with the defaults.
    pub async fn join(&self, room: &str, identity: &str) -> Person {
        self.join_with(room, identity, RoomOptions::default()).await
    }

    pub async fn join_with(&self, room: &str, identity: &str, options: RoomOptions) -> Person {
        let (room, events) =
            Room::connect(&self.url(), &self.token(room, identity), options).await.expect("the room is joined");
        Person { room, events }
    }

    /// Two people in a room, who know of each other.
    pub async fn pair(&self, room: &str) -> (Person, Person) {
        let mut a = self.join(room, "a").await;
        let b = self.join(room, "b").await;
        a.wait("b is there", |event| matches!(event, RoomEvent::ParticipantActive(p) if p.identity().as_str() == "b"))
            .await;
        (a, b)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A configuration with free ports, and the one for signals. No server outside is asked for addresses.
fn free_ports() -> (String, u16) {
    let tcp: Vec<_> = (0..2).map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port")).collect();
    let udp = UdpSocket::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address").port();
    let [signal, rtc] = [0, 1].map(|index: usize| tcp[index].local_addr().expect("an address").port());
    let config = format!(
        "port: {signal}\nbind_addresses: [127.0.0.1]\nkeys: {{ {KEY}: {SECRET} }}\nrtc: {{ tcp_port: {rtc}, udp_port: {udp}, \
         enable_loopback_candidate: true, use_external_ip: false, stun_servers: [127.0.0.1:{signal}], node_ip: 127.0.0.1 }}\n\
         logging: {{ level: warn }}\n"
    );
    (config, signal)
}

fn spawn(config: &str) -> Child {
    let binary = std::env::var_os("LIVEKIT_SERVER")
        .map(PathBuf::from)
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/setup/bin/livekit-server"));
    Command::new(&binary)
        .args(["--config-body", config])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{} (LIVEKIT_SERVER): {error}", binary.display()))
}

/// A token signed with this secret.
pub fn token(secret: &str, room: &str, identity: &str) -> String {
    let grants =
        VideoGrants { room_join: true, room: room.into(), can_update_own_metadata: Some(true), ..Default::default() };
    AccessToken::with_api_key(KEY, secret)
        .with_identity(identity)
        .with_name(&format!("{identity}'s name"))
        .with_grants(grants)
        .to_jwt()
        .expect("a token")
}

/// Someone in a room.
pub struct Person {
    pub room: Room,
    pub events: UnboundedReceiver<RoomEvent>,
}

impl Person {
    pub fn local(&self) -> LocalParticipant {
        self.room.local_participant()
    }

    /// The next event that fits. Those before it are gone.
    pub async fn wait(&mut self, what: &str, mut fits: impl FnMut(&RoomEvent) -> bool) -> RoomEvent {
        self.wait_some(what, |event| fits(&event).then_some(event)).await
    }

    /// What the next event that fits gives.
    pub async fn wait_some<T>(&mut self, what: &str, mut get: impl FnMut(RoomEvent) -> Option<T>) -> T {
        let wait = async {
            loop {
                match self.events.recv().await {
                    Some(event) => {
                        if let Some(found) = get(event) {
                            return found;
                        }
                    }
                    None => panic!("the room ended before: {what}"),
                }
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("not in time: {what}"))
    }

    /// The next track subscribed to.
    pub async fn subscribed(&mut self) -> (RemoteTrack, RemoteTrackPublication) {
        self.wait_some("a track is subscribed to", |event| match event {
            RoomEvent::TrackSubscribed { track, publication, .. } => Some((track, publication)),
            _ => None,
        })
        .await
    }

    /// The next video track subscribed to.
    pub async fn subscribed_video(&mut self) -> (RemoteVideoTrack, RemoteTrackPublication) {
        match self.subscribed().await {
            (RemoteTrack::Video(track), publication) => (track, publication),
            (track, _) => panic!("not video: {track:?}"),
        }
    }

    /// The next audio track subscribed to.
    pub async fn subscribed_audio(&mut self) -> (RemoteAudioTrack, RemoteTrackPublication) {
        match self.subscribed().await {
            (RemoteTrack::Audio(track), publication) => (track, publication),
            (track, _) => panic!("not audio: {track:?}"),
        }
    }

    /// The reason that the room ended with.
    pub async fn end(&mut self) -> livekit::DisconnectReason {
        self.wait_some("the end", |event| match event {
            RoomEvent::Disconnected { reason } => Some(reason),
            _ => None,
        })
        .await
    }
}

/// Waits until something is so.
pub async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("not in time: {what}"));
}
