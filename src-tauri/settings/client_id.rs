//! By what session servers know this copy of the app again, so that who was kept out of a session stays out.
//!
//! A random number is kept in the settings folder; each session server is told another one, made of it and its address:
//! two servers cannot find out that the same person uses both.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{SettingsStore, folders};
use crate::api::BaseUrl;

/// Name of the file in the settings folder.
const NAME: &str = "client-id";

impl SettingsStore {
    /// What the session server at `base` is told: 64 hexadecimal digits. None where nothing can be kept.
    pub fn client_id(&self, base: &BaseUrl) -> Option<String> {
        let path = self.folder.join(NAME);
        let kept = std::fs::read_to_string(&path).ok().and_then(|text| Uuid::parse_str(text.trim()).ok());
        let number = match kept {
            Some(number) => number,
            None => {
                let number = Uuid::new_v4();
                if let Err(error) = folders::replace(&self.folder, NAME, number.to_string().as_bytes()) {
                    tracing::warn!(%error, path = %path.display(), "cannot be kept");
                    return None;
                }
                number
            }
        };
        let digest = Sha256::new().chain_update(number.as_bytes()).chain_update(base.as_str()).finalize();
        Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_knows_the_app_again_and_two_servers_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let [one, two] = ["https://one.example.org", "https://two.example.org"].map(|url| BaseUrl::parse(url).unwrap());
        let store = SettingsStore::open(folder.path().to_path_buf(), None);
        let id = store.client_id(&one).unwrap();
        assert!(id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_ne!(store.client_id(&two).unwrap(), id);
        let later = SettingsStore::open(folder.path().to_path_buf(), None);
        assert_eq!(later.client_id(&one).unwrap(), id, "also in the next run");

        // What is no number is replaced.
        std::fs::write(folder.path().join(NAME), "nonsense").unwrap();
        let fresh = later.client_id(&one).unwrap();
        assert_ne!(fresh, id);
        assert_eq!(later.client_id(&one).unwrap(), fresh);
    }
}
