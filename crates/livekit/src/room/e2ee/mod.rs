//! End-to-end encryption: of media frames and of data.

use std::{
    fmt::{self, Debug, Formatter},
    sync::Weak,
};

pub use livekit_common::EncryptionType;

use self::key_provider::KeyProvider;
use crate::ffi::{self, FfiHandle, proto};

pub mod key_provider;
pub mod manager;

/// How a room is encrypted.
#[derive(Clone)]
pub struct E2eeOptions {
    /// The algorithm.
    pub encryption_type: EncryptionType,
    /// Where the keys come from.
    pub key_provider: KeyProvider,
}

impl Debug for E2eeOptions {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("E2eeOptions").field("encryption_type", &self.encryption_type).finish()
    }
}

/// Makes a request about a room's encryption; `None` if the room is gone or the library refuses.
pub(crate) fn request(
    room: &Weak<FfiHandle>,
    message: proto::e2ee_request::Message,
) -> Option<proto::e2ee_response::Message> {
    let room = room.upgrade()?;
    let request = proto::E2eeRequest { room_handle: room.id(), message: Some(message) };
    match ffi::request(proto::ffi_request::Message::E2ee(request)) {
        Ok(proto::ffi_response::Message::E2ee(response)) => response.message,
        Ok(_) => None,
        Err(error) => {
            tracing::warn!(%error, "an encryption request failed");
            None
        }
    }
}
