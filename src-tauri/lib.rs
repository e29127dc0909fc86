//! Donfra Live: live sessions from the desktop. Here is the start; each part of the app has its own module.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod api;
pub mod cli;
pub mod commands;
pub mod error;
pub mod host;
pub mod logging;
pub mod media;
pub mod session;
pub mod settings;
pub mod video;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use parking_lot::Mutex;
use tauri::{Manager, RunEvent};

use cli::{Cli, Command};
use commands::{JoinRequest, Startup};
use session::Session;
use settings::SettingsStore;
use video::TileLayout;

/// What the commands work on.
pub struct App {
    /// The live session.
    pub session: Session,
    /// Preferences and credentials.
    pub settings: Arc<SettingsStore>,
    cli: Cli,
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

    /// The UI laid its tiles out anew.
    fn set_tiles(&self, _tiles: Vec<TileLayout>) {}
}

/// Runs the program until its window is closed.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let _log = logging::start(&settings::folders::logs());
    let settings = Arc::new(SettingsStore::open(settings::folders::config(), cli.api.clone()));
    let commands = commands::builder();
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_opener::init())
        .invoke_handler(commands.invoke_handler())
        .setup(move |app| {
            commands.mount_events(app);
            let session = Session::start(app.handle().clone(), settings.clone());
            app.manage(App { session, settings, cli, told: Mutex::new(false) });
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(|app, event| {
                if let RunEvent::Exit = event {
                    tauri::async_runtime::block_on(app.state::<App>().session.shut_down());
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
