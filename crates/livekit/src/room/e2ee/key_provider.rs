//! The keys of end-to-end encryption.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Weak,
        atomic::{AtomicI32, Ordering},
    },
};

use parking_lot::Mutex;

use crate::{
    ffi::{
        FfiHandle,
        proto::{self, e2ee_request, e2ee_response},
    },
    id::ParticipantIdentity,
    room::e2ee::request,
};

pub use crate::webrtc::native::frame_cryptor::KeyDerivationAlgorithm;

/// How keys are kept and derived.
#[derive(Clone)]
pub struct KeyProviderOptions {
    /// How many ratchet steps are tried when a frame cannot be decrypted.
    pub ratchet_window_size: i32,
    /// The salt of the key derivation.
    pub ratchet_salt: Vec<u8>,
    /// How many frames in a row may fail to decrypt; -1: any number.
    pub failure_tolerance: i32,
    /// How many keys are kept at once, 1 to 255.
    pub key_ring_size: i32,
    /// The key derivation.
    pub key_derivation_algorithm: KeyDerivationAlgorithm,
}

impl Default for KeyProviderOptions {
    /// The values that all of LiveKit's SDKs share.
    fn default() -> Self {
        Self {
            ratchet_window_size: 16,
            ratchet_salt: b"LKFrameEncryptionKey".to_vec(),
            failure_tolerance: -1,
            key_ring_size: 16,
            key_derivation_algorithm: KeyDerivationAlgorithm::PBKDF2,
        }
    }
}

/// Holds the keys and gives them to the rooms that were connected with it. A cheap clone of the same keys.
#[derive(Clone)]
pub struct KeyProvider {
    inner: Arc<Inner>,
}

struct Inner {
    options: KeyProviderOptions,
    shared: bool,
    latest_key_index: AtomicI32,
    keys: Mutex<Keys>,
}

#[derive(Default)]
struct Keys {
    shared: BTreeMap<i32, Vec<u8>>,
    by_participant: BTreeMap<(String, i32), Vec<u8>>,
    rooms: Vec<Weak<FfiHandle>>,
}

impl KeyProvider {
    /// Keys that are each one participant's.
    pub fn new(options: KeyProviderOptions) -> Self {
        Self::with(options, false)
    }

    /// One key for everyone, which is the first of the ring.
    pub fn with_shared_key(options: KeyProviderOptions, shared_key: Vec<u8>) -> Self {
        let provider = Self::with(options, true);
        provider.inner.keys.lock().shared.insert(0, shared_key);
        provider
    }

    fn with(options: KeyProviderOptions, shared: bool) -> Self {
        let inner = Inner { options, shared, latest_key_index: AtomicI32::new(0), keys: Mutex::default() };
        Self { inner: Arc::new(inner) }
    }

    /// Sets everyone's key of this index.
    pub fn set_shared_key(&self, shared_key: Vec<u8>, key_index: i32) {
        if !self.fits(key_index) {
            return;
        }
        self.inner.latest_key_index.store(key_index, Ordering::Relaxed);
        self.inner.keys.lock().shared.insert(key_index, shared_key.clone());
        self.each_room(|| set_shared_key(&shared_key, key_index));
    }

    /// Everyone's next key of this index, derived from the one before; `None` without a room or a key.
    pub fn ratchet_shared_key(&self, key_index: i32) -> Option<Vec<u8>> {
        let request = e2ee_request::Message::RatchetSharedKey(proto::RatchetSharedKeyRequest { key_index });
        match self.ask(key_index, request)? {
            e2ee_response::Message::RatchetSharedKey(response) => response.new_key,
            _ => None,
        }
    }

    /// Everyone's key of this index.
    pub fn get_shared_key(&self, key_index: i32) -> Option<Vec<u8>> {
        let request = e2ee_request::Message::GetSharedKey(proto::GetSharedKeyRequest { key_index });
        match self.ask(key_index, request) {
            Some(e2ee_response::Message::GetSharedKey(response)) => response.key,
            _ => self.inner.keys.lock().shared.get(&key_index).cloned(),
        }
    }

    /// Sets a participant's key of this index; `false` if there is no such index in the ring.
    pub fn set_key(&self, identity: &ParticipantIdentity, key_index: i32, key: Vec<u8>) -> bool {
        if !self.fits(key_index) {
            return false;
        }
        self.inner.latest_key_index.store(key_index, Ordering::Relaxed);
        self.inner.keys.lock().by_participant.insert((identity.to_string(), key_index), key.clone());
        self.each_room(|| set_key(identity.as_str(), &key, key_index));
        true
    }

    /// A participant's next key of this index, derived from the one before; `None` without a room or a key.
    pub fn ratchet_key(&self, identity: &ParticipantIdentity, key_index: i32) -> Option<Vec<u8>> {
        let participant_identity = identity.to_string();
        let request = e2ee_request::Message::RatchetKey(proto::RatchetKeyRequest { participant_identity, key_index });
        match self.ask(key_index, request)? {
            e2ee_response::Message::RatchetKey(response) => response.new_key,
            _ => None,
        }
    }

    /// A participant's key of this index.
    pub fn get_key(&self, identity: &ParticipantIdentity, key_index: i32) -> Option<Vec<u8>> {
        let participant_identity = identity.to_string();
        let request = e2ee_request::Message::GetKey(proto::GetKeyRequest { participant_identity, key_index });
        match self.ask(key_index, request) {
            Some(e2ee_response::Message::GetKey(response)) => response.key,
            _ => self.inner.keys.lock().by_participant.get(&(identity.to_string(), key_index)).cloned(),
        }
    }

    /// The index of the key that was set last.
    pub fn get_latest_key_index(&self) -> i32 {
        self.inner.latest_key_index.load(Ordering::Relaxed)
    }

    /// The options for the library, checked: what it could not take is an error with words.
    pub(crate) fn to_proto(&self) -> Result<proto::KeyProviderOptions, String> {
        let options = &self.inner.options;
        if !(1..=255).contains(&options.key_ring_size) {
            return Err(format!("a key ring of {} keys: 1 to 255 are possible", options.key_ring_size));
        }
        if options.ratchet_window_size < 0 || options.failure_tolerance < -1 {
            return Err("a negative ratchet window or failure tolerance".into());
        }
        let shared_key = self.inner.keys.lock().shared.get(&0).cloned();
        Ok(proto::KeyProviderOptions {
            shared_key: self.inner.shared.then(|| shared_key.unwrap_or_default()),
            ratchet_window_size: options.ratchet_window_size,
            ratchet_salt: options.ratchet_salt.clone(),
            failure_tolerance: options.failure_tolerance,
            key_ring_size: options.key_ring_size,
            key_derivation_function: match options.key_derivation_algorithm {
                KeyDerivationAlgorithm::PBKDF2 => proto::KeyDerivationFunction::Pbkdf2,
                KeyDerivationAlgorithm::HKDF => proto::KeyDerivationFunction::Hkdf,
            }
            .into(),
        })
    }

    /// Gives a room all keys, now and whenever one is set.
    pub(crate) fn attach(&self, room: &Arc<FfiHandle>) {
        let weak = Arc::downgrade(room);
        let messages: Vec<_> = {
            let mut keys = self.inner.keys.lock();
            keys.rooms.retain(|room| room.strong_count() > 0);
            keys.rooms.push(weak.clone());
            let shared = keys.shared.iter().map(|(index, key)| set_shared_key(key, *index));
            let own = keys.by_participant.iter().map(|((identity, index), key)| set_key(identity, key, *index));
            shared.chain(own).collect()
        };
        for message in messages {
            request(&weak, message);
        }
    }

    fn fits(&self, key_index: i32) -> bool {
        let fits = (0..self.inner.options.key_ring_size).contains(&key_index);
        if !fits {
            tracing::warn!(key_index, ring = self.inner.options.key_ring_size, "no such key index");
        }
        fits
    }

    fn each_room(&self, message: impl Fn() -> e2ee_request::Message) {
        let rooms = self.inner.keys.lock().rooms.clone();
        for room in rooms {
            request(&room, message());
        }
    }

    fn ask(&self, key_index: i32, message: e2ee_request::Message) -> Option<e2ee_response::Message> {
        if !self.fits(key_index) {
            return None;
        }
        let room = self.inner.keys.lock().rooms.iter().find(|room| room.strong_count() > 0).cloned()?;
        request(&room, message)
    }
}

fn set_shared_key(key: &[u8], key_index: i32) -> e2ee_request::Message {
    e2ee_request::Message::SetSharedKey(proto::SetSharedKeyRequest { shared_key: key.to_vec(), key_index })
}

fn set_key(identity: &str, key: &[u8], key_index: i32) -> e2ee_request::Message {
    let participant_identity = identity.to_owned();
    e2ee_request::Message::SetKey(proto::SetKeyRequest { participant_identity, key: key.to_vec(), key_index })
}
