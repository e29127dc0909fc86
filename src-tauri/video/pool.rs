//! Pixel memory that goes round: from the worker to the screen and back.

use std::sync::Arc;

use parking_lot::Mutex;

/// More than this many idle buffers are given back to the system: a room that empties must not keep its pixels.
const IDLE_BUFFERS: usize = 12;

/// Idle buffers of any size.
#[derive(Clone, Default, Debug)]
pub(super) struct Pool(Arc<Mutex<Vec<Vec<u8>>>>);

impl Pool {
    /// A buffer of exactly `len` bytes; what is in it is left from before.
    pub fn take(&self, len: usize) -> Pixels {
        let mut idle = self.0.lock();
        // The same size again is the rule: a fitting one spares clearing new memory.
        let at = idle.iter().position(|bytes| bytes.len() == len).or_else(|| idle.len().checked_sub(1));
        let mut bytes = at.map(|at| idle.swap_remove(at)).unwrap_or_default();
        drop(idle);
        bytes.resize(len, 0);
        Pixels { bytes, home: self.clone() }
    }
}

/// Bytes on loan from a [`Pool`]; dropping them brings them back.
#[derive(Debug)]
pub(super) struct Pixels {
    bytes: Vec<u8>,
    home: Pool,
}

impl AsRef<[u8]> for Pixels {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl AsMut<[u8]> for Pixels {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

impl Drop for Pixels {
    fn drop(&mut self) {
        let mut idle = self.home.0.lock();
        if idle.len() < IDLE_BUFFERS {
            idle.push(std::mem::take(&mut self.bytes));
        }
    }
}
