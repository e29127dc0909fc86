//! A LiveKit server of one's own, two people in a room on it, and pictures and tones to send.

#![allow(dead_code, reason = "each test file uses its part")]

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use livekit::{prelude::*, webrtc::prelude::*};
use livekit_api::access_token::{AccessToken, VideoGrants};
use tokio::sync::mpsc::UnboundedReceiver;

const KEY: &str = "devkey";
const SECRET: &str = "a-secret-of-at-least-32-characters";

/// How long a test waits for what must happen.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running livekit-server; killed when dropped.
pub struct Server {
    child: Child,
    pub url: String,
}

impl Server {
    /// Ports are free when asked for, but tests run side by side: a server that lost one ends, and another is started.
    pub async fn start() -> Self {
        for _ in 0..5 {
            if let Some(server) = Self::try_start().await {
                return server;
            }
        }
        panic!("livekit-server does not start");
    }

    async fn try_start() -> Option<Self> {
        let binary = std::env::var_os("LIVEKIT_SERVER").map(PathBuf::from).unwrap_or_else(|| {
            PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/setup/bin/livekit-server"))
        });
        let listeners: Vec<_> = (0..2).map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port")).collect();
        let ports: Vec<_> = listeners.iter().map(|l| l.local_addr().expect("an address").port()).collect();
        let udp = std::net::UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port");
        drop(listeners);
        let config = format!(
            "port: {signal}\nbind_addresses: [127.0.0.1]\nkeys: {{ {KEY}: {SECRET} }}\nrtc: {{ tcp_port: {}, udp_port: {udp}, \
             enable_loopback_candidate: true, use_external_ip: false, stun_servers: [127.0.0.1:{signal}], \
             node_ip: 127.0.0.1 }}\nlogging: {{ level: warn }}\n",
            ports[1],
            signal = ports[0],
            udp = udp.port(),
        );
        let child = Command::new(&binary)
            .args(["--config-body", &config])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{} (LIVEKIT_SERVER): {error}", binary.display()));
        let mut server = Self { child, url: format!("ws://127.0.0.1:{}", ports[0]) };
        let started = std::time::Instant::now();
        while started.elapsed() < PATIENCE {
            if server.child.try_wait().expect("a child").is_some() {
                return None;
            }
            if tokio::net::TcpStream::connect(("127.0.0.1", ports[0])).await.is_ok() {
                return Some(server);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        None
    }

    /// Joins the room "media".
    pub async fn join(&self, identity: &str, options: RoomOptions) -> Person {
        let grants = VideoGrants { room_join: true, room: "media".into(), ..Default::default() };
        let token = AccessToken::with_api_key(KEY, SECRET)
            .with_identity(identity)
            .with_grants(grants)
            .to_jwt()
            .expect("a token");
        let (room, events) = Room::connect(&self.url, &token, options).await.expect("the room is joined");
        Person { room, events }
    }

    /// A publisher and a subscriber in one room.
    pub async fn pair(&self) -> (Person, Person) {
        (self.join("publisher", RoomOptions::default()).await, self.join("subscriber", RoomOptions::default()).await)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Someone in the room.
pub struct Person {
    pub room: Room,
    pub events: UnboundedReceiver<RoomEvent>,
}

impl Person {
    /// The next track subscribed to.
    pub async fn subscribed(&mut self) -> (RemoteTrack, RemoteTrackPublication) {
        tokio::time::timeout(PATIENCE, async {
            loop {
                let event = self.events.recv().await.expect("the room is open");
                if let RoomEvent::TrackSubscribed { track, publication, .. } = event {
                    return (track, publication);
                }
            }
        })
        .await
        .expect("a track is subscribed to")
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
}

/// Y, U, V of BT.601, limited range.
pub type Colour = [u8; 3];
pub const RED: Colour = [81, 90, 240];
pub const GREEN: Colour = [145, 54, 34];
pub const BLUE: Colour = [41, 240, 110];
pub const WHITE: Colour = [235, 128, 128];

/// A picture of two halves.
pub fn halves(width: u32, height: u32, left: Colour, right: Colour) -> I420Buffer {
    let mut buffer = I420Buffer::new(width, height);
    let chroma_width = buffer.chroma_width() as usize;
    let (y, u, v) = buffer.data_mut();
    for (plane, row, channel) in [(y, width as usize, 0), (u, chroma_width, 1), (v, chroma_width, 2)] {
        for line in plane.chunks_exact_mut(row) {
            let (l, r) = line.split_at_mut(row / 2);
            l.fill(left[channel]);
            r.fill(right[channel]);
        }
    }
    buffer
}

/// The colours in the middle of both halves.
pub fn colours(buffer: &I420Buffer) -> (Colour, Colour) {
    let ((y, u, v), (sy, su, sv)) = (buffer.data(), buffer.strides());
    let (row, width) = (buffer.height() as usize / 2, buffer.width() as usize);
    let at = |column: usize| {
        [y[row * sy as usize + column], u[row / 2 * su as usize + column / 2], v[row / 2 * sv as usize + column / 2]]
    };
    (at(width / 4), at(width * 3 / 4))
}

/// Whether an encoder could have made one of the other.
pub fn alike(a: Colour, b: Colour) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 14)
}

/// Calls `tick` 30 times a second until dropped.
pub struct Ticker {
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Ticker {
    pub fn new(mut tick: impl FnMut() + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                tick();
                std::thread::sleep(Duration::from_millis(33));
            }
        });
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
