//! How much of what peers sent waits in a queue.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

/// Most events of peers that wait in one queue: seconds of ten thousand a second.
const MOST_EVENTS: usize = 20_000;

/// Most bytes of peers that wait in one queue.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// What waits in one queue.
#[derive(Debug, Default)]
pub(crate) struct Load {
    events: AtomicUsize,
    bytes: AtomicUsize,
    /// Something was refused since the queue was half empty last: told once.
    full: AtomicBool,
}

impl Load {
    /// A place in the queue for an event with so many bytes; none if too much waits.
    pub(crate) fn take(self: &Arc<Self>, bytes: usize) -> Option<Waiting> {
        let events = self.events.fetch_add(1, Ordering::Relaxed);
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let waiting = Waiting { load: self.clone(), bytes };
        if events >= MOST_EVENTS || before.saturating_add(bytes) > MOST_BYTES {
            if !self.full.swap(true, Ordering::Relaxed) {
                tracing::warn!(events, bytes = before, "peers send more than is taken: the newest is dropped");
            }
            return None;
        }
        // Only well below the bound: at the bound every event would be told.
        if events < MOST_EVENTS / 2 && before < MOST_BYTES / 2 {
            self.full.store(false, Ordering::Relaxed);
        }
        Some(waiting)
    }
}

/// A place in a queue; given back when dropped.
#[derive(Debug)]
pub(crate) struct Waiting {
    load: Arc<Load>,
    bytes: usize,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.load.events.fetch_sub(1, Ordering::Relaxed);
        self.load.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_bounded_in_number_and_in_bytes_and_what_goes_makes_room() {
        let load = Arc::new(Load::default());
        let mut waiting: Vec<_> = (0..MOST_EVENTS).filter_map(|_| load.take(1)).collect();
        assert_eq!(waiting.len(), MOST_EVENTS);
        assert!(load.take(0).is_none());
        waiting.pop();
        assert!(load.take(MOST_BYTES).is_none(), "one is there, and so many bytes are not");
        assert!(load.take(1).is_some());
        waiting.clear();
        assert!(load.take(MOST_BYTES).is_some());
        assert!(load.take(MOST_BYTES + 1).is_none());
        assert_eq!((load.events.load(Ordering::Relaxed), load.bytes.load(Ordering::Relaxed)), (0, 0));
    }
}
