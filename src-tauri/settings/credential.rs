//! Sign-ins for session servers: in the system's keyring, per base URL; where there is none, for this run only.

use std::collections::HashMap;
use std::time::Duration;

use keyring::Entry;
use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::keyring_trouble::KeyringTrouble;
use crate::error::UiError;

/// The keyring's name for this app's entries.
const SERVICE: &str = "com.donfra.live";

/// How long an answer of the keyring is waited for: it may be asking the person to unlock it.
const KEYRING_TIMEOUT: Duration = Duration::from_secs(60);

/// How a session server wants the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// `Authorization: Bearer …`.
    Bearer,
    /// A cookie named `auth_token`.
    Cookie,
}

/// Which sign-in there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CredentialState {
    /// None.
    None,
    /// A bearer token.
    Bearer,
    /// An `auth_token` cookie.
    Cookie,
}

/// A sign-in. Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Credential {
    /// How the server wants it.
    pub kind: SignIn,
    /// The token or the cookie's value.
    pub secret: SecretString,
}

/// Keeps sign-ins, by base URL.
#[derive(Default)]
pub struct Credentials {
    /// What was asked for or set in this run. Without a keyring this is all there is.
    known: Mutex<HashMap<String, Option<Credential>>>,
    /// That the keyring does not answer.
    pub(super) trouble: KeyringTrouble,
}

impl Credentials {
    /// Whether this system has a keyring that answers.
    pub async fn keyring_available() -> bool {
        blocking(|| Ok(Entry::store_status().is_ok())).await.unwrap_or(false)
    }

    /// The sign-in for this base URL, if there is one.
    pub async fn get(&self, base_url: &str) -> Option<Credential> {
        if let Some(known) = self.known.lock().get(base_url) {
            return known.clone();
        }
        if self.trouble.is_fresh() {
            return None;
        }
        let user = base_url.to_owned();
        let found = match blocking(move || entry(&user)?.get_password().map(Some)).await {
            Ok(text) => text.as_deref().and_then(decode),
            Err(keyring::Error::NoEntry | keyring::Error::NoDefaultStore) => None,
            Err(error) => {
                // Not remembered: the keyring may be unlocked by the next time.
                self.trouble.refused("give the sign-in", &error);
                return None;
            }
        };
        self.trouble.answered();
        self.known.lock().insert(base_url.to_owned(), found.clone());
        found
    }

    /// What a person is to know of the keyring: that it is there and does not answer.
    pub fn notice(&self) -> Option<UiError> {
        self.trouble.notice()
    }

    /// Keeps a sign-in: in the keyring where there is one, in any case for this run.
    ///
    /// # Errors
    /// There is a keyring, and it refused.
    pub async fn set(&self, base_url: &str, credential: Credential) -> Result<(), UiError> {
        let text = encode(&credential);
        self.known.lock().insert(base_url.to_owned(), Some(credential));
        let user = base_url.to_owned();
        match blocking(move || entry(&user)?.set_password(text.expose_secret())).await {
            Ok(()) | Err(keyring::Error::NoDefaultStore) => {
                self.trouble.answered();
                Ok(())
            }
            Err(error) => Err(self.refused("take the change", &error)),
        }
    }

    /// Forgets a sign-in, also in the keyring.
    ///
    /// # Errors
    /// There is a keyring, and it refused.
    pub async fn clear(&self, base_url: &str) -> Result<(), UiError> {
        self.known.lock().insert(base_url.to_owned(), None);
        let user = base_url.to_owned();
        match blocking(move || entry(&user)?.delete_credential()).await {
            Ok(()) | Err(keyring::Error::NoEntry | keyring::Error::NoDefaultStore) => Ok(()),
            Err(error) => Err(self.refused("forget the sign-in", &error)),
        }
    }

    fn refused(&self, what: &str, error: &keyring::Error) -> UiError {
        self.trouble.refused(what, error);
        UiError::new(
            "keyring_refused",
            "The system's keyring did not take the change; it counts for this run only.",
            "Unlock the keyring and save again.",
        )
    }
}

pub(super) fn entry(user: &str) -> keyring::Result<Entry> {
    Entry::new(SERVICE, user)
}

/// Runs a call to the keyring off the async threads: it blocks, at times on a person.
pub(super) async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> keyring::Result<T> + Send + 'static,
) -> keyring::Result<T> {
    match tokio::time::timeout(KEYRING_TIMEOUT, tokio::task::spawn_blocking(call)).await {
        Ok(Ok(result)) => result,
        Ok(Err(error)) => Err(keyring::Error::PlatformFailure(Box::new(error))),
        Err(elapsed) => Err(keyring::Error::NoStorageAccess(Box::new(elapsed))),
    }
}

/// One text for both parts, since a keyring keeps one.
fn encode(credential: &Credential) -> SecretString {
    let kind = match credential.kind {
        SignIn::Bearer => "bearer",
        SignIn::Cookie => "cookie",
    };
    SecretString::from(format!("{kind}:{}", credential.secret.expose_secret()))
}

fn decode(text: &str) -> Option<Credential> {
    let (kind, secret) = text.split_once(':')?;
    let kind = match kind {
        "bearer" => SignIn::Bearer,
        "cookie" => SignIn::Cookie,
        _ => return None,
    };
    Some(Credential { kind, secret: SecretString::from(secret) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_survive_the_keyrings_text() {
        for kind in [SignIn::Bearer, SignIn::Cookie] {
            let credential = Credential { kind, secret: SecretString::from("a:b:c") };
            let back = decode(encode(&credential).expose_secret()).unwrap();
            assert_eq!(back.kind, kind);
            assert_eq!(back.secret.expose_secret(), "a:b:c");
        }
        assert!(decode("other:x").is_none());
    }

    #[test]
    fn debug_shows_no_secret() {
        let credential = Credential { kind: SignIn::Bearer, secret: SecretString::from("hunter2") };
        assert!(!format!("{credential:?}").contains("hunter2"));
    }
}
