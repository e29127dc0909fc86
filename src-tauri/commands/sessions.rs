//! Commands about sessions to go into, and about having others come.

use tauri::{AppHandle, State};
use tauri_specta::Event;

use crate::App;
use crate::error::UiError;
use crate::session::Invite;
use crate::sessions::{LiveSessions, RecentSession};

/// Tells the sessions that are on at the session server, as [`LiveSessions`], from now on or no more. Asked for again it
/// begins anew, with the settings of now.
#[tauri::command]
#[specta::specta]
pub async fn watch_live_sessions(app: State<'_, App>, handle: AppHandle, on: bool) -> Result<(), UiError> {
    if on {
        app.live_sessions.start(app.settings.clone(), move |list| {
            if let Err(error) = (LiveSessions { list }).emit(&handle) {
                tracing::warn!(%error, "the UI was not told");
            }
        });
    } else {
        app.live_sessions.stop();
    }
    Ok(())
}

/// The sessions one was in before, the last one first.
#[tauri::command]
#[specta::specta]
pub async fn recent_sessions(app: State<'_, App>) -> Result<Vec<RecentSession>, UiError> {
    app.session.recent().await
}

/// Forgets one of them; none named: all.
#[tauri::command]
#[specta::specta]
pub async fn forget_recent_session(app: State<'_, App>, session_id: Option<String>) -> Result<(), UiError> {
    app.session.forget_recent(session_id).await
}

/// What to hand out so that others come; none outside a session.
#[tauri::command]
#[specta::specta]
pub async fn invite(app: State<'_, App>) -> Result<Option<Invite>, UiError> {
    app.session.invite().await
}
