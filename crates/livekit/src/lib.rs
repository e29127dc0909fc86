//! The LiveKit SDK: the public names and types of the official `livekit` crate over LiveKit's own compiled library.

#[allow(dead_code)]
mod ffi;
pub mod webrtc;

pub use ffi::library::LibraryError;

/// How many of the library's objects are owned by this process now; for tests that look for leaks.
#[doc(hidden)]
pub fn live_handles() -> usize {
    ffi::handle::live()
}
