//! Proofs of being the host of a session, for coming back to it after a crash: in the system's keyring, or nowhere.

use secrecy::{ExposeSecret, SecretString};

use super::SettingsStore;
use super::credential::{blocking, entry};

fn user(session_id: &str) -> String {
    format!("host of {session_id}")
}

impl SettingsStore {
    /// Keeps a session's host key. Without a keyring it is known in this run only, to who asked for it.
    pub async fn keep_host_key(&self, session_id: &str, key: &SecretString) {
        if self.keyring_trouble().is_fresh() {
            return;
        }
        let (user, key) = (user(session_id), key.clone());
        match blocking(move || entry(&user)?.set_password(key.expose_secret())).await {
            Ok(()) | Err(keyring::Error::NoDefaultStore) => {}
            Err(error) => self.keyring_trouble().refused("take the proof of being host", &error),
        }
    }

    /// A session's host key, if the keyring has it.
    pub async fn host_key(&self, session_id: &str) -> Option<SecretString> {
        if self.keyring_trouble().is_fresh() {
            return None;
        }
        let user = user(session_id);
        match blocking(move || entry(&user)?.get_password()).await {
            Ok(key) => Some(SecretString::from(key)),
            Err(keyring::Error::NoEntry | keyring::Error::NoDefaultStore) => None,
            Err(error) => {
                self.keyring_trouble().refused("give the proof of being host", &error);
                None
            }
        }
    }

    /// Forgets a session's host key.
    pub async fn forget_host_key(&self, session_id: &str) {
        let user = user(session_id);
        match blocking(move || entry(&user)?.delete_credential()).await {
            Ok(()) | Err(keyring::Error::NoEntry | keyring::Error::NoDefaultStore) => {}
            Err(error) => self.keyring_trouble().refused("forget the proof of being host", &error),
        }
    }
}
