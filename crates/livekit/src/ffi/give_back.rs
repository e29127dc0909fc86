//! Gives memory back to the system after something huge has passed through.
//!
//! What is freed stays with the allocator, which expects it to be wanted again. Of a peer's message of megabytes that is
//! not so; and each of the library's threads has a heap of its own, in which such messages leave their marks one after
//! the other: 35 of them were seen to leave 300 MB.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// Events with more bytes than this are huge. No event of an ordinary room is: media comes by pointer.
const HUGE: usize = 256 * 1024;

/// By then everybody has let go of it; and so seldom at most is it done.
const PAUSE: Duration = Duration::from_secs(1);

static PENDING: AtomicBool = AtomicBool::new(false);

/// An event of so many bytes has come: gives back what it leaves behind, soon, on a thread of its own.
pub(super) fn after(bytes: usize) {
    if bytes <= HUGE || PENDING.swap(true, Ordering::Relaxed) {
        return;
    }
    let thread = std::thread::Builder::new().name("livekit-trim".into()).spawn(|| {
        std::thread::sleep(PAUSE);
        PENDING.store(false, Ordering::Relaxed);
        trim();
    });
    if thread.is_err() {
        PENDING.store(false, Ordering::Relaxed);
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn trim() {
    unsafe extern "C" {
        fn malloc_trim(pad: usize) -> std::ffi::c_int;
    }
    // SAFETY: glibc's own function, which any thread may call at any time; it takes a number and touches free memory only.
    unsafe { malloc_trim(0) };
}

/// Other allocators do so by themselves, or cannot be asked.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn trim() {}
