//! Ownership of the library's objects.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{client, proto};

static LIVE: AtomicUsize = AtomicUsize::new(0);

/// How many of the library's objects are owned here now.
pub(crate) fn live() -> usize {
    LIVE.load(Ordering::Relaxed)
}

/// Owns one object of the library and drops it, once. Share it through an `Arc`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FfiHandle(u64);

impl FfiHandle {
    /// Takes ownership of the object that the library handed over.
    pub(crate) fn new(owned: proto::FfiOwnedHandle) -> Self {
        if owned.id != 0 {
            LIVE.fetch_add(1, Ordering::Relaxed);
        }
        Self(owned.id)
    }

    /// Stands for an object that could not be made: the library answers every request for it with an error.
    pub(crate) fn invalid() -> Self {
        Self(0)
    }

    /// Whether there is an object behind it.
    pub(crate) fn is_valid(&self) -> bool {
        self.0 != 0
    }

    /// The number that requests name the object by. Valid as long as this owner lives.
    pub(crate) fn id(&self) -> u64 {
        self.0
    }

    /// Gives the object to a request that takes it over; it is not dropped here.
    pub(crate) fn into_consumed(self) -> u64 {
        let id = self.0;
        if id != 0 {
            LIVE.fetch_sub(1, Ordering::Relaxed);
        }
        std::mem::forget(self);
        id
    }
}

impl Drop for FfiHandle {
    fn drop(&mut self) {
        if self.0 != 0 {
            LIVE.fetch_sub(1, Ordering::Relaxed);
            client::drop_handle(self.0);
        }
    }
}

/// Copies a buffer of the library's and drops it.
pub(crate) fn take_buffer(buffer: proto::OwnedBuffer) -> Vec<u8> {
    let _owner = FfiHandle::new(buffer.handle);
    let len = usize::try_from(buffer.data.data_len).unwrap_or(0);
    if buffer.data.data_ptr == 0 || len == 0 {
        return Vec::new();
    }
    // SAFETY: the library's buffer of `len` bytes lives there until its handle, owned above, is dropped.
    unsafe { std::slice::from_raw_parts(buffer.data.data_ptr as *const u8, len) }.to_vec()
}
