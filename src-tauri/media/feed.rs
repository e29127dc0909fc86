//! What all feeds share: a thread that stops when its feed is dropped, and states reported once each.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::DeviceState;

/// How long dropping a feed waits for its thread. A driver that hangs longer keeps its thread, and the app goes on.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(800);

/// Asks a thread to stop, and wakes it from its waits.
#[derive(Clone, Default)]
pub(super) struct Stop(Arc<(Mutex<bool>, Condvar)>);

impl Stop {
    /// Whether the thread is to end.
    pub fn stopped(&self) -> bool {
        *self.0.0.lock()
    }

    /// Waits this long, or less when asked to stop. Returns whether to go on.
    pub fn wait(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        let mut stopped = self.0.0.lock();
        while !*stopped {
            if self.0.1.wait_until(&mut stopped, until).timed_out() {
                break;
            }
        }
        !*stopped
    }

    fn stop(&self) {
        *self.0.0.lock() = true;
        self.0.1.notify_all();
    }
}

/// Which device is wanted. It can change while the feed runs; the feed then goes over to the other device.
#[derive(Clone)]
pub(super) struct Wanted(Arc<Mutex<(u64, Option<String>)>>);

impl Wanted {
    /// The device of this id, or the system's default.
    pub fn new(choice: Option<String>) -> Self {
        Self(Arc::new(Mutex::new((0, choice))))
    }

    /// From now on this one.
    pub fn set(&self, choice: Option<String>) {
        let mut wanted = self.0.lock();
        if wanted.1 != choice {
            *wanted = (wanted.0 + 1, choice);
        }
    }

    /// The choice, and its number for [`Self::still`].
    pub fn get(&self) -> (u64, Option<String>) {
        self.0.lock().clone()
    }

    /// Whether the choice of this number still counts.
    pub fn still(&self, number: u64) -> bool {
        self.0.lock().0 == number
    }
}

/// A feed's thread. Dropping it ends the thread.
pub(super) struct FeedThread {
    name: &'static str,
    stop: Stop,
    thread: Option<JoinHandle<()>>,
}

impl FeedThread {
    /// Runs `work` on a thread of this name until it returns; it is to return soon after `Stop` says so.
    pub fn spawn(name: &'static str, work: impl FnOnce(&Stop) + Send + 'static) -> Self {
        let stop = Stop::default();
        let inner = stop.clone();
        let thread = std::thread::Builder::new()
            .name(name.into())
            .spawn(move || work(&inner))
            .inspect_err(|error| tracing::error!(%error, name, "no thread for a device"))
            .ok();
        Self { name, stop, thread }
    }

    /// Wakes the thread if it is parked.
    pub fn unpark(&self) {
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }
}

impl Drop for FeedThread {
    fn drop(&mut self) {
        self.stop.stop();
        self.unpark();
        let Some(thread) = self.thread.take() else { return };
        let until = Instant::now() + CLOSE_TIMEOUT;
        while !thread.is_finished() {
            if Instant::now() > until {
                tracing::warn!(name = self.name, "the device does not close; its thread is left to itself");
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        if thread.join().is_err() {
            tracing::error!(name = self.name, "a device thread panicked");
        }
    }
}

/// Reports states, each change once.
pub(super) struct Reporter {
    last: Option<DeviceState>,
    report: Box<dyn Fn(DeviceState) + Send>,
}

impl Reporter {
    /// Reports to this function.
    pub fn new(report: impl Fn(DeviceState) + Send + 'static) -> Self {
        Self { last: None, report: Box::new(report) }
    }

    /// The device is in this state now.
    pub fn set(&mut self, state: DeviceState) {
        if self.last.as_ref() != Some(&state) {
            tracing::info!(?state, thread = std::thread::current().name(), "device");
            self.last = Some(state.clone());
            (self.report)(state);
        }
    }
}
