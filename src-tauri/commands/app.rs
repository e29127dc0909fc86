//! Commands about the program itself.

use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, State};
use tauri_plugin_clipboard_manager::ClipboardExt;

use crate::App;
use crate::error::UiError;
use crate::video::{Rgb, VideoLayerInfo};

/// What the program was started with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Startup {
    /// The program's version, e.g. `0.1.0`.
    pub version: String,
    /// The name to fill in: from the command line, else the last one used.
    pub name: String,
    /// The session that the command line asked for. Given once: a reloaded UI does not join again.
    pub join: Option<JoinRequest>,
}

/// A session to go to at start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct JoinRequest {
    /// The session id or invitation as it was typed.
    pub session_id: String,
    /// The name to join under; empty where neither the command line nor the settings have one.
    pub name: String,
}

/// The version and what the command line asked for.
#[tauri::command]
#[specta::specta]
pub async fn startup(app: State<'_, App>) -> Result<Startup, UiError> {
    Ok(app.startup())
}

/// Whether LiveKit's SDK can be used. Loads it, which takes a moment.
#[tauri::command]
#[specta::specta]
pub async fn check_sdk() -> Result<(), UiError> {
    crate::session::sdk::check().await
}

/// Puts `text` on the clipboard.
#[tauri::command]
#[specta::specta]
pub async fn copy_text(handle: AppHandle, text: String) -> Result<(), UiError> {
    handle.clipboard().write_text(text).map_err(|error| {
        tracing::warn!(%error, "clipboard");
        UiError::new(
            "clipboard_unavailable",
            "The clipboard did not take the text.",
            "Select the text and copy it by hand.",
        )
    })
}

/// What to send people on the own network, while this computer hosts and lets them in.
#[tauri::command]
#[specta::specta]
pub async fn lan_address(app: State<'_, App>) -> Result<Option<String>, UiError> {
    Ok(app.session.lan_address().await)
}

/// How the UI takes part in showing pictures. Answers as soon as that is decided.
#[tauri::command]
#[specta::specta]
pub async fn video_layer(app: State<'_, App>) -> Result<VideoLayerInfo, UiError> {
    Ok(app.layer().await?.info())
}

/// The page's background colour under its tiles; the corners of tiles are in it.
#[tauri::command]
#[specta::specta]
pub async fn set_backdrop(app: State<'_, App>, colour: Rgb) -> Result<(), UiError> {
    app.layer().await?.set_backdrop(colour);
    Ok(())
}
