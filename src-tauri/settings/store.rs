//! The settings in effect: what is kept, and what this run's command line puts over it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};

use super::credential::{Credential, CredentialState, Credentials, SignIn};
use super::keyring_trouble::KeyringTrouble;
use super::{SessionServer, Settings, SettingsView, StageLayout, file};
use crate::api::BaseUrl;
use crate::error::UiError;
use crate::media::DeviceChoice;
use crate::session::state::Device;

/// Longest sign-in taken, in bytes: more does not fit into a request's head.
const MAX_SECRET: usize = 8 * 1024;

/// Longest that the page waits for the keyring: it may be asking the person to unlock it.
const KEYRING_PATIENCE: Duration = Duration::from_secs(3);

/// Reads, gives and keeps the settings.
pub struct SettingsStore {
    pub(super) folder: PathBuf,
    kept: Mutex<Settings>,
    api_override: Option<String>,
    credentials: Credentials,
    /// Key words of encrypted sessions of this run, by session id.
    pub(super) session_keys: Mutex<HashMap<String, SecretString>>,
    notice: Option<UiError>,
}

impl SettingsStore {
    /// Reads the settings of `folder`; `api_override` is the session server that the command line named.
    pub fn open(folder: PathBuf, api_override: Option<String>) -> Self {
        let (settings, notice) = match file::load(&folder) {
            Ok(file::Loaded { settings, set_aside: None }) => (settings, None),
            Ok(file::Loaded { settings, set_aside: Some(aside) }) => (settings, Some(set_aside(&aside))),
            Err(error) => {
                tracing::warn!(%error, "settings cannot be read: defaults used");
                let notice = UiError::new(
                    "settings_unreadable",
                    "The settings could not be read, so the app starts with its defaults.",
                    format!("Check the permissions of {}.", folder.display()),
                );
                (Settings::default(), Some(notice))
            }
        };
        Self {
            folder,
            kept: Mutex::new(settings),
            api_override,
            credentials: Credentials::default(),
            session_keys: Mutex::default(),
            notice,
        }
    }

    /// The kept settings.
    pub fn current(&self) -> Settings {
        self.kept.lock().clone()
    }

    /// Where sessions come from in this run.
    pub fn server(&self) -> SessionServer {
        match &self.api_override {
            Some(url) => SessionServer::Remote { url: url.clone() },
            None => self.kept.lock().server.clone(),
        }
    }

    /// The settings page's view.
    pub async fn view(&self) -> SettingsView {
        let credential = match self.base_url() {
            Ok(url) => {
                let asked = tokio::time::timeout(KEYRING_PATIENCE, self.credentials.get(url.as_str())).await;
                asked.unwrap_or_else(|_| {
                    self.credentials.trouble.waits();
                    None
                })
            }
            Err(_) => None,
        };
        SettingsView {
            settings: self.current(),
            api_override: self.api_override.clone(),
            keyring_available: Credentials::keyring_available().await,
            credential: match credential.map(|credential| credential.kind) {
                None => CredentialState::None,
                Some(SignIn::Bearer) => CredentialState::Bearer,
                Some(SignIn::Cookie) => CredentialState::Cookie,
            },
            notice: self.notice.clone().or_else(|| self.credentials.notice()),
        }
    }

    /// Keeps new settings.
    ///
    /// # Errors
    /// The URL of the session server is none, or the file cannot be written.
    pub async fn save(&self, mut settings: Settings) -> Result<(), UiError> {
        settings.name = settings.name.trim().to_owned();
        if let SessionServer::Remote { url } = &mut settings.server {
            *url = BaseUrl::parse(url)?.as_str().to_owned();
        }
        *self.kept.lock() = settings.clone();
        let folder = self.folder.clone();
        let written = tokio::task::spawn_blocking(move || file::save(&folder, &settings)).await;
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                tracing::warn!(%error, "settings are not saved");
                Err(UiError::new(
                    "settings_not_saved",
                    "The settings count for this run but could not be saved.",
                    format!("Check that {} can be written and has space.", self.folder.display()),
                ))
            }
            Err(error) => Err(UiError::new("internal", format!("Saving stopped: {error}."), "Try again.")),
        }
    }

    pub(super) fn keyring_trouble(&self) -> &KeyringTrouble {
        &self.credentials.trouble
    }

    /// Remembers the name a person used in a session.
    pub async fn remember_name(&self, name: &str) {
        let mut settings = self.current();
        if settings.name != name {
            settings.name = name.to_owned();
            // What went wrong is in the log already, and nothing a person in a session needs to see.
            let _ = self.save(settings).await;
        }
    }

    /// Remembers a device to use.
    ///
    /// # Errors
    /// The file cannot be written; the choice counts for this run all the same.
    pub async fn choose_device(&self, device: Device, choice: Option<DeviceChoice>) -> Result<(), UiError> {
        let mut settings = self.current();
        match device {
            Device::Camera => settings.devices.camera = choice,
            Device::Microphone => settings.devices.microphone = choice,
            Device::Speaker => settings.devices.speaker = choice,
            // What is shared is chosen anew each time.
            Device::Screen => return Ok(()),
        }
        self.save(settings).await
    }

    /// Remembers how pictures are arranged.
    ///
    /// # Errors
    /// The file cannot be written; the choice counts for this run all the same.
    pub async fn choose_layout(&self, layout: StageLayout) -> Result<(), UiError> {
        self.save(Settings { layout, ..self.current() }).await
    }

    /// Keeps a sign-in for the session server in effect.
    ///
    /// # Errors
    /// No remote session server is in effect, the secret is unusable, or the keyring refused.
    pub async fn set_credential(&self, kind: SignIn, secret: SecretString) -> Result<(), UiError> {
        let url = self.base_url()?;
        let secret = SecretString::from(secret.expose_secret().trim());
        let text = secret.expose_secret();
        // A cookie's value has a narrower alphabet: whatever would end it or start another part is out.
        let usable = |byte: u8| byte.is_ascii_graphic() && (kind == SignIn::Bearer || !b"\",;\\".contains(&byte));
        if text.is_empty() || text.len() > MAX_SECRET || !text.bytes().all(usable) {
            return Err(UiError::new(
                "credential_unusable",
                "This is not a token: it is empty, too long, or has characters that no token has.",
                "Copy the token or the value of the cookie auth_token again, without quotes or spaces.",
            ));
        }
        self.credentials.set(url.as_str(), Credential { kind, secret }).await
    }

    /// Forgets the sign-in for the session server in effect.
    ///
    /// # Errors
    /// No remote session server is in effect, or the keyring refused.
    pub async fn clear_credential(&self) -> Result<(), UiError> {
        self.credentials.clear(self.base_url()?.as_str()).await
    }

    /// The sign-in for this session server.
    pub async fn credential(&self, url: &BaseUrl) -> Option<Credential> {
        self.credentials.get(url.as_str()).await
    }

    fn base_url(&self) -> Result<BaseUrl, UiError> {
        match self.server() {
            SessionServer::Remote { url } => BaseUrl::parse(&url),
            SessionServer::ThisComputer { .. } => Err(UiError::new(
                "no_remote_server",
                "Sessions come from this computer, which needs no sign-in.",
                "Set the URL of a session server first.",
            )),
        }
    }
}

/// What a person is told of a settings file that was kept aside.
fn set_aside(aside: &file::Aside) -> UiError {
    let path = aside.path.display();
    if aside.newer {
        return UiError::new(
            "settings_newer",
            "The settings were written by a newer version of Donfra Live, so this one starts with its defaults.",
            format!(
                "Install the newer version again. The file is kept as {path}; named settings.toml, it counts there."
            ),
        );
    }
    UiError::new(
        "settings_unreadable",
        "The settings could not be read, so the app starts with its defaults.",
        format!("The old file is kept as {path}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::ChosenDevices;

    #[tokio::test]
    async fn a_url_is_checked_before_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = SettingsStore::open(folder.path().to_owned(), None);
        let server = SessionServer::Remote { url: "ftp://example.org".into() };
        let error = store.save(Settings { server, ..Settings::default() }).await.unwrap_err();
        assert_eq!(error.code, "api_url_invalid");
        assert_eq!(store.current(), Settings::default());
    }

    #[tokio::test]
    async fn the_command_line_overrides_but_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = SettingsStore::open(folder.path().to_owned(), Some("http://localhost:9/api".into()));
        store.save(Settings { name: " Ada ".into(), ..Settings::default() }).await.unwrap();
        assert_eq!(store.server(), SessionServer::Remote { url: "http://localhost:9/api".into() });
        let again = SettingsStore::open(folder.path().to_owned(), None);
        assert_eq!(again.current().name, "Ada");
        assert_eq!(again.server(), SessionServer::ThisComputer { lan: false });
    }

    #[tokio::test]
    async fn a_chosen_device_is_remembered_and_can_be_unchosen() {
        let folder = tempfile::tempdir().unwrap();
        let store = SettingsStore::open(folder.path().to_owned(), None);
        let desk = DeviceChoice { id: "usb-2".into(), name: "Desk microphone".into() };
        store.choose_device(Device::Microphone, Some(desk.clone())).await.unwrap();
        let again = SettingsStore::open(folder.path().to_owned(), None);
        assert_eq!(again.current().devices.microphone, Some(desk));
        again.choose_device(Device::Microphone, None).await.unwrap();
        let again = SettingsStore::open(folder.path().to_owned(), None);
        assert_eq!(again.current().devices, ChosenDevices::default());
    }

    #[tokio::test]
    async fn a_broken_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(file::NAME), "[[[").unwrap();
        let store = SettingsStore::open(folder.path().to_owned(), None);
        let notice = store.notice.unwrap();
        assert_eq!(notice.code, "settings_unreadable");
        assert!(notice.hint.contains("settings.broken-1.toml"));
    }

    #[tokio::test]
    async fn a_file_of_a_newer_version_is_told_as_such() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(file::NAME), "version = 99").unwrap();
        let store = SettingsStore::open(folder.path().to_owned(), None);
        let notice = store.notice.unwrap();
        assert_eq!(notice.code, "settings_newer");
        assert!(notice.hint.contains("settings.newer-1.toml"), "{}", notice.hint);
    }

    #[tokio::test]
    async fn a_cookie_cannot_smuggle_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let store = SettingsStore::open(folder.path().to_owned(), Some("http://localhost:9/api".into()));
        let secret = SecretString::from("abc; admin=1");
        let error = store.set_credential(SignIn::Cookie, secret).await.unwrap_err();
        assert_eq!(error.code, "credential_unusable");
        assert!(!error.message.contains("admin"));
    }
}
