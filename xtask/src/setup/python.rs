//! A Python of its own for the tests' peer, with the package `livekit`.

use crate::process::{command, run_quietly, say};
use crate::workspace::{root, setup_dir};
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

/// The packages of the peer.
const REQUIREMENTS: &str = "tests/e2e/peer/requirements.txt";

/// The interpreter of that environment.
pub fn interpreter() -> PathBuf {
    setup_dir().join(if cfg!(windows) { "python/Scripts/python.exe" } else { "python/bin/python3" })
}

/// Makes the environment when the requirements changed.
pub fn install() -> Result<()> {
    let wanted = fs::read_to_string(root().join(REQUIREMENTS))?;
    let stamp = setup_dir().join("python/requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    say("Install the test peer's Python packages");
    fs::create_dir_all(setup_dir())?;
    run_quietly(command("python3").args(["-m", "venv", "--clear"]).arg(setup_dir().join("python")))
        .context("Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv")?;
    run_quietly(
        command(&interpreter().to_string_lossy())
            .args(["-m", "pip", "install", "--quiet", "--requirement"])
            .arg(root().join(REQUIREMENTS)),
    )
    .context("the test peer's Python packages are missing. Check that pip reaches its package index.")?;
    fs::write(stamp, wanted)?;
    Ok(())
}
