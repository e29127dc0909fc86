//! LiveKit's compiled library, out of its Python package.

use crate::process::{command, run_quietly, say};
use crate::workspace::{root, setup_dir};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;

/// Version of the Python package; `xtask/livekit.txt` pins it and its SHA-256 sums.
const VERSION: &str = "1.2.1";

/// Where the library is: `LIVEKIT_FFI_LIB`, else where [`fetch`] puts it.
pub fn library() -> PathBuf {
    match std::env::var_os("LIVEKIT_FFI_LIB") {
        Some(path) => path.into(),
        None => {
            let name = format!("{}livekit_ffi{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
            setup_dir().join("livekit-ffi").join(VERSION).join("livekit/rtc/resources").join(name)
        }
    }
}

/// Downloads the package, checked by SHA-256, and unpacks it.
pub fn fetch() -> Result<()> {
    let library = library();
    if library.exists() {
        return Ok(());
    }
    if std::env::var_os("LIVEKIT_FFI_LIB").is_some() {
        bail!("LIVEKIT_FFI_LIB names {}, which does not exist. Correct it, or unset it.", library.display());
    }
    say(&format!("Fetch LiveKit's library (Python package livekit {VERSION})"));
    let downloads = setup_dir().join("downloads");
    let folder = setup_dir().join("livekit-ffi").join(VERSION);
    fs::create_dir_all(&downloads)?;
    run_quietly(
        command("python3")
            .args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"])
            .arg("--dest")
            .arg(&downloads)
            .arg("--requirement")
            .arg(root().join("xtask/livekit.txt")),
    )
    .context("the Python package livekit is missing. Check that pip works and reaches its package index.")?;
    let prefix = format!("livekit-{VERSION}-");
    let wheel = fs::read_dir(&downloads)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix)))
        .context("pip downloaded no livekit package for this platform")?;
    // Unpacked beside and then renamed: a folder that is there is whole.
    let partial = folder.with_extension("partial");
    let _ = fs::remove_dir_all(&partial);
    let _ = fs::remove_dir_all(&folder);
    run_quietly(command("python3").args(["-m", "zipfile", "-e"]).arg(&wheel).arg(&partial))?;
    fs::rename(&partial, &folder)?;
    if !library.exists() {
        bail!("{} holds no {}", wheel.display(), library.display());
    }
    Ok(())
}
