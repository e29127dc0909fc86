//! Statistics of a session: a sample of the SDK's counters every two seconds, kept for ten minutes, told to who
//! watches, written to a file where one is asked for, and judged: how good the connection is and what to do about it.

mod file;
mod history;
mod measure;
mod sampler;
pub mod tick;
pub mod types;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use livekit::prelude::{ConnectionState, Room};
use livekit::rtc_engine::SessionStats;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::health::Decider;
use super::state::Health;
use crate::media::thin::SendLimit;
pub use file::{StatisticsFile, VERSION as FILE_VERSION};
use history::History;
use measure::ConnectionCounters;
use sampler::Sampler;
use tick::StatisticsTick;
use types::{ConnectionPoint, Statistics};

/// What a room's statistics say of its connection at this moment: the paths and the round trip; rates take two samples.
pub fn connection(stats: &SessionStats) -> ConnectionPoint {
    ConnectionCounters::default().measure(&stats.publisher_stats, &stats.subscriber_stats)
}

/// From one sample to the next.
pub const INTERVAL: Duration = Duration::from_secs(2);

/// Samples that are kept: ten minutes.
pub const POINTS: usize = 300;

/// Tracks that are sampled and kept, at most: the own ones first. With more people than that, the rest is left out.
pub const MAX_TRACKS: usize = 128;

/// Longest that a sample is waited for.
const SAMPLE_TIMEOUT: Duration = Duration::from_millis(1500);

/// Samples at the start of a connection that are not judged: WebRTC finds out what the connection carries.
const WARM_UP: u32 = 3;

/// Keeps the statistics of the session that is on, or of the last one. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Recorder(Arc<Shared>);

struct Shared {
    kept: Mutex<Kept>,
    watched: AtomicBool,
    tell: Box<dyn Fn(StatisticsTick) + Send + Sync>,
}

#[derive(Default)]
struct Kept {
    history: History,
    file: Option<StatisticsFile>,
}

impl Recorder {
    /// Tells samples to `tell` while somebody watches; writes them to `file`, too.
    pub fn new(file: Option<StatisticsFile>, tell: impl Fn(StatisticsTick) + Send + Sync + 'static) -> Self {
        let kept = Mutex::new(Kept { file, ..Kept::default() });
        Self(Arc::new(Shared { kept, watched: AtomicBool::new(false), tell: Box::new(tell) }))
    }

    /// A new session: the last one's figures are forgotten.
    pub fn begin(&self) {
        self.0.kept.lock().history = History::default();
    }

    /// The last ten minutes.
    pub fn statistics(&self) -> Statistics {
        self.0.kept.lock().history.statistics()
    }

    /// Whether somebody watches.
    pub fn watch(&self, on: bool) {
        self.0.watched.store(on, Ordering::Relaxed);
    }

    /// Samples this room until the guard is dropped. While its connection is bad the own camera is sent at the `limit`'s
    /// levels, and the guard tells how much less to receive. `heard` is told whenever that changes.
    pub fn sample(
        &self,
        room: Arc<Room>,
        limit: SendLimit,
        heard: impl Fn(Health) + Send + Sync + 'static,
    ) -> Sampling {
        let recorder = self.clone();
        limit.set(0);
        let (receiving, levels) = watch::channel(0);
        let of = limit.clone();
        let task = tokio::spawn(async move { recorder.run(&room, &of, &receiving, heard).await });
        Sampling { task: task.abort_handle(), limit, levels }
    }

    async fn run(&self, room: &Room, limit: &SendLimit, receiving: &watch::Sender<u8>, heard: impl Fn(Health)) {
        let mut sampler = Sampler::default();
        let mut decider = Decider::default();
        let mut health = Health::default();
        let mut taken = 0_u32;
        let mut tick = tokio::time::interval(INTERVAL);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            let number = self.0.kept.lock().history.newest() + 1;
            let sample = tokio::time::timeout(SAMPLE_TIMEOUT, sampler.take(room, number));
            // The library answers late on a very busy machine, and not at all between two connections.
            let Ok((sample, observation)) = sample.await else { continue };
            taken += 1;
            // What is measured without a connection says nothing about it.
            if taken > WARM_UP && room.connection_state() == ConnectionState::Connected {
                let (now, levels) = decider.observe(&observation);
                limit.set(levels.sending);
                receiving.send_if_modified(|level| std::mem::replace(level, levels.receiving) != levels.receiving);
                if now != health {
                    if (&now.blame, now.measure) != (&health.blame, health.measure) {
                        let kind = super::journal::blame(&now.blame);
                        let (livekit, others) =
                            (observation.own, observation.others.iter().map(|(_, quality)| quality));
                        let others: Vec<_> = others.collect();
                        tracing::info!(blame = kind, measure = ?now.measure, ?levels, ?livekit, ?others, "connection");
                    }
                    heard(now.clone());
                    health = now;
                }
            }
            self.add(sample, &health);
        }
    }

    fn add(&self, sample: StatisticsTick, health: &Health) {
        {
            let mut kept = self.0.kept.lock();
            kept.history.add(&sample);
            if let Some(file) = &mut kept.file {
                file.add(&sample, health);
            }
        }
        if self.0.watched.load(Ordering::Relaxed) {
            (self.0.tell)(sample);
        }
    }
}

/// Samples a room. Dropping it ends that.
#[derive(Debug)]
pub struct Sampling {
    task: AbortHandle,
    limit: SendLimit,
    levels: watch::Receiver<u8>,
}

impl Sampling {
    /// How much less of the others' pictures to receive: 0 all, 3 none.
    pub fn receiving(&self) -> watch::Receiver<u8> {
        self.levels.clone()
    }
}

impl Drop for Sampling {
    fn drop(&mut self) {
        self.task.abort();
        self.limit.set(0);
    }
}
