//! Watches the traffic from LiveKit: the SDK itself notices a dead connection only after some fifteen seconds.
//!
//! Every 400 ms the transport's counters are read. Where nothing came since the last look, a packet is sent to nobody,
//! which LiveKit acknowledges; where three looks in a row find nothing, the connection counts as lost. The signal
//! connection is watched apart from it.

mod signal;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use livekit::DataPacket;
use livekit::prelude::Room;
use livekit::webrtc::stats::RtcStats;
use tokio::task::JoinHandle;
use url::Url;

use crate::address::{as_http, is_loopback};
use crate::http_client;

/// How often the counters are read.
const INTERVAL: Duration = Duration::from_millis(400);

/// Longest that the SDK may take to read them.
const READ_TIMEOUT: Duration = Duration::from_secs(1);

/// How long nothing may arrive although something is sent. Two packets to nobody fall into it, and their answers need a
/// round trip and the 200 ms by which SCTP may delay them.
const SILENCE: Duration = Duration::from_millis(1300);

/// A gap this long between two looks means that the computer slept or the app was stopped.
const STANDSTILL: Duration = Duration::from_secs(5);

/// How often LiveKit's port is tried while the connection is lost, and how long an answer may take.
const PROBE_INTERVAL: Duration = Duration::from_millis(700);
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// The topic of the packets to nobody.
const TOPIC: &str = "donfra.alive";

/// One of the two ways to LiveKit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// WebRTC: pictures, sound, data.
    Media,
    /// The WebSocket: who is there, and what is published.
    Signal,
}

/// What is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Something arrives from LiveKit again; or nothing does, told as long as it is so.
    Hears(Channel, bool),
    /// Whether LiveKit's port answers. Told at each try.
    Reaches(bool),
    /// The computer or the app stood still.
    Woke,
}

/// A task that ends with this.
pub struct Watch(JoinHandle<()>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Watch {
    /// Watches the traffic of this room.
    pub fn traffic(room: Arc<Room>, tell: impl Fn(Sign) + Send + 'static) -> Self {
        Self(tokio::spawn(watch_traffic(room, tell)))
    }

    /// Watches the signal connection of this room.
    pub fn signal(room: Arc<Room>, tell: impl Fn(Sign) + Send + 'static) -> Self {
        Self(tokio::spawn(signal::watch(room, tell)))
    }

    /// Tries LiveKit's port again and again.
    pub fn port(livekit: &Url, tell: impl Fn(Sign) + Send + 'static) -> Self {
        Self(tokio::spawn(watch_port(as_http(livekit), tell)))
    }
}

async fn watch_traffic(room: Arc<Room>, tell: impl Fn(Sign) + Send + 'static) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut clocks = Clocks::now();
    let (mut count, mut heard, mut silent) = (0, Instant::now(), false);
    let mut question: Option<JoinHandle<()>> = None;
    loop {
        ticks.tick().await;
        if clocks.stood_still() {
            tracing::info!("the computer or the app stood still for a while");
            // The next thing that arrives is told.
            (heard, silent) = (Instant::now(), true);
            tell(Sign::Woke);
        }
        let now = match tokio::time::timeout(READ_TIMEOUT, received(&room)).await {
            Ok(Some(now)) => now,
            // While the SDK makes a new connection there is none to read from.
            _ => count,
        };
        let more = now > count;
        count = now;
        if more {
            heard = Instant::now();
            if silent {
                silent = false;
                tell(Sign::Hears(Channel::Media, true));
            }
            continue;
        }
        if question.as_ref().is_none_or(JoinHandle::is_finished) {
            question = Some(tokio::spawn(ask(room.clone())));
        }
        if heard.elapsed() >= SILENCE {
            silent = true;
            tell(Sign::Hears(Channel::Media, false));
        }
    }
}

/// How much has arrived, in bytes and answered checks; only that it grows is of interest.
async fn received(room: &Room) -> Option<u64> {
    let stats = room.get_stats().await.ok()?;
    let all = stats.publisher_stats.iter().chain(&stats.subscriber_stats);
    Some(
        all.map(|stats| match stats {
            RtcStats::Transport(transport) => transport.transport.bytes_received,
            RtcStats::CandidatePair(pair) => {
                pair.candidate_pair.bytes_received + pair.candidate_pair.responses_received
            }
            _ => 0,
        })
        .sum(),
    )
}

/// Sends a packet that nobody gets: LiveKit does not send back what is one's own.
async fn ask(room: Arc<Room>) {
    let participant = room.local_participant();
    let packet = DataPacket {
        payload: vec![0],
        topic: Some(TOPIC.into()),
        reliable: true,
        destination_identities: vec![participant.identity()],
    };
    // What is in the way of it is seen by the silence.
    let _ = tokio::time::timeout(PROBE_TIMEOUT, participant.publish_data(packet)).await;
}

async fn watch_port(url: Url, tell: impl Fn(Sign) + Send + 'static) {
    let client = http_client::build(|| {
        let builder = reqwest::Client::builder()
            .timeout(PROBE_TIMEOUT)
            .connect_timeout(PROBE_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            // Each try is a connection of its own: one from before the loss is as dead as the rest.
            .pool_max_idle_per_host(0);
        if is_loopback(&url) { builder.no_proxy() } else { builder }
    });
    loop {
        // Any answer is one, whatever its status.
        let answered = client.get(url.clone()).send().await.is_ok();
        tell(Sign::Reaches(answered));
        tokio::time::sleep(PROBE_INTERVAL).await;
    }
}

/// Two clocks: on some systems one stands still while the computer sleeps, on others both go on.
struct Clocks {
    monotonic: Instant,
    wall: SystemTime,
}

impl Clocks {
    fn now() -> Self {
        Self { monotonic: Instant::now(), wall: SystemTime::now() }
    }

    /// Whether much more time has passed since the last call than the pause between two looks.
    fn stood_still(&mut self) -> bool {
        let before = std::mem::replace(self, Self::now());
        let monotonic = self.monotonic.saturating_duration_since(before.monotonic);
        let wall = self.wall.duration_since(before.wall).unwrap_or_default();
        monotonic > STANDSTILL || wall > STANDSTILL
    }
}
