//! The LiveKit server, built from its source.

use crate::process::{command, run_quietly, say};
use crate::workspace::{self, setup_dir};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;

/// Later versions carry `replace` lines that `go install` refuses.
const MODULE: &str = "github.com/livekit/livekit-server/cmd/server@v1.13.5";

/// Where the server is: `LIVEKIT_SERVER`, else where [`build`] puts it.
pub fn program() -> PathBuf {
    match std::env::var_os("LIVEKIT_SERVER") {
        Some(path) => path.into(),
        None => setup_dir().join("bin").join(workspace::program("livekit-server")),
    }
}

/// Builds it with Go.
pub fn build() -> Result<()> {
    let program = program();
    if program.exists() {
        return Ok(());
    }
    if std::env::var_os("LIVEKIT_SERVER").is_some() {
        bail!("LIVEKIT_SERVER names {}, which does not exist. Correct it, or unset it.", program.display());
    }
    say(&format!("Build livekit-server (go install {MODULE}; one to three minutes)"));
    let folder = setup_dir().join("bin");
    fs::create_dir_all(&folder)?;
    run_quietly(command("go").args(["install", MODULE]).env("GOBIN", &folder).env_remove("GOFLAGS"))
        .context("livekit-server is missing. Check that Go is 1.24 or newer and reaches its module proxy.")?;
    fs::rename(folder.join(workspace::program("server")), program)?;
    Ok(())
}
