//! The LiveKit SDK: the public names and types of the official `livekit` crate over LiveKit's own compiled library.
//!
//! What is here follows the official crate 0.10, so that code written for it compiles with either. Where the library has
//! no request for something, the item's documentation says so, or the item is missing.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod ffi;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
pub mod prelude;
mod room;
pub mod rtc_engine;
pub mod webrtc;

pub use ffi::library::LibraryError;
pub use room::*;

/// How many of the library's objects are owned by this process now; for tests that look for leaks.
#[doc(hidden)]
pub fn live_handles() -> usize {
    ffi::handle::live()
}
