//! Where this computer's LiveKit server is.

use std::path::{Path, PathBuf};

/// Its name beside the app's executable in a bundle: its own, since bundles put it into `/usr/bin`.
const SIDECAR: &str = "donfra-livekit-server";

/// Environment variable that names it.
pub const VARIABLE: &str = "LIVEKIT_SERVER";

/// Its name on `PATH`.
const ON_PATH: &str = "livekit-server";

/// The LiveKit server to start: the one of the bundle, else `LIVEKIT_SERVER`, else the one on `PATH`.
pub fn find() -> Option<PathBuf> {
    let program = |folder: &Path, name: &str| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let sidecar = std::env::current_exe().ok().and_then(|exe| exe.parent().map(|folder| program(folder, SIDECAR)));
    let named = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| program(&folder, ON_PATH));
    sidecar.into_iter().chain(named).chain(on_path).find(|path| path.is_file())
}
