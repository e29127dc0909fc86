//! The data packets that listeners were handed and have not let go of.

use std::{
    collections::VecDeque,
    sync::{Arc, Weak},
};

/// Most packets that listeners may leave unread; the **newest** is dropped beyond that.
const MOST_PACKETS: usize = 20_000;

/// Most bytes of them, likewise.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// After so many refused packets all those handed on are looked at anew.
const LOOK_AGAIN: usize = 64;

/// What listeners were handed and have not let go of, oldest first. A listener's channel has no bound, as in the
/// official crate, and a peer sends data whether or not anyone wants it.
#[derive(Default)]
pub(super) struct Unread {
    packets: VecDeque<(Weak<Vec<u8>>, usize)>,
    bytes: usize,
    /// How many were refused since one was taken last.
    refused: usize,
    /// That was told, and there was not much room since.
    told: bool,
}

impl Unread {
    /// Whether one more packet may be handed on.
    pub(super) fn take(&mut self, payload: &Arc<Vec<u8>>) -> bool {
        self.forget_read();
        // A packet that is kept at the front may hide others that were let go of. Looked for now and then: there are many.
        if self.is_full(payload.len()) && self.refused.is_multiple_of(LOOK_AGAIN) {
            self.packets.retain(|(packet, _)| packet.strong_count() > 0);
            self.bytes = self.packets.iter().map(|(_, bytes)| bytes).sum();
        }
        if self.is_full(payload.len()) {
            self.refused += 1;
            if !std::mem::replace(&mut self.told, true) {
                let (packets, bytes) = (self.packets.len(), self.bytes);
                tracing::warn!(packets, bytes, "data packets are not read: the newest are dropped");
            }
            return false;
        }
        self.refused = 0;
        self.told &= self.packets.len() > MOST_PACKETS / 2 || self.bytes > MOST_BYTES / 2;
        self.bytes += payload.len();
        self.packets.push_back((Arc::downgrade(payload), payload.len()));
        true
    }

    fn is_full(&self, more: usize) -> bool {
        self.packets.len() >= MOST_PACKETS || self.bytes.saturating_add(more) > MOST_BYTES
    }

    /// Listeners read in order: what was let go of is at the front.
    fn forget_read(&mut self) {
        while let Some((packet, bytes)) = self.packets.front()
            && packet.strong_count() == 0
        {
            self.bytes -= bytes;
            self.packets.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_that_nobody_reads_do_not_pile_up() {
        let mut unread = Unread::default();
        let packet = || Arc::new(vec![0; 1024 * 1024]);
        let kept: Vec<_> = (0..100).map(|_| packet()).filter(|packet| unread.take(packet)).collect();
        assert_eq!(kept.len(), 64);
        // The first is kept for good, the others were read: there is room again.
        let _first = kept.into_iter().next();
        assert!((0..LOOK_AGAIN).any(|_| unread.take(&packet())));
        assert!(unread.packets.len() <= 2 && unread.bytes <= 2 * 1024 * 1024);
    }

    #[test]
    fn small_ones_are_counted() {
        let mut unread = Unread::default();
        let kept: Vec<_> = (0..30_000).map(|_| Arc::new(vec![1])).filter(|packet| unread.take(packet)).collect();
        assert_eq!(kept.len(), MOST_PACKETS);
        drop(kept);
        assert!(unread.take(&Arc::new(vec![1])));
        assert_eq!(unread.packets.len(), 1);
    }
}
