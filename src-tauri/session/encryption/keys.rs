//! What is derived from a session's secret: the key for LiveKit, a key to show that one has it, and a code to compare.

use std::fmt::{self, Debug, Formatter};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::Sha256;

use super::Secret;

/// Memory in KiB, passes and lanes of the derivation: some tenths of a second for each guess at the words.
const COST: (u32, u32, u32) = (64 * 1024, 3, 1);

/// Bytes of each part that is derived.
const KEY: usize = 32;

/// Bytes of what shows that one has the key.
const PROOF: usize = 16;

/// The keys of one secret.
pub struct Keys {
    /// For LiveKit: text, so that clients which take a passphrase take it too.
    pub media: SecretString,
    check: SecretBox<[u8; KEY]>,
    /// Nine digits that all who have the secret see alike, and nobody can make of another secret with reasonable effort.
    pub code: String,
}

impl Keys {
    /// Derives them; takes some tenths of a second and 64 MiB for that time.
    ///
    /// # Errors
    /// There is not enough memory.
    pub fn derive(secret: &Secret, session_id: &str) -> Result<Self, argon2::Error> {
        let (memory, passes, lanes) = COST;
        let mut derived = [0; 2 * KEY + 8];
        let params = Params::new(memory, passes, lanes, Some(derived.len()))?;
        let salt = format!("donfra-live e2ee 1 {session_id}");
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
            secret.reveal().as_bytes(),
            salt.as_bytes(),
            &mut derived,
        )?;
        let (media, rest) = derived.split_at(KEY);
        let (check, code) = rest.split_at(KEY);
        let mut keys = Self {
            media: URL_SAFE_NO_PAD.encode(media).into(),
            check: SecretBox::new(Box::new([0; KEY])),
            code: digits(code),
        };
        let mut own = Box::new([0; KEY]);
        own.copy_from_slice(check);
        keys.check = SecretBox::new(own);
        Ok(keys)
    }

    /// Shows that one has the key, without telling anything of it: good for this identity, about this text.
    pub fn proof(&self, identity: &str, about: &str) -> String {
        URL_SAFE_NO_PAD.encode(&self.mac(identity, about).finalize().into_bytes()[..PROOF])
    }

    /// Whether that is shown.
    pub fn proves(&self, proof: &str, identity: &str, about: &str) -> bool {
        let proof = URL_SAFE_NO_PAD.decode(proof).unwrap_or_default();
        proof.len() == PROOF && self.mac(identity, about).verify_truncated_left(&proof).is_ok()
    }

    fn mac(&self, identity: &str, about: &str) -> Hmac<Sha256> {
        // Any length of key will do.
        let mut mac = Hmac::<Sha256>::new_from_slice(self.check.expose_secret()).expect("HMAC takes every key");
        for part in [identity, about] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac
    }
}

impl Debug for Keys {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

/// `123 456 789`.
fn digits(bytes: &[u8]) -> String {
    let number = bytes.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte)) % 1_000_000_000;
    format!("{:03} {:03} {:03}", number / 1_000_000, number / 1000 % 1000, number % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_secret_gives_the_same_keys_and_another_none_of_them() {
        let (secret, other) = (Secret::random(), Secret::random());
        let keys = |secret: &Secret, session: &str| Keys::derive(secret, session).unwrap();
        let (a, b) = (keys(&secret, "s"), keys(&secret, "s"));
        assert_eq!(a.media.expose_secret(), b.media.expose_secret());
        assert_eq!(a.media.expose_secret().len(), 43);
        assert_eq!(a.code, b.code);
        assert_eq!(a.code.len(), "123 456 789".len());
        assert!(b.proves(&a.proof("ada", "x"), "ada", "x"));
        assert!(!b.proves(&a.proof("ada", "x"), "bob", "x") && !b.proves(&a.proof("ada", "x"), "ada", "y"));
        assert!(!b.proves("", "ada", "x") && !b.proves("nonsense", "ada", "x"));
        for different in [keys(&other, "s"), keys(&secret, "t")] {
            assert_ne!(a.media.expose_secret(), different.media.expose_secret());
            assert_ne!(a.code, different.code);
            assert!(!different.proves(&a.proof("ada", "x"), "ada", "x"));
        }
        assert_eq!(format!("{a:?}"), "Keys");
    }
}
