//! Where things are.

use anyhow::{Context, Result};
use std::path::PathBuf;

/// The workspace's root folder.
pub fn root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    PathBuf::from(manifest).parent().expect("xtask lies in the workspace").to_owned()
}

/// Downloads and tools; in the workspace whatever the target folder is, so that builds find them.
pub fn setup_dir() -> PathBuf {
    root().join("target/setup")
}

/// Where cargo puts the binaries of a profile.
pub fn binaries(release: bool) -> Result<PathBuf> {
    let metadata = crate::process::cargo()
        .args(["metadata", "--format-version=1", "--no-deps"])
        .output()
        .context("cargo metadata does not start")?;
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).context("cargo metadata fails")?;
    let target = metadata["target_directory"].as_str().context("cargo metadata names no target folder")?;
    Ok(PathBuf::from(target).join(if release { "release" } else { "debug" }))
}

/// The file name of a program on this system.
pub fn program(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}
