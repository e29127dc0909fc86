//! End-to-end encryption of a session: what leaves this computer (media, data, chat) can be read only by who has the
//! session's secret, which the session server and LiveKit never see. Who is there, under which name and in which role is
//! not encrypted.

mod keys;
mod peers;
mod renewal;
mod secret;

use std::collections::HashMap;
use std::sync::Arc;

use livekit::e2ee::key_provider::{KeyProvider, KeyProviderOptions};
use livekit::e2ee::{E2eeOptions, EncryptionType};
use livekit::prelude::RoomOptions;
use parking_lot::Mutex;
use secrecy::ExposeSecret;

pub use keys::Keys;
pub use peers::{Encrypted, examine, shows_key};
pub use renewal::TOPIC as RENEWAL_TOPIC;
pub use secret::Secret;

use super::invitation::Invitation;
use crate::error::UiError;
use renewal::Own;

/// The attribute by which everybody shows to have the key.
pub const KEY_ATTRIBUTE: &str = "donfra.key";

/// The attribute with which a new secret can be sent to somebody.
pub const BOX_ATTRIBUTE: &str = "donfra.box";

/// The place of the key in LiveKit's ring of keys. A new one replaces the old one there: who joins later has to use the
/// same place, and knows nothing of changes before.
const PLACE: i32 = 0;

/// An encrypted session's keys. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Encryption(Arc<Inner>);

struct Inner {
    session_id: String,
    provider: KeyProvider,
    own: Own,
    now: Mutex<Now>,
}

struct Now {
    secret: Secret,
    keys: Keys,
}

impl std::fmt::Debug for Encryption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Encryption")
    }
}

impl Encryption {
    /// Derives the keys, which takes some tenths of a second.
    ///
    /// # Errors
    /// There is not enough memory.
    pub async fn new(secret: Secret, session_id: &str) -> Result<Self, UiError> {
        let keys = derive(secret.clone(), session_id.to_owned()).await?;
        // Nobody ratchets here. Trying it at each frame that does not decrypt costs a core, and puts the key of before back
        // over one that came meanwhile.
        let options = KeyProviderOptions { ratchet_window_size: 0, ..KeyProviderOptions::default() };
        let provider = KeyProvider::with_shared_key(options, keys.media.expose_secret().as_bytes().to_vec());
        let now = Mutex::new(Now { secret, keys });
        Ok(Self(Arc::new(Inner { session_id: session_id.to_owned(), provider, own: Own::random(), now })))
    }

    /// Has the room encrypted.
    pub fn apply(&self, options: &mut RoomOptions) {
        let key_provider = self.0.provider.clone();
        options.encryption = Some(E2eeOptions { encryption_type: EncryptionType::Gcm, key_provider });
    }

    /// The secret, to invite others with and to come back with.
    pub fn secret(&self) -> Secret {
        self.0.now.lock().secret.clone()
    }

    /// The code to compare.
    pub fn code(&self) -> String {
        self.0.now.lock().keys.code.clone()
    }

    /// What everybody in the room is shown of somebody who is this in it.
    pub fn attributes(&self, identity: &str) -> HashMap<String, String> {
        let public = self.0.own.public();
        let proof = self.0.now.lock().keys.proof(identity, &public);
        HashMap::from([(KEY_ATTRIBUTE.to_owned(), proof), (BOX_ATTRIBUTE.to_owned(), public)])
    }

    /// Whether these are the attributes of somebody with the same key.
    pub fn is_shown_by(&self, identity: &str, attributes: &HashMap<String, String>) -> bool {
        let (Some(proof), Some(public)) = (attributes.get(KEY_ATTRIBUTE), attributes.get(BOX_ATTRIBUTE)) else {
            return false;
        };
        self.0.now.lock().keys.proves(proof, identity, public)
    }

    /// A box with this secret for somebody with these attributes.
    pub fn seal(&self, secret: &Secret, attributes: &HashMap<String, String>) -> Option<Vec<u8>> {
        self.0.own.seal(secret, attributes.get(BOX_ATTRIBUTE)?)
    }

    /// The secret in a box from somebody with these attributes.
    pub fn open(&self, packet: &[u8], attributes: &HashMap<String, String>) -> Option<Secret> {
        self.0.own.open(packet, attributes.get(BOX_ATTRIBUTE)?)
    }

    /// Goes over to another secret, also in the room that one is in.
    ///
    /// # Errors
    /// There is not enough memory.
    pub async fn renew(&self, secret: Secret) -> Result<(), UiError> {
        let keys = derive(secret.clone(), self.0.session_id.clone()).await?;
        let mut now = self.0.now.lock();
        self.0.provider.set_shared_key(keys.media.expose_secret().as_bytes().to_vec(), PLACE);
        *now = Now { secret, keys };
        Ok(())
    }
}

/// The session in `input`, with the key words that were typed beside it.
///
/// # Errors
/// There is none, or the words are none.
pub fn invitation(input: &str, key_words: Option<&str>) -> Result<Invitation, UiError> {
    let mut invitation = super::invitation::parse(input)?;
    if let Some(words) = key_words.filter(|words| !words.trim().is_empty()) {
        invitation.secret = Some(Secret::parse(words)?);
    }
    Ok(invitation)
}

async fn derive(secret: Secret, session_id: String) -> Result<Keys, UiError> {
    let derived = tokio::task::spawn_blocking(move || Keys::derive(&secret, &session_id)).await;
    derived.ok().and_then(Result::ok).ok_or_else(|| {
        tracing::error!("the keys of an encrypted session are not derived");
        UiError::new(
            "encryption_failed",
            "The session's encryption could not be set up.",
            "Close other programs, so that there is memory, and try again.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_has_the_key_is_known_and_gets_the_next_one() {
        let (old, new) = (Secret::random(), Secret::random());
        let host = Encryption::new(old.clone(), "s").await.unwrap();
        let ada = Encryption::new(old.clone(), "s").await.unwrap();
        let eve = Encryption::new(Secret::random(), "s").await.unwrap();
        assert_eq!(host.code(), ada.code());
        assert!(host.is_shown_by("ada", &ada.attributes("ada")));
        assert!(!host.is_shown_by("eve", &ada.attributes("ada")), "taken from Ada");
        assert!(!host.is_shown_by("eve", &eve.attributes("eve")));
        assert!(!host.is_shown_by("none", &HashMap::new()));
        // Eve puts her box beside Ada's proof: it does not hold.
        let mut mixed = ada.attributes("ada");
        mixed.insert(BOX_ATTRIBUTE.into(), eve.attributes("ada")[BOX_ATTRIBUTE].clone());
        assert!(!host.is_shown_by("ada", &mixed));

        let packet = host.seal(&new, &ada.attributes("ada")).unwrap();
        assert_eq!(ada.open(&packet, &host.attributes("host")), Some(new.clone()));
        host.renew(new.clone()).await.unwrap();
        assert!(!host.is_shown_by("ada", &ada.attributes("ada")), "Ada has the old one still");
        ada.renew(new.clone()).await.unwrap();
        assert!(host.is_shown_by("ada", &ada.attributes("ada")));
        assert_eq!((host.secret(), host.code()), (new, ada.code()));
    }
}
