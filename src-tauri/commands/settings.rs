//! Commands of the settings page.

use secrecy::SecretString;
use tauri::State;

use crate::App;
use crate::error::UiError;
use crate::settings::{Settings, SettingsView, SignIn, StageLayout};

/// The settings in effect, and what stands beside them.
#[tauri::command]
#[specta::specta]
pub async fn settings(app: State<'_, App>) -> Result<SettingsView, UiError> {
    Ok(app.settings.view().await)
}

/// Keeps these settings; they count from the next session on.
#[tauri::command]
#[specta::specta]
pub async fn save_settings(app: State<'_, App>, settings: Settings) -> Result<SettingsView, UiError> {
    app.settings.save(settings).await?;
    Ok(app.settings.view().await)
}

/// Keeps the sign-in for the session server in effect: in the system's keyring, else for this run.
#[tauri::command]
#[specta::specta]
pub async fn set_credential(app: State<'_, App>, kind: SignIn, secret: String) -> Result<SettingsView, UiError> {
    app.settings.set_credential(kind, SecretString::from(secret)).await?;
    Ok(app.settings.view().await)
}

/// Forgets the sign-in for the session server in effect.
#[tauri::command]
#[specta::specta]
pub async fn clear_credential(app: State<'_, App>) -> Result<SettingsView, UiError> {
    app.settings.clear_credential().await?;
    Ok(app.settings.view().await)
}

/// Arranges the pictures of sessions like this from now on.
#[tauri::command]
#[specta::specta]
pub async fn choose_layout(app: State<'_, App>, layout: StageLayout) -> Result<SettingsView, UiError> {
    app.settings.choose_layout(layout).await?;
    Ok(app.settings.view().await)
}
