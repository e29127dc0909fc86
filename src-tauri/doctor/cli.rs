//! `donfra-live doctor`: the same checks without a window or a display.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::context::{Context, Server, Target};
use super::engine::{self, Step};
use super::report;
use crate::session::invitation;
use crate::settings::{SessionServer, SettingsStore};

/// What the process exits with when the command line is wrong.
const USAGE: u8 = 2;

/// Runs the checks, prints what they come to, and exits with 0 if nothing failed, else 1. With `json` the whole document
/// comes at the end, else a line as each result comes.
pub fn run(settings: Arc<SettingsStore>, session: Option<&str>, json: bool) -> ExitCode {
    let target = match target(&settings, session) {
        Ok(target) => target,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(USAGE);
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(check(Context::new(target, settings), json));
    // A name service that does not answer holds a thread; nobody waits for it.
    runtime.shutdown_background();
    code
}

/// What the settings, or `--api`, and `--session` ask for.
fn target(settings: &SettingsStore, session: Option<&str>) -> Result<Target, crate::error::UiError> {
    let invitation = session.map(invitation::parse).transpose()?;
    let api = invitation.as_ref().and_then(|invitation| invitation.api.as_ref());
    let server = match (api, settings.server()) {
        (Some(api), _) => Server::At(api.as_str().to_owned()),
        (None, SessionServer::Remote { url }) => Server::At(url),
        (None, SessionServer::ThisComputer { lan }) => Server::Here { lan, running: None },
    };
    Ok(Target { server, session: invitation.map(|invitation| invitation.session_id) })
}

async fn check(context: Context, json: bool) -> ExitCode {
    let stop = CancellationToken::new();
    let interrupted = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.cancel();
        }
    });
    let tell = |step: Step| {
        if let (Step::Checked(result), false) = (step, json) {
            print(&report::line(&result));
        }
    };
    let Some(report) = engine::run(context, tell, &stop).await else {
        eprintln!("Stopped.");
        return ExitCode::FAILURE;
    };
    if json {
        print(&report.json());
    } else {
        print(&format!("\n{}", report.summary()));
    }
    if report.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// To stdout; who reads it may have gone.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}
