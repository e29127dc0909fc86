//! The web UI: its packages, and its build, which the app embeds.

use crate::process::{npm, run_quietly, say};
use crate::workspace::root;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::time::SystemTime;

/// Installs the packages when the lock file changed, builds when a source did.
pub fn build() -> Result<()> {
    let ui = root().join("ui");
    // npm writes this file at the end of an install.
    let installed = modified(&ui.join("node_modules/.package-lock.json"));
    if installed.is_none() || installed < modified(&ui.join("package-lock.json")) {
        say("Install the web UI's packages (npm ci)");
        run_quietly(npm().args(["ci", "--no-audit", "--no-fund"]))
            .context("the web UI's packages are missing. Check that npm works and reaches its registry.")?;
    }
    let built = modified(&ui.join("dist/index.html"));
    if built.is_none() || built < newest(&ui)? {
        say("Build the web UI (npm run build)");
        run_quietly(npm().args(["run", "build"])).context("the web UI does not build")?;
    }
    Ok(())
}

/// When a file was last written.
fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// When the newest file of a folder was written, folders included (a file taken away changes its folder).
fn newest(folder: &Path) -> Result<Option<SystemTime>> {
    let mut newest = None;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == "node_modules" || name == "dist" || name.to_string_lossy().starts_with('.') {
            continue;
        }
        newest = newest.max(modified(&entry.path()));
        if entry.file_type()?.is_dir() {
            newest = newest.max(self::newest(&entry.path())?);
        }
    }
    Ok(newest)
}
