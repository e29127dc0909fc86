//! Where the app keeps its files.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

/// Environment variable that puts settings, sessions and logs into one folder of choice, so that two apps run side by side.
pub const CONFIG_DIR_VARIABLE: &str = "DONFRA_LIVE_CONFIG_DIR";

fn override_dir() -> Option<PathBuf> {
    std::env::var_os(CONFIG_DIR_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn project_dirs() -> Option<ProjectDirs> {
    ProjectDirs::from("com", "donfra", "Donfra Live")
}

/// The folder of the settings, e.g. `~/.config/donfralive`.
pub fn config() -> PathBuf {
    override_dir()
        .or_else(|| project_dirs().map(|dirs| dirs.config_dir().to_path_buf()))
        .unwrap_or_else(|| std::env::temp_dir().join("donfra-live"))
}

/// The folder of the log files, e.g. `~/.local/state/donfralive/logs`.
pub fn logs() -> PathBuf {
    override_dir()
        .or_else(|| project_dirs().map(|dirs| dirs.state_dir().unwrap_or(dirs.data_local_dir()).to_path_buf()))
        .unwrap_or_else(|| std::env::temp_dir().join("donfra-live"))
        .join("logs")
}

/// Where this computer's session server keeps its sessions, e.g. `~/.local/share/donfralive/sessions.db`.
pub fn sessions() -> PathBuf {
    override_dir()
        .or_else(|| project_dirs().map(|dirs| dirs.data_local_dir().to_path_buf()))
        .unwrap_or_else(|| std::env::temp_dir().join("donfra-live"))
        .join("sessions.db")
}

/// Writes a file in one step: after a crash there is the old content or the new one.
///
/// # Errors
/// The folder or the file cannot be written.
pub fn replace(folder: &Path, name: &str, content: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let fresh = folder.join(format!("{name}.new"));
    std::fs::write(&fresh, content)?;
    std::fs::rename(&fresh, folder.join(name))
}
