//! The system's own dialog for choosing a file.

use std::path::PathBuf;

use tauri::{AppHandle, Manager};

/// Environment variable whose file is taken without asking: for tests, which cannot use the system's dialogs.
pub const PICK_VARIABLE: &str = "DONFRA_LIVE_TEST_PICK";

/// The file that the person chooses; none: the dialog was closed.
pub async fn file(handle: &AppHandle) -> Option<PathBuf> {
    if let Some(path) = std::env::var_os(PICK_VARIABLE).filter(|path| !path.is_empty()) {
        return Some(path.into());
    }
    let (chosen, answer) = tokio::sync::oneshot::channel();
    let window = handle.get_webview_window("main");
    // Dialogs belong to the thread of the windows, on every system.
    let shown = handle.run_on_main_thread(move || {
        let mut dialog = rfd::AsyncFileDialog::new().set_title("Offer a file");
        if let Some(window) = &window {
            dialog = dialog.set_parent(window);
        }
        let picking = dialog.pick_file();
        tauri::async_runtime::spawn(async move {
            let _ = chosen.send(picking.await.map(|file| file.path().to_path_buf()));
        });
    });
    if let Err(error) = shown {
        tracing::warn!(%error, "the file dialog does not open");
        return None;
    }
    answer.await.ok().flatten()
}
