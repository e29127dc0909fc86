//! Commands for the statistics of a session.

use tauri::State;

use crate::App;
use crate::error::UiError;
use crate::session::statistics::types::Statistics;

/// The last ten minutes of the session that is on, or of the last one.
#[tauri::command]
#[specta::specta]
pub async fn statistics(app: State<'_, App>) -> Result<Statistics, UiError> {
    Ok(app.session.recorder().statistics())
}

/// Whether each new sample is told (`StatisticsTick`, every two seconds).
#[tauri::command]
#[specta::specta]
pub async fn watch_statistics(app: State<'_, App>, on: bool) -> Result<(), UiError> {
    app.session.recorder().watch(on);
    Ok(())
}
