//! Commands of a session: each one hands over to the session's actor.

use tauri::State;

use crate::App;
use crate::error::UiError;
use crate::session::Moderation;
use crate::session::state::{Device, LastSession, SessionState};
use crate::video::TileLayout;

/// The whole state: at start of the UI, and after a gap in the patches.
#[tauri::command]
#[specta::specta]
pub async fn session_snapshot(app: State<'_, App>) -> Result<SessionState, UiError> {
    app.session.snapshot().await
}

/// Creates a session, end-to-end encrypted or not, and goes into it as its host. Returns when connected, or with why not.
#[tauri::command]
#[specta::specta]
pub async fn create_session(app: State<'_, App>, title: String, name: String, encrypted: bool) -> Result<(), UiError> {
    app.session.create(title, name, encrypted).await
}

/// Joins the session that `input` names: a session id, a link, or a text with one in it; `key_words` are of an encrypted
/// one, where they are not in the link. Returns when connected, or with why not.
#[tauri::command]
#[specta::specta]
pub async fn join_session(
    app: State<'_, App>,
    input: String,
    name: String,
    key_words: Option<String>,
) -> Result<(), UiError> {
    app.session.join(input, name, key_words).await
}

/// Uses these key words in the encrypted session one is in: one had other ones.
#[tauri::command]
#[specta::specta]
pub async fn use_session_key(app: State<'_, App>, key_words: String) -> Result<(), UiError> {
    app.session.use_key(key_words).await
}

/// Makes a new key for the encrypted session one hosts, for everybody who is there with the old one.
#[tauri::command]
#[specta::specta]
pub async fn renew_session_key(app: State<'_, App>) -> Result<(), UiError> {
    app.session.renew_key().await
}

/// Goes into the last session again, as who one was there. Returns when connected, or with why not.
#[tauri::command]
#[specta::specta]
pub async fn rejoin_session(app: State<'_, App>) -> Result<(), UiError> {
    app.session.rejoin().await
}

/// The session that the app was in when it ended unexpectedly, or that it lost: home offers to go back to it.
#[tauri::command]
#[specta::specta]
pub async fn last_session(app: State<'_, App>) -> Result<Option<LastSession>, UiError> {
    app.session.last().await
}

/// The person does not want to go back to it.
#[tauri::command]
#[specta::specta]
pub async fn forget_last_session(app: State<'_, App>) -> Result<(), UiError> {
    app.session.forget_last().await
}

/// Does something about somebody, as the host. Returns when LiveKit has taken it, or with why not.
#[tauri::command]
#[specta::specta]
pub async fn moderate(app: State<'_, App>, identity: String, what: Moderation) -> Result<(), UiError> {
    app.session.moderate(identity, what).await
}

/// Mutes everybody else, as the host.
#[tauri::command]
#[specta::specta]
pub async fn mute_all(app: State<'_, App>) -> Result<(), UiError> {
    app.session.mute_all().await
}

/// Locks the session, or opens it again, as the host. Returns when the session server has taken it, or with why not.
#[tauri::command]
#[specta::specta]
pub async fn lock_session(app: State<'_, App>, locked: bool) -> Result<(), UiError> {
    app.session.lock(locked).await
}

/// Leaves; the others stay.
#[tauri::command]
#[specta::specta]
pub async fn leave_session(app: State<'_, App>) -> Result<(), UiError> {
    app.session.leave().await
}

/// Ends the session for everyone (hosts only).
#[tauri::command]
#[specta::specta]
pub async fn end_session(app: State<'_, App>) -> Result<(), UiError> {
    app.session.end().await
}

/// The person has read why the session ended: back to home.
#[tauri::command]
#[specta::specta]
pub async fn dismiss_end(app: State<'_, App>) -> Result<(), UiError> {
    app.session.dismiss_end().await
}

/// Switches the microphone. What comes of it is seen in the state.
#[tauri::command]
#[specta::specta]
pub async fn set_microphone(app: State<'_, App>, on: bool) -> Result<(), UiError> {
    app.session.set_device(Device::Microphone, on).await
}

/// Switches the camera. What comes of it is seen in the state.
#[tauri::command]
#[specta::specta]
pub async fn set_camera(app: State<'_, App>, on: bool) -> Result<(), UiError> {
    app.session.set_device(Device::Camera, on).await
}

/// Starts or stops sharing the screen. What comes of it is seen in the state.
#[tauri::command]
#[specta::specta]
pub async fn set_screen(app: State<'_, App>, on: bool) -> Result<(), UiError> {
    app.session.set_device(Device::Screen, on).await
}

/// Raises or lowers the own hand. It is seen in the state when the others see it.
#[tauri::command]
#[specta::specta]
pub async fn raise_hand(app: State<'_, App>, up: bool) -> Result<(), UiError> {
    app.session.raise_hand(up).await
}

/// Where the UI has its tiles now.
#[tauri::command]
#[specta::specta]
pub async fn set_tiles(app: State<'_, App>, tiles: Vec<TileLayout>) -> Result<(), UiError> {
    app.set_tiles(tiles);
    Ok(())
}
