//! Remote procedure calls: the official crate's own types.

pub use livekit_rpc::api::*;
