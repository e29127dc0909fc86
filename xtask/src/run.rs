//! Building and starting the app.

use crate::process::{cargo, run as run_command, run_quietly, say};
use crate::setup::{self, Purpose};
use crate::workspace::{binaries, program};
use anyhow::Result;
use std::path::Path;
use std::process::Command;

/// The session server's package and binary.
const SESSION_SERVER: &str = "donfra-session-server";
/// The app's package and binary.
const APP: &str = "donfra-live";

/// Sets up, builds and starts the app; ends when it does.
pub fn run(release: bool, arguments: &[String]) -> Result<()> {
    setup::prepare(Purpose::Run)?;
    say("Build and start Donfra Live");
    let mut command = cargo();
    command.args(["run", "--package", APP, "--bin", APP]).args(profile(release)).arg("--").args(arguments);
    run_command(command.env("LIVEKIT_SERVER", setup::livekit_server()))
}

/// Sets up, builds and prints where things are, as shell assignments.
pub fn env(release: bool) -> Result<()> {
    setup::prepare(Purpose::Run)?;
    say("Build Donfra Live and its session server");
    let mut command = cargo();
    command.args(["build", "--package", APP, "--package", SESSION_SERVER, "--bins"]).args(profile(release));
    run_quietly(&mut command)?;
    let binaries = binaries(release)?;
    for (name, path) in [
        ("LIVEKIT_FFI_LIB", setup::livekit_library()),
        ("LIVEKIT_SERVER", setup::livekit_server()),
        ("DONFRA_LIVE", binaries.join(program(APP))),
        ("DONFRA_SESSION_SERVER", binaries.join(program(SESSION_SERVER))),
    ] {
        println!("{name}={}", quoted(&std::path::absolute(path)?));
    }
    Ok(())
}

/// Cargo's arguments for a profile.
pub fn profile(release: bool) -> &'static [&'static str] {
    if release { &["--release"] } else { &[] }
}

/// Tells tests where the set-up put what they start.
pub fn with_tools(command: &mut Command) -> &mut Command {
    command.env("LIVEKIT_SERVER", setup::livekit_server()).env("DONFRA_LIVE_TEST_PYTHON", setup::test_python())
}

/// A path as one word of a POSIX shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;
    use std::path::Path;

    #[test]
    fn a_path_is_one_word_of_the_shell() {
        assert_eq!(quoted(Path::new("/a b/c")), "'/a b/c'");
        assert_eq!(quoted(Path::new("/it's")), r"'/it'\''s'");
    }
}
