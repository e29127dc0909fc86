//! Preferences and credentials: what a person set, kept between runs.

mod client_id;
pub mod credential;
mod file;
pub mod folders;
mod host_key;
mod keyring_trouble;
mod preferences;
mod session_key;
mod store;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::UiError;

pub use credential::{Credential, CredentialState, SignIn};
pub use preferences::{ChosenDevices, LayoutChoice, Notifications, SessionServer, Settings, StageLayout, Theme};
pub use store::SettingsStore;

/// The settings, and what stands beside them on the settings page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SettingsView {
    /// As they are kept.
    pub settings: Settings,
    /// The session server that the command line named (`--api`): it counts instead of the kept one in this run.
    pub api_override: Option<String>,
    /// Whether this system has a keyring. Where not, a sign-in is kept for this run only.
    pub keyring_available: bool,
    /// Which sign-in there is for the session server in effect.
    pub credential: CredentialState,
    /// Something to know about the settings themselves, e.g. that the file could not be read and defaults are used.
    pub notice: Option<UiError>,
}
