//! Secrets of this server: made, hashed, compared, and kept out of logs by type.

use std::fmt::Write as _;

use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A secret that leaves in an answer to the one it is for. `Debug` does not show it; only serialising does.
#[derive(Clone, Debug)]
pub(crate) struct Disclosed(SecretString);

impl Disclosed {
    pub(crate) fn new(secret: String) -> Self {
        Self(secret.into())
    }
}

impl Serialize for Disclosed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose_secret())
    }
}

/// A new host key or ticket: 256 random bits in hexadecimal.
pub(crate) fn random() -> String {
    rand::random::<[u8; 32]>().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256 of a secret. Enough for what is random already; no salt and no slow hash needed.
pub(crate) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// Whether `secret` has this hash, in a time that does not depend on where they differ.
pub(crate) fn matches(secret: &str, hashed: &[u8; 32]) -> bool {
    hash(secret).ct_eq(hashed).into()
}
