//! A room's encryption.

use std::{
    collections::HashMap,
    fmt::{self, Debug, Formatter},
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{E2eeOptions, EncryptionType, key_provider::KeyProvider, request};
use crate::{
    ffi::{
        FfiHandle,
        proto::{self, e2ee_request, e2ee_response},
    },
    id::{ParticipantIdentity, TrackSid},
    webrtc::native::frame_cryptor::FrameCryptor,
};

/// A room's encryption. A cheap clone of the same.
#[derive(Clone)]
pub struct E2eeManager {
    inner: Arc<Inner>,
}

struct Inner {
    room: Weak<FfiHandle>,
    options: Option<E2eeOptions>,
    data: bool,
    enabled: AtomicBool,
}

impl E2eeManager {
    pub(crate) fn new(room: &Arc<FfiHandle>, options: Option<E2eeOptions>, data: bool) -> Self {
        if let Some(options) = &options {
            options.key_provider.attach(room);
        }
        let enabled = AtomicBool::new(options.is_some());
        Self { inner: Arc::new(Inner { room: Arc::downgrade(room), options, data, enabled }) }
    }

    /// What encrypts or decrypts each track now.
    pub fn frame_cryptors(&self) -> HashMap<(ParticipantIdentity, TrackSid), FrameCryptor> {
        let message = e2ee_request::Message::ManagerGetFrameCryptors(proto::E2eeManagerGetFrameCryptorsRequest {});
        let Some(e2ee_response::Message::ManagerGetFrameCryptors(response)) = request(&self.inner.room, message) else {
            return HashMap::new();
        };
        let entry = |cryptor: proto::FrameCryptor| {
            let identity = ParticipantIdentity::from(cryptor.participant_identity.as_str());
            let sid = TrackSid::from_library(cryptor.track_sid.as_str());
            ((identity, sid), FrameCryptor::new(self.inner.room.clone(), cryptor))
        };
        response.frame_cryptors.into_iter().map(entry).collect()
    }

    /// Whether the room is encrypted and that is turned on.
    pub fn enabled(&self) -> bool {
        self.inner.options.is_some() && self.inner.enabled.load(Ordering::Relaxed)
    }

    /// Whether data is encrypted too.
    pub fn is_dc_encryption_enabled(&self) -> bool {
        self.inner.data
    }

    /// Turns encryption on or off; without encryption options nothing happens.
    pub fn set_enabled(&self, enabled: bool) {
        if self.inner.options.is_none() || self.inner.enabled.swap(enabled, Ordering::Relaxed) == enabled {
            return;
        }
        let message = e2ee_request::Message::ManagerSetEnabled(proto::E2eeManagerSetEnabledRequest { enabled });
        request(&self.inner.room, message);
    }

    /// Where the keys come from.
    pub fn key_provider(&self) -> Option<KeyProvider> {
        self.inner.options.as_ref().map(|options| options.key_provider.clone())
    }

    /// The algorithm.
    pub fn encryption_type(&self) -> EncryptionType {
        self.inner.options.as_ref().map(|options| options.encryption_type).unwrap_or_default()
    }
}

impl Debug for E2eeManager {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("E2eeManager").field("enabled", &self.enabled()).finish_non_exhaustive()
    }
}
