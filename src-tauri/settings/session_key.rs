//! Secrets of encrypted sessions, for coming back to them: in the system's keyring; where there is none, for this run only.

use secrecy::{ExposeSecret, SecretString};

use super::SettingsStore;
use super::credential::{blocking, entry};

fn user(session_id: &str) -> String {
    format!("key of {session_id}")
}

impl SettingsStore {
    /// Keeps a session's key words, in any case for this run.
    pub async fn keep_session_key(&self, session_id: &str, words: &SecretString) {
        self.session_keys.lock().insert(session_id.to_owned(), words.clone());
        let (user, words) = (user(session_id), words.clone());
        match blocking(move || entry(&user)?.set_password(words.expose_secret())).await {
            Ok(()) | Err(keyring::Error::NoDefaultStore) => {}
            Err(error) => tracing::warn!(%error, "the keyring did not take the key of an encrypted session"),
        }
    }

    /// A session's key words, if they are known.
    pub async fn session_key(&self, session_id: &str) -> Option<SecretString> {
        if let Some(words) = self.session_keys.lock().get(session_id) {
            return Some(words.clone());
        }
        let user = user(session_id);
        match blocking(move || entry(&user)?.get_password()).await {
            Ok(words) => Some(SecretString::from(words)),
            Err(keyring::Error::NoEntry | keyring::Error::NoDefaultStore) => None,
            Err(error) => {
                tracing::warn!(%error, "the keyring did not give the key of an encrypted session");
                None
            }
        }
    }

    /// Forgets a session's key words.
    pub async fn forget_session_key(&self, session_id: &str) {
        if self.session_keys.lock().remove(session_id).is_none() {
            return;
        }
        let user = user(session_id);
        match blocking(move || entry(&user)?.delete_credential()).await {
            Ok(()) | Err(keyring::Error::NoEntry | keyring::Error::NoDefaultStore) => {}
            Err(error) => tracing::warn!(%error, "the keyring did not forget the key of an encrypted session"),
        }
    }
}
