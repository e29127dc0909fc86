//! The emulated link: what one TUN device gives is handed to the other, late, less, or not at all.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use tun::Device;

/// Size of the devices' packets, bytes.
pub(crate) const MTU: u16 = 1500;
/// How much may wait for a slow link, as time at its rate; at least [`QUEUE_BYTES`]. What comes then is dropped.
const QUEUE_TIME: Duration = Duration::from_millis(200);
/// Ten full packets.
const QUEUE_BYTES: f64 = 10. * MTU as f64;
/// How soon a thread notices that it shall end, or that the settings changed.
const TICK: Duration = Duration::from_millis(20);

/// What the link does to packets, each way.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LinkSettings {
    /// Share of the packets that are lost, 0 to 1, each by itself.
    pub loss: f32,
    /// How long a packet is on its way. There and back takes twice this.
    pub delay: Duration,
    /// bit/s; what comes faster waits in a queue of 200 ms (of ten packets at least), then is dropped.
    pub rate: Option<u64>,
    /// Nothing passes, and what is on its way is lost: the cable is out.
    pub down: bool,
    /// UDP does not pass.
    pub drop_udp: bool,
    /// TCP does not pass.
    pub drop_tcp: bool,
}

/// The link of a [`Network`](crate::Network).
pub struct Link {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    settings: Mutex<LinkSettings>,
    ended: AtomicBool,
    passed: AtomicU64,
    dropped: AtomicU64,
}

impl Link {
    pub(crate) fn start(near: Device, far: Device) -> Self {
        let shared = Arc::new(Shared {
            settings: Mutex::default(),
            ended: AtomicBool::new(false),
            passed: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        });
        let (near, far) = (Arc::new(near), Arc::new(far));
        let threads = [(near.clone(), far.clone(), 1), (far, near, 2)].map(|(from, to, seed)| {
            let direction = Direction::new(shared.clone(), seed);
            std::thread::Builder::new().name("link".into()).spawn(move || direction.run(&from, &to)).unwrap()
        });
        Self { shared, threads: threads.into() }
    }

    /// Changes what happens to packets, at once.
    pub fn set(&self, settings: LinkSettings) {
        *self.shared.settings.lock().unwrap() = settings;
    }

    /// What happens to packets now.
    pub fn settings(&self) -> LinkSettings {
        *self.shared.settings.lock().unwrap()
    }

    /// Packets that passed and that were dropped so far, both ways together.
    pub fn counts(&self) -> (u64, u64) {
        (self.shared.passed.load(Ordering::Relaxed), self.shared.dropped.load(Ordering::Relaxed))
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// One way of the link.
struct Direction {
    shared: Arc<Shared>,
    random: SmallRng,
    /// Packets on their way, and when they are there.
    under_way: VecDeque<(Instant, Vec<u8>)>,
    /// When the slow link has sent all that it was given.
    free_at: Instant,
}

impl Direction {
    fn new(shared: Arc<Shared>, seed: u64) -> Self {
        Self { shared, random: SmallRng::seed_from_u64(seed), under_way: VecDeque::new(), free_at: Instant::now() }
    }

    fn run(mut self, from: &Device, to: &Device) {
        let mut packet = [0; MTU as usize + 64];
        while !self.shared.ended.load(Ordering::Relaxed) {
            let now = Instant::now();
            let next = self.under_way.front().map_or(TICK, |(due, _)| due.saturating_duration_since(now).min(TICK));
            match from.recv_timeout(&mut packet, next) {
                Ok(length) => self.take(&packet[..length]),
                Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock) => {}
                // The device is down or gone, e.g. with its namespace.
                Err(_) => std::thread::sleep(TICK),
            }
            self.deliver(to);
        }
    }

    /// Decides about a packet.
    fn take(&mut self, packet: &[u8]) {
        let settings = *self.shared.settings.lock().unwrap();
        match self.due(packet, &settings) {
            Some(due) => self.under_way.push_back((due, packet.to_vec())),
            None => {
                self.shared.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// When a packet is there; `None`: never.
    fn due(&mut self, packet: &[u8], settings: &LinkSettings) -> Option<Instant> {
        let lost = settings.loss > 0. && self.random.random::<f32>() < settings.loss;
        let refused = match protocol(packet) {
            Some(UDP) => settings.drop_udp,
            Some(TCP) => settings.drop_tcp,
            _ => false,
        };
        if settings.down || lost || refused {
            return None;
        }
        let now = Instant::now();
        let Some(rate) = settings.rate else { return Some(now + settings.delay) };
        let bytes_a_second = rate as f64 / 8.;
        let queue = (QUEUE_TIME.as_secs_f64() * bytes_a_second).max(QUEUE_BYTES);
        let start = self.free_at.max(now);
        let waiting = (start - now).as_secs_f64() * bytes_a_second;
        if waiting + packet.len() as f64 > queue {
            return None;
        }
        self.free_at = start + Duration::from_secs_f64(packet.len() as f64 / bytes_a_second);
        Some(self.free_at + settings.delay)
    }

    /// Hands over what is there by now.
    fn deliver(&mut self, to: &Device) {
        if self.under_way.is_empty() {
            return;
        }
        if self.shared.settings.lock().unwrap().down {
            self.shared.dropped.fetch_add(self.under_way.len() as u64, Ordering::Relaxed);
            self.under_way.clear();
        }
        let now = Instant::now();
        while self.under_way.front().is_some_and(|(due, _)| *due <= now) {
            let Some((_, packet)) = self.under_way.pop_front() else { break };
            let counter = if to.send(&packet).is_ok() { &self.shared.passed } else { &self.shared.dropped };
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }
}

const TCP: u8 = 6;
const UDP: u8 = 17;

/// The protocol in an IP packet (of IPv6 the first header's).
fn protocol(packet: &[u8]) -> Option<u8> {
    match packet.first()? >> 4 {
        4 => packet.get(9).copied(),
        6 => packet.get(6).copied(),
        _ => None,
    }
}
