//! The boundary to LiveKit's compiled library: loading, requests, events, handles. The library-facing `unsafe` code of
//! the core is in [`library`], [`handle`], [`client`] and [`give_back`] only.

pub(crate) mod bounds;
pub(crate) mod client;
pub(crate) mod events;
mod give_back;
pub(crate) mod handle;
pub(crate) mod library;
mod logs;
mod waiting;

/// The library's messages, generated from the descriptors that come with it.
#[allow(missing_docs, clippy::all, clippy::pedantic, clippy::unwrap_used, dead_code)]
pub(crate) mod proto {
    include!(concat!(env!("OUT_DIR"), "/livekit.proto.rs"));
}

pub(crate) use client::{FfiError, call, call_then, load, request};
pub(crate) use handle::FfiHandle;
pub(crate) use logs::redact;
