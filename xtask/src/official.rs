//! Proof that the app uses nothing that the official `livekit` crate lacks: it is type-checked against that one.

use crate::process::{cargo, run, say};
use crate::setup::{self, Purpose};
use crate::workspace::root;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;

/// What the app is built from, `Cargo.toml` apart.
const CONTENTS: &[&str] =
    &["Cargo.lock", "capabilities", "crates", "icons", "src-tauri", "tauri.conf.json", "ui/dist", "xtask"];

/// Type-checks the app in a copy of the workspace that has no patch.
pub fn check() -> Result<()> {
    setup::prepare(Purpose::Run)?;
    say("Check the app against the official livekit crate");
    let (root, copy) = (root(), root().join("target/official"));
    for name in CONTENTS {
        copy_changed(&root.join(name), &copy.join(name))?;
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    write_changed(&copy.join("Cargo.toml"), without_patch(&manifest)?.as_bytes())?;
    let target = crate::workspace::binaries(false)?;
    let target = target.parent().context("the profile's folder lies in the target folder")?;
    // With DOCS_RS the official crate's build downloads no libwebrtc: enough to check types, not to link.
    let mut command = cargo();
    command.args(["check", "--package", "donfra-live", "--lib", "--bins"]);
    run(command.current_dir(&copy).env("DOCS_RS", "1").env("CARGO_TARGET_DIR", target))?;
    let lock = fs::read_to_string(copy.join("Cargo.lock"))?;
    if !lock.contains("name = \"libwebrtc\"") {
        bail!("the copy in {} was not built with the official crate", copy.display());
    }
    Ok(())
}

/// The manifest without its line that puts `crates/livekit` in the official crate's place.
fn without_patch(manifest: &str) -> Result<String> {
    const LINE: &str = "livekit = { path = \"crates/livekit\" }\n";
    if manifest.matches(LINE).count() != 1 {
        bail!("Cargo.toml has no line {LINE:?}");
    }
    Ok(manifest.replace(LINE, "").replace("\"crates/livekit\", ", ""))
}

/// Copies a file or folder; what is the same already keeps its time, so that cargo builds nothing twice.
fn copy_changed(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        return write_changed(to, &fs::read(from).with_context(|| format!("{} is missing", from.display()))?);
    }
    fs::create_dir_all(to)?;
    let entries: Vec<_> = fs::read_dir(from)?.collect::<std::io::Result<_>>()?;
    for entry in fs::read_dir(to)? {
        let entry = entry?;
        if !entries.iter().any(|kept| kept.file_name() == entry.file_name()) {
            let gone = entry.path();
            if gone.is_dir() { fs::remove_dir_all(gone)? } else { fs::remove_file(gone)? }
        }
    }
    for entry in entries {
        copy_changed(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Writes a file unless it holds that already.
fn write_changed(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|there| there == content) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(path, content)?)
}

#[cfg(test)]
mod tests {
    use super::without_patch;

    #[test]
    fn the_patch_line_goes_and_nothing_else() {
        let manifest =
            "members = [\"crates/livekit\", \"xtask\"]\n[patch.crates-io]\nlivekit = { path = \"crates/livekit\" }\n";
        let left = without_patch(manifest).expect("the line is there");
        assert_eq!(left, "members = [\"xtask\"]\n[patch.crates-io]\n");
        assert!(without_patch(&left).is_err());
    }
}
