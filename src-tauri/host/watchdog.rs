//! A small process between the app and LiveKit, so that LiveKit never outlives the app, however that ends.
//!
//! The app starts its own executable again with a hidden argument; that process starts LiveKit and holds a pipe from the
//! app as its standard input. The system closes the pipe when the app is gone, also after a crash or SIGKILL: then
//! LiveKit is killed. It takes no unsafe code and works alike on every system.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// The hidden argument; what follows is the program to run.
const ARGUMENT: &str = "--livekit-watchdog";

/// How often the child is looked at while its end is waited for.
const POLL: Duration = Duration::from_millis(100);

/// The command line that runs `program` under a watchdog, which is `executable` (this app).
pub fn command(executable: &Path, program: &Path) -> tokio::process::Command {
    let mut command = tokio::process::Command::new(executable);
    command.arg(ARGUMENT).arg(program).stdin(Stdio::piped());
    command
}

/// If this process was started as a watchdog: does that job and returns the exit code. Call it before anything else.
pub fn run_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    let asked = arguments.next().as_deref() == Some(OsStr::new(ARGUMENT));
    asked.then(|| arguments.next().map_or(ExitCode::FAILURE, run))
}

fn run(program: OsString) -> ExitCode {
    let mut child = match Command::new(&program).stdin(Stdio::null()).spawn() {
        Ok(child) => child,
        Err(error) => {
            eprintln!("{}: {error}", program.display());
            return ExitCode::FAILURE;
        }
    };
    let (gone, app_is_gone) = mpsc::channel::<()>();
    std::thread::spawn(move || {
        let _held = gone;
        let mut byte = [0];
        // Nothing is ever written: this returns when the other end is closed, by the app or by its death.
        let _ = std::io::stdin().read(&mut byte);
    });
    loop {
        if let Err(mpsc::RecvTimeoutError::Disconnected) = app_is_gone.recv_timeout(POLL) {
            let _ = child.kill();
            let _ = child.wait();
            return ExitCode::SUCCESS;
        }
        match child.try_wait() {
            Ok(None) => {}
            Ok(Some(status)) if status.success() => return ExitCode::SUCCESS,
            Ok(Some(_)) | Err(_) => return ExitCode::FAILURE,
        }
    }
}
