//! A session with one window in it, the tokens for others, and what the window costs.

use std::cell::Cell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use donfra_testbed::{LiveKit, LiveKitConfig, SessionServer, SessionServerConfig, descendant, livekit_server};
use livekit::{Room, RoomEvent, RoomOptions};
use livekit_api::access_token::{AccessToken, VideoGrants};
use serde_json::json;

use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id};

/// Longest that the page may take to answer, on any machine: one that hangs takes longer.
pub const RESPONSIVE: Duration = Duration::from_secs(8);

/// The servers, the window of the host, and the session it is in.
pub struct World<'a> {
    pub window: Window<'a>,
    /// The session, which is LiveKit's room.
    pub room: String,
    livekit: LiveKit,
    _api: SessionServer,
}

/// What the window's processes use, MB.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    pub app: usize,
    pub page: usize,
}

impl<'a> World<'a> {
    /// A session with the host's window in it. The server has no limits: what is told must be bounded by who shows it.
    pub async fn start(stage: &'a Stage) -> World<'a> {
        let limits = "limit: { max_participant_name_length: 0, max_participant_identity_length: 0, \
                      max_metadata_size: 0, max_attributes_size: 0 }\n";
        let livekit =
            LiveKit::start(&stage.folder, LiveKitConfig { extra_yaml: limits.into(), ..LiveKitConfig::default() })
                .await;
        let api = SessionServer::start(&stage.folder, SessionServerConfig::of(&livekit)).await;
        let arguments = ["--api", &api.api()];
        let window =
            Window::start(stage, Start { name: "host", hue: 120., tone: 480, arguments: &arguments, x: 0 }).await;
        window.fill(&id("title-input"), "Under fire").await;
        window.fill(&id("name-input"), "Ada").await;
        window.click(&id("create-session")).await;
        window.sees(&id("session")).await;
        let room = window.text(&id("session-id")).await;
        World { window, room, livekit, _api: api }
    }

    /// A token for the session: one may do what a guest may, and call oneself what one likes.
    pub fn token(&self, identity: &str, name: &str) -> String {
        let grants = VideoGrants {
            room_join: true,
            room: self.room.clone(),
            can_update_own_metadata: Some(true),
            ..VideoGrants::default()
        };
        let token = AccessToken::with_api_key(self.livekit.key(), self.livekit.secret());
        token.with_identity(identity).with_name(name).with_grants(grants).to_jwt().unwrap()
    }

    /// Somebody in the session, of this process. What comes to them is let go of.
    pub async fn peer(&self, identity: &str, name: &str) -> Room {
        let mut options = RoomOptions::default();
        options.auto_subscribe = false;
        let (room, mut events) =
            Room::connect(&self.livekit.url(), &self.token(identity, name), options).await.unwrap();
        tokio::spawn(async move { while events.recv().await.is_some() {} });
        room
    }

    /// Somebody in the session, of this process, who counts the data packets that come.
    pub async fn counter(&self, identity: &str) -> (Room, Arc<AtomicUsize>) {
        let mut options = RoomOptions::default();
        options.auto_subscribe = false;
        let (room, mut events) =
            Room::connect(&self.livekit.url(), &self.token(identity, identity), options).await.unwrap();
        let received = Arc::new(AtomicUsize::new(0));
        let count = received.clone();
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                count.fetch_add(usize::from(matches!(event, RoomEvent::DataReceived { .. })), Ordering::Relaxed);
            }
        });
        (room, received)
    }

    /// Where LiveKit's signalling is.
    pub fn signalling(&self) -> SocketAddr {
        self.livekit.address()
    }

    /// The process of the LiveKit server.
    pub fn livekit_process(&self) -> u32 {
        descendant(std::process::id(), &livekit_server()).expect("LiveKit runs")
    }

    /// What the window's processes use now.
    pub fn memory(&self) -> Memory {
        let page = self.window.web_process().map_or(0, resident);
        Memory { app: resident(self.window.app()), page }
    }

    /// Number of the last patch that the page was sent.
    pub async fn patches(&self) -> u64 {
        let script = "const [done] = arguments; \
                      window.__TAURI_INTERNALS__.invoke('session_snapshot').then(s => done(s.sequence), e => done(e));";
        self.window.run_async(script).await.as_u64().expect("a number")
    }

    /// Does something, and asks the page all the while; gives also how long the slowest answer took.
    pub async fn asked_meanwhile<T>(&self, what: impl Future<Output = T>) -> (T, Duration) {
        let over = Cell::new(false);
        let doing = async {
            let result = what.await;
            over.set(true);
            result
        };
        let asking = async {
            let mut slowest = Duration::ZERO;
            while !over.get() {
                let asked = Instant::now();
                assert_eq!(self.window.run("return document.readyState").await, json!("complete"));
                slowest = slowest.max(asked.elapsed());
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            slowest
        };
        tokio::join!(doing, asking)
    }

    /// The window is in the session, answers, and shows the own picture moving.
    pub async fn is_well(&self) {
        self.window.sees("[data-testid=session][data-phase=connected]").await;
        let me = self.window.attribute("[data-testid=participant]", "data-identity").await;
        self.window.shows_moving(&crate::support::window::tile(&me, "camera"), self.window.hue()).await;
    }
}

/// What a process has in memory, MB.
fn resident(process: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap_or(0) / 1000
}
