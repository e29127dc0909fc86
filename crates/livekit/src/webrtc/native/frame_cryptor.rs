//! End-to-end encryption of frames.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::{
    ffi::{FfiHandle, proto},
    room::e2ee::request,
};

/// How keys are derived from what people share.
#[derive(Copy, Clone, Debug)]
#[non_exhaustive]
pub enum KeyDerivationAlgorithm {
    /// PBKDF2.
    PBKDF2,
    /// HKDF.
    HKDF,
}

/// How it stands with a participant's encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncryptionState {
    /// Nothing was encrypted or decrypted yet.
    New,
    /// Frames are encrypted or decrypted.
    Ok,
    /// A frame could not be encrypted.
    EncryptionFailed,
    /// A frame could not be decrypted.
    DecryptionFailed,
    /// There is no key for it.
    MissingKey,
    /// The key was ratcheted.
    KeyRatcheted,
    /// Something else failed.
    InternalError,
}

impl From<proto::EncryptionState> for EncryptionState {
    fn from(state: proto::EncryptionState) -> Self {
        match state {
            proto::EncryptionState::New => Self::New,
            proto::EncryptionState::Ok => Self::Ok,
            proto::EncryptionState::EncryptionFailed => Self::EncryptionFailed,
            proto::EncryptionState::DecryptionFailed => Self::DecryptionFailed,
            proto::EncryptionState::MissingKey => Self::MissingKey,
            proto::EncryptionState::KeyRatcheted => Self::KeyRatcheted,
            proto::EncryptionState::InternalError => Self::InternalError,
        }
    }
}

/// What encrypts or decrypts one track of one participant.
#[derive(Clone)]
pub struct FrameCryptor {
    room: Weak<FfiHandle>,
    participant_identity: String,
    track_sid: String,
    state: Arc<Mutex<(bool, i32)>>,
}

impl FrameCryptor {
    pub(crate) fn new(room: Weak<FfiHandle>, cryptor: proto::FrameCryptor) -> Self {
        Self {
            room,
            participant_identity: cryptor.participant_identity,
            track_sid: cryptor.track_sid,
            state: Arc::new(Mutex::new((cryptor.enabled, cryptor.key_index))),
        }
    }

    /// Turns it on or off.
    pub fn set_enabled(&self, enabled: bool) {
        let message = proto::e2ee_request::Message::CryptorSetEnabled(proto::FrameCryptorSetEnabledRequest {
            participant_identity: self.participant_identity.clone(),
            track_sid: self.track_sid.clone(),
            enabled,
        });
        if request(&self.room, message).is_some() {
            self.state.lock().0 = enabled;
        }
    }

    /// Whether it is on.
    pub fn enabled(&self) -> bool {
        self.state.lock().0
    }

    /// Uses the key of this index, 0 to the key ring's size.
    pub fn set_key_index(&self, index: i32) {
        let message = proto::e2ee_request::Message::CryptorSetKeyIndex(proto::FrameCryptorSetKeyIndexRequest {
            participant_identity: self.participant_identity.clone(),
            track_sid: self.track_sid.clone(),
            key_index: index,
        });
        if request(&self.room, message).is_some() {
            self.state.lock().1 = index;
        }
    }

    /// The index of the key that it uses.
    pub fn key_index(&self) -> i32 {
        self.state.lock().1
    }

    /// The identity of the participant whose frames it is for.
    pub fn participant_id(&self) -> String {
        self.participant_identity.clone()
    }
}
