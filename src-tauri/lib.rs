//! Donfra Live: live sessions from the desktop. Here is the start; each part of the app has its own module.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod address;
pub mod api;
pub mod cli;
pub mod commands;
pub mod doctor;
pub mod error;
pub mod host;
mod http_client;
mod links;
pub mod logging;
pub mod media;
mod notify;
pub mod session;
pub mod sessions;
pub mod settings;
pub mod video;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use parking_lot::Mutex;
use tauri::{Manager, RunEvent};
use tauri_specta::Event;

use cli::{Cli, Command};
use commands::{JoinRequest, Startup};
use doctor::Doctor;
use error::UiError;
use notify::Notifier;
use session::Session;
use session::statistics::StatisticsFile;
use settings::SettingsStore;
use tokio::sync::watch;
use video::{Frames, TileLayout, VideoLayer};

/// What the commands work on.
pub struct App {
    /// The live session.
    pub session: Session,
    /// The connection doctor.
    pub doctor: Doctor,
    /// The sessions that are on at the session server, while the UI shows them.
    pub live_sessions: sessions::Watcher,
    /// Preferences and credentials.
    pub settings: Arc<SettingsStore>,
    cli: Cli,
    layer: watch::Sender<Option<Arc<dyn VideoLayer>>>,
    /// The UI's layout while there is no layer yet.
    tiles: Mutex<Vec<TileLayout>>,
    /// Whether the UI was told already what the command line asked for.
    told: Mutex<bool>,
}

impl App {
    /// The version, and what the command line asked for.
    fn startup(&self) -> Startup {
        let name = self.cli.name.clone().unwrap_or_else(|| self.settings.current().name);
        let first = !std::mem::replace(&mut *self.told.lock(), true);
        let join = match &self.cli.command {
            Some(Command::Join { session_id }) if first => {
                Some(JoinRequest { session_id: session_id.clone(), name: name.clone() })
            }
            _ => None,
        };
        Startup { version: env!("CARGO_PKG_VERSION").into(), name, join }
    }

    /// The UI laid its tiles out anew. Before there is a layer, the last layout waits for it.
    fn set_tiles(&self, tiles: Vec<TileLayout>) {
        // Held throughout: a layout that comes while the layer does must not wait for the next one.
        let mut waiting = self.tiles.lock();
        match self.layer.borrow().as_ref() {
            Some(layer) => layer.set_tiles(tiles),
            None => *waiting = tiles,
        }
    }

    /// The layer that draws the pictures, as soon as it is chosen.
    async fn layer(&self) -> Result<Arc<dyn VideoLayer>, UiError> {
        let mut chosen = self.layer.subscribe();
        let layer = chosen.wait_for(Option::is_some).await.ok().and_then(|layer| layer.clone());
        layer.ok_or_else(|| UiError::new("no_video_layer", "No pictures can be shown.", "Start the app again."))
    }
}

/// Closes the app in order when it is told to end from outside (Ctrl-C, a shutdown of the system).
fn close_on_signal(app: &tauri::App) {
    let handle = app.handle().clone();
    tauri::async_runtime::spawn(async move {
        #[cfg(unix)]
        let terminated = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => signal.recv().await,
                Err(_) => std::future::pending().await,
            }
        };
        #[cfg(not(unix))]
        let terminated = std::future::pending::<Option<()>>();
        tokio::select! {
            _ = terminated => {}
            Ok(()) = tokio::signal::ctrl_c() => {}
        }
        handle.exit(0);
    });
}

/// Chooses how pictures reach the screen; the window is up meanwhile.
fn attach_video(app: &tauri::App, frames: Frames) {
    let Some(window) = app.get_webview_window("main") else { return };
    let handle = app.handle().clone();
    tauri::async_runtime::spawn(async move {
        match video::attach(&window, frames).await {
            Ok(layer) => {
                let app = handle.state::<App>();
                let mut waiting = app.tiles.lock();
                layer.set_tiles(std::mem::take(&mut *waiting));
                app.layer.send_replace(Some(layer));
            }
            Err(error) => tracing::error!(%error, "no pictures can be shown"),
        }
    });
}

/// The file that `--stats` names. Without it the program runs on: statistics are not what a session is for.
fn statistics_file(cli: &Cli) -> Option<StatisticsFile> {
    let path = cli.stats.as_ref()?;
    StatisticsFile::create(path)
        .inspect_err(|error| tracing::error!(%error, path = %path.display(), "no statistics can be written there"))
        .ok()
}

/// Runs the program until its window is closed.
pub fn run() -> ExitCode {
    if let Some(code) = host::watchdog::run_if_asked() {
        return code;
    }
    let cli = Cli::parse();
    let mut log = Some(logging::start(&settings::folders::logs()));
    let settings = Arc::new(SettingsStore::open(settings::folders::config(), cli.api.clone()));
    if let Some(Command::Doctor { session, json }) = &cli.command {
        return doctor::cli::run(settings, session.as_deref(), *json);
    }
    let commands = commands::builder();
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_clipboard_manager::init())
        .invoke_handler(commands.invoke_handler())
        .setup(move |app| {
            commands.mount_events(app);
            let frames = Frames::new();
            let statistics = statistics_file(&cli);
            let notifier = Notifier::new(app.handle().clone(), settings.clone());
            let notice = move |notice| notifier.notice(notice);
            let session = Session::start(app.handle().clone(), settings.clone(), frames.clone(), statistics, notice);
            let layer = watch::Sender::new(None);
            let told = app.handle().clone();
            let doctor = Doctor::new(settings.clone(), move |update| {
                if let Err(error) = update.emit(&told) {
                    tracing::warn!(%error, "the UI was not told");
                }
            });
            app.manage(App {
                session,
                doctor,
                live_sessions: sessions::Watcher::default(),
                settings,
                cli,
                layer,
                tiles: Mutex::default(),
                told: Mutex::new(false),
            });
            attach_video(app, frames);
            close_on_signal(app);
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(move |app, event| {
                if let RunEvent::Exit = event {
                    let app = app.state::<App>();
                    tauri::async_runtime::block_on(async {
                        app.doctor.stop().await;
                        app.session.shut_down().await;
                    });
                    tracing::info!("closed");
                    // The process ends without coming back to where this would be dropped.
                    drop(log.take());
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!(%error, "the app cannot start");
            ExitCode::FAILURE
        }
    }
}
