//! Commands of the chat: each one hands over to the chat's actor.

use tauri::{AppHandle, State};

use crate::App;
use crate::error::UiError;
use crate::session::chat::files::pick;
use crate::session::chat::types::ChatState;

/// The whole chat: at start of the UI, and after a gap in the updates.
#[tauri::command]
#[specta::specta]
pub async fn chat_snapshot(app: State<'_, App>) -> Result<ChatState, UiError> {
    app.session.chat().snapshot().await
}

/// Writes to everybody, or to the one of this identity. Returns when it is sent, or with why not.
#[tauri::command]
#[specta::specta]
pub async fn send_message(app: State<'_, App>, to: Option<String>, text: String) -> Result<(), UiError> {
    app.session.chat().send(to, text).await
}

/// Changes an own message. Returns when it is sent, or with why not.
#[tauri::command]
#[specta::specta]
pub async fn edit_message(app: State<'_, App>, key: String, text: String) -> Result<(), UiError> {
    app.session.chat().edit(key, text).await
}

/// Deletes an own message. Returns when the others are told, or with why not.
#[tauri::command]
#[specta::specta]
pub async fn delete_message(app: State<'_, App>, key: String) -> Result<(), UiError> {
    app.session.chat().delete(key).await
}

/// Reacts, for everybody to see for some seconds.
#[tauri::command]
#[specta::specta]
pub async fn react(app: State<'_, App>, emoji: String) -> Result<(), UiError> {
    app.session.chat().react(emoji).await
}

/// Opens a link of a message in the system's browser or mail program.
#[tauri::command]
#[specta::specta]
pub async fn open_link(url: String) -> Result<(), UiError> {
    crate::links::open(&url).await
}

/// Lets the person choose a file and offers it to everybody, or to the one of this identity. Says whether one was chosen.
#[tauri::command]
#[specta::specta]
pub async fn offer_file(handle: AppHandle, app: State<'_, App>, to: Option<String>) -> Result<bool, UiError> {
    match pick::file(&handle).await {
        Some(path) => app.session.chat().offer(to, path).await.map(|()| true),
        None => Ok(false),
    }
}

/// Has the file of a message come into the folder of downloads. How it goes is in the chat's transfers.
#[tauri::command]
#[specta::specta]
pub async fn save_file(app: State<'_, App>, key: String) -> Result<(), UiError> {
    app.session.chat().fetch(key).await
}

/// Stops a file on its way.
#[tauri::command]
#[specta::specta]
pub async fn cancel_transfer(app: State<'_, App>, key: String) -> Result<(), UiError> {
    app.session.chat().cancel_transfer(key).await
}

/// Shows the folder that a file came into. The file itself is not opened.
#[tauri::command]
#[specta::specta]
pub async fn show_folder(app: State<'_, App>, key: String) -> Result<(), UiError> {
    crate::links::show(app.session.chat().folder_of(key).await?).await
}
