//! A new secret on its way from a host to one other person: in a box that only this person can open, so that whoever had
//! the old secret gains nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto_box::aead::Aead;
use crypto_box::{Nonce, PublicKey, SalsaBox, SecretKey};
use rand::RngExt;

use super::Secret;

/// Topic of the packet.
pub const TOPIC: &str = "donfra.key";

/// Bytes in front of the box.
const NONCE: usize = 24;

/// Largest packet looked at, bytes.
const MAX: usize = 1024;

/// One's own part of the boxes of a run.
pub struct Own(SecretKey);

impl Own {
    /// A new one.
    pub fn random() -> Self {
        Self(SecretKey::from(rand::rng().random::<[u8; 32]>()))
    }

    /// What the others need to send one a box.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key().as_bytes())
    }

    /// The secret in a box for who has this public part; none where that is no such part.
    pub fn seal(&self, secret: &Secret, public: &str) -> Option<Vec<u8>> {
        let nonce = rand::rng().random::<[u8; NONCE]>();
        let sealed = self.with(public)?.encrypt(&Nonce::from(nonce), secret.reveal().as_bytes()).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// The secret of a box from who has this public part.
    pub fn open(&self, packet: &[u8], public: &str) -> Option<Secret> {
        let (nonce, sealed) = packet.split_at_checked(NONCE).filter(|_| packet.len() <= MAX)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let text = self.with(public)?.decrypt(&Nonce::from(nonce), sealed).ok()?;
        Secret::parse(std::str::from_utf8(&text).ok()?).ok()
    }

    fn with(&self, public: &str) -> Option<SalsaBox> {
        let public: [u8; 32] = URL_SAFE_NO_PAD.decode(public).ok()?.try_into().ok()?;
        Some(SalsaBox::new(&PublicKey::from(public), &self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_it_is_for_opens_it() {
        let (host, ada, eve) = (Own::random(), Own::random(), Own::random());
        let secret = Secret::random();
        let packet = host.seal(&secret, &ada.public()).unwrap();
        assert_eq!(ada.open(&packet, &host.public()), Some(secret.clone()));
        assert_eq!(eve.open(&packet, &host.public()), None);
        assert_eq!(ada.open(&packet, &eve.public()), None, "of somebody else");
        for broken in [&packet[..20], &packet[..packet.len() - 1], &[0; 4096], b""] {
            assert_eq!(ada.open(broken, &host.public()), None);
        }
        assert_eq!(host.seal(&secret, "nonsense"), None);
    }
}
