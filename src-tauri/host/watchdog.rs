//! A small process between the app and LiveKit, so that LiveKit never outlives the app, however that ends.
//!
//! The app starts its own executable again with a hidden argument; that process starts LiveKit and holds a pipe from the
//! app as its standard input. The system closes the pipe when the app is gone, also after a crash or SIGKILL: then
//! LiveKit is killed. It takes no unsafe code and works alike on every system.
//!
//! Should the watchdog itself be killed, LiveKit would be left, with its ports. On Linux the kernel ends it then: between
//! the watchdog and LiveKit this executable runs once more, asks for that, and becomes LiveKit.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// The hidden argument; what follows is the program to run.
const ARGUMENT: &str = "--livekit-watchdog";

/// The hidden argument of the process that becomes LiveKit; the watchdog's id and the program follow.
#[cfg(target_os = "linux")]
const BECOME: &str = "--livekit-under-watchdog";

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
    let first = arguments.next()?;
    #[cfg(target_os = "linux")]
    if first == OsStr::new(BECOME) {
        let watchdog = arguments.next().and_then(|id| id.to_str()?.parse().ok());
        return Some(match (watchdog, arguments.next()) {
            (Some(watchdog), Some(program)) => become_livekit(watchdog, &program),
            _ => ExitCode::FAILURE,
        });
    }
    (first == OsStr::new(ARGUMENT)).then(|| arguments.next().map_or(ExitCode::FAILURE, run))
}

/// LiveKit, which the kernel ends when the thread that starts it does: the watchdog's only one that starts anything.
#[cfg(target_os = "linux")]
fn livekit(program: &OsStr) -> std::io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(BECOME).arg(std::process::id().to_string()).arg(program);
    Ok(command)
}

#[cfg(not(target_os = "linux"))]
fn livekit(program: &OsStr) -> std::io::Result<Command> {
    Ok(Command::new(program))
}

/// Asks to be ended with the watchdog, which outlasts becoming another program, and becomes LiveKit.
#[cfg(target_os = "linux")]
fn become_livekit(watchdog: u32, program: &OsStr) -> ExitCode {
    use std::os::unix::process::{CommandExt, parent_id};

    if let Err(error) = nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL) {
        eprintln!("LiveKit may outlive its watchdog: {error}");
    }
    // It may have ended before that was asked for.
    if parent_id() != watchdog {
        return ExitCode::FAILURE;
    }
    let error = Command::new(program).exec();
    eprintln!("{}: {error}", program.display());
    ExitCode::FAILURE
}

fn run(program: OsString) -> ExitCode {
    let mut child = match livekit(&program).and_then(|mut command| command.stdin(Stdio::null()).spawn()) {
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
