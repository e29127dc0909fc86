//! The native layer: pictures drawn under the transparent page, by cairo, on X11 and Wayland.

mod probe;
mod view;

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gtk::glib;
use tauri::WebviewWindow;
use tokio::sync::oneshot;
use webkit2gtk::WebViewExt;

use super::frames::{Frames, Shared};
use super::worker::Worker;
use super::{Rgb, TileLayout, VideoLayer, VideoLayerInfo};
use probe::Probe;

/// Why there is no native layer.
#[derive(Debug, thiserror::Error)]
pub(super) enum NativeError {
    /// The webview covers what is below it (`WEBKIT_DISABLE_DMABUF_RENDERER=1` does that).
    #[error("the webview does not let the layer show through")]
    Opaque,
    /// It could not be found out.
    #[error("the webview drew nothing to judge by within {} s", probe::PATIENCE.as_secs())]
    Unknown,
    /// The window is closed already.
    #[error("the window is gone")]
    Window,
    #[error(transparent)]
    Worker(std::io::Error),
}

/// The layer, for as long as this lives.
pub(super) struct NativeLayer {
    shared: Arc<Shared>,
    _worker: Worker,
}

impl VideoLayer for NativeLayer {
    fn set_tiles(&self, tiles: Vec<TileLayout>) {
        self.shared.set_tiles(tiles);
    }

    fn set_backdrop(&self, colour: Rgb) {
        self.shared.set_stage(|stage| stage.backdrop = colour);
    }

    fn info(&self) -> VideoLayerInfo {
        VideoLayerInfo::Native
    }
}

/// Tries whether a layer shows through (unless `forced`), and puts it under the page.
pub(super) async fn attach(window: &WebviewWindow, frames: &Frames, forced: bool) -> Result<NativeLayer, NativeError> {
    let (answer, answered) = oneshot::channel();
    let shared = frames.0.clone();
    window
        .with_webview(move |platform| {
            let web = platform.inner();
            glib::MainContext::default().spawn_local(async move {
                let probe = if forced { Probe::ShowsThrough } else { probe::probe(&web).await };
                let result = match probe {
                    Probe::ShowsThrough => {
                        view::put_under(&web, shared);
                        Ok(())
                    }
                    Probe::Opaque => Err(NativeError::Opaque),
                    Probe::Unknown => Err(NativeError::Unknown),
                };
                // Nobody waits any more: the program ends.
                let _ = answer.send(result);
            });
        })
        .map_err(|_| NativeError::Window)?;
    answered.await.map_err(|_| NativeError::Window)??;
    let worker = Worker::start(frames.0.clone()).map_err(NativeError::Worker)?;
    frames.0.changed();
    Ok(NativeLayer { shared: frames.0.clone(), _worker: worker })
}

/// A page that dies more often than this within [`CRASH_WINDOW`] is given time before it is loaded again.
const CRASHES_AT_ONCE: u32 = 3;
const CRASH_WINDOW: Duration = Duration::from_secs(60);
const CRASH_PAUSE: Duration = Duration::from_secs(5);

/// Loads the page again when its process dies. The session goes on meanwhile; the new page reads its state and lays out
/// its tiles anew.
pub(super) fn reload_when_the_page_dies(window: &WebviewWindow, frames: &Frames) {
    let shared = frames.0.clone();
    let installed = window.with_webview(move |platform| {
        let crashes = Cell::new((Instant::now(), 0));
        platform.inner().connect_web_process_terminated(move |web, reason| {
            tracing::error!(?reason, "the UI's process died; loading it again");
            shared.set_tiles(Vec::new());
            let (since, count) = crashes.get();
            let now = Instant::now();
            let (since, count) = if now - since < CRASH_WINDOW { (since, count + 1) } else { (now, 1) };
            crashes.set((since, count));
            let pause = if count > CRASHES_AT_ONCE { CRASH_PAUSE } else { Duration::ZERO };
            // Not from within the signal: WebKit is still clearing up after the process.
            let web = web.clone();
            glib::timeout_add_local_once(pause, move || web.reload());
        });
    });
    if let Err(error) = installed {
        tracing::warn!(%error, "a dead page will stay dead");
    }
}
