//! One live session: connect, participants, roles, state for the UI.

pub mod state;

use std::sync::Arc;

use tauri::AppHandle;

use crate::error::UiError;
use crate::settings::SettingsStore;
use state::{Device, SessionState};

/// The live session, for who sends it commands.
#[derive(Clone)]
pub struct Session {}

fn not_yet<T>() -> Result<T, UiError> {
    Err(UiError::new("not_yet", "This does not work yet.", "Wait for the next version."))
}

impl Session {
    /// Starts without being in a session.
    pub fn start(_handle: AppHandle, _settings: Arc<SettingsStore>) -> Self {
        Self {}
    }
    /// The whole state.
    pub async fn snapshot(&self) -> Result<SessionState, UiError> {
        Ok(SessionState::idle(0))
    }
    /// Creates a session and goes into it.
    pub async fn create(&self, _title: String, _name: String) -> Result<(), UiError> {
        not_yet()
    }
    /// Joins the session that `input` names.
    pub async fn join(&self, _input: String, _name: String) -> Result<(), UiError> {
        not_yet()
    }
    /// Leaves.
    pub async fn leave(&self) -> Result<(), UiError> {
        not_yet()
    }
    /// Ends the session for everyone.
    pub async fn end(&self) -> Result<(), UiError> {
        not_yet()
    }
    /// Back to idle after an end.
    pub async fn dismiss_end(&self) -> Result<(), UiError> {
        not_yet()
    }
    /// Switches a device.
    pub async fn set_device(&self, _device: Device, _on: bool) -> Result<(), UiError> {
        not_yet()
    }
    /// What to send people on the own network.
    pub async fn lan_address(&self) -> Option<String> {
        None
    }
    /// Stops everything before the program ends.
    pub async fn shut_down(&self) {}
}
