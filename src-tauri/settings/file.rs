//! The settings file: TOML that a person can read and edit, with the version of its own layout.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::preferences::{ChosenDevices, Notifications, SessionServer, Settings, StageLayout, Theme};

/// The layout that is written. Older ones are read and brought up to it.
const VERSION: u32 = 1;

/// Name of the file in the settings folder.
pub const NAME: &str = "settings.toml";

/// Why the settings could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file or its folder cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is unreadable, and the system does not let it be moved aside.
    #[error("{path} is unreadable ({reason}) and cannot be kept aside: {source}")]
    SetAside {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The settings do not go into TOML (a defect, not a person's doing).
    #[error("the settings cannot be written: {0}")]
    Write(#[from] toml::ser::Error),
}

/// What a file gave.
#[derive(Debug)]
pub struct Loaded {
    /// The settings to use.
    pub settings: Settings,
    /// A file that could not be read, and was kept aside.
    pub set_aside: Option<Aside>,
}

/// A settings file that was kept aside.
#[derive(Debug)]
pub struct Aside {
    /// Where it is now.
    pub path: PathBuf,
    /// It was written by a newer version of the app: nothing is wrong with it.
    pub newer: bool,
}

#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    #[serde(default)]
    name: String,
    #[serde(default)]
    theme: Theme,
    #[serde(default)]
    notifications: Notifications,
    #[serde(default)]
    server: SessionServer,
    #[serde(default)]
    devices: ChosenDevices,
    #[serde(default)]
    layout: StageLayout,
}

/// Reads `folder/settings.toml`. No file means defaults; one that cannot be read is kept aside, and defaults are used.
///
/// # Errors
/// The file is there but the system does not let it be read, or not be moved aside.
pub fn load(folder: &Path) -> Result<Loaded, FileError> {
    let path = folder.join(NAME);
    let text = match std::fs::read(&path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Loaded { settings: Settings::default(), set_aside: None });
        }
        Err(source) => return Err(FileError::Io { path, source }),
    };
    match parse(&text) {
        Ok(settings) => Ok(Loaded { settings, set_aside: None }),
        Err(reason) => {
            let newer = is_newer(&text);
            let aside = free_name(folder, if newer { "newer" } else { "broken" });
            if let Err(source) = std::fs::rename(&path, &aside) {
                return Err(FileError::SetAside { path, reason, source });
            }
            let (path, aside_at) = (path.display(), aside.display());
            if newer {
                tracing::warn!(%path, reason, %aside_at, "settings are of a newer version: kept aside, defaults used");
            } else {
                tracing::warn!(%path, reason, %aside_at, "settings are unreadable: kept aside, defaults used");
            }
            Ok(Loaded { settings: Settings::default(), set_aside: Some(Aside { path: aside, newer }) })
        }
    }
}

/// Whether a newer version of the app has written this text.
fn is_newer(text: &str) -> bool {
    let version = text.parse::<toml::Table>().ok().and_then(|table| table.get("version")?.as_integer());
    version.is_some_and(|version| version > i64::from(VERSION))
}

/// Reads the text of a settings file, of this or an older layout.
pub(super) fn parse(text: &str) -> Result<Settings, String> {
    let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    // Before the first version was numbered there was no layout: an absent number is the first.
    let version = table.get("version").map_or(Some(1), toml::Value::as_integer).ok_or("version is not a number")?;
    match version {
        1 => table.insert("version".into(), toml::Value::Integer(VERSION.into())),
        newer if newer > i64::from(VERSION) => return Err(format!("written by a newer version ({newer})")),
        other => return Err(format!("unknown version {other}")),
    };
    let document: Document = table.try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let Document { version: _, name, theme, notifications, server, devices, layout } = document;
    Ok(Settings { name, theme, notifications, server, devices, layout })
}

/// The text of a settings file.
pub(super) fn text(settings: &Settings) -> Result<String, FileError> {
    let Settings { name, theme, notifications, server, devices, layout } = settings.clone();
    Ok(toml::to_string_pretty(&Document { version: VERSION, name, theme, notifications, server, devices, layout })?)
}

/// Writes the settings in one step: a crash leaves the old file or the new one.
///
/// # Errors
/// The folder or file cannot be written.
pub fn save(folder: &Path, settings: &Settings) -> Result<(), FileError> {
    let text = text(settings)?;
    let path = folder.join(NAME);
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let fresh = folder.join(format!("{NAME}.new"));
        let mut file = std::fs::File::create(&fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&fresh, &path)
    };
    write().map_err(|source| {
        // On a full disk half of it is there, and takes space.
        let _ = std::fs::remove_file(folder.join(format!("{NAME}.new")));
        FileError::Io { path: path.clone(), source }
    })
}

/// A name for a file to be kept aside that no earlier one has.
fn free_name(folder: &Path, why: &str) -> PathBuf {
    (1..)
        .map(|number| folder.join(format!("settings.{why}-{number}.toml")))
        .find(|path| !path.exists())
        .expect("a folder does not hold every number")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::DeviceChoice;

    #[test]
    fn what_is_saved_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            name: "Ada \"the\" first\n".into(),
            theme: Theme::Dark,
            notifications: Notifications::Off,
            server: SessionServer::Remote { url: "http://localhost:8080/api".into() },
            devices: ChosenDevices {
                camera: Some(DeviceChoice { id: "usb-1".into(), name: "Webcam \"HD\"".into() }),
                ..ChosenDevices::default()
            },
            layout: StageLayout { hide_self: true, ..StageLayout::default() },
        };
        save(folder.path(), &settings).unwrap();
        assert_eq!(load(folder.path()).unwrap().settings, settings);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays");
    }

    #[test]
    fn no_file_gives_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let loaded = load(folder.path()).unwrap();
        assert_eq!(loaded.settings, Settings::default());
        assert!(loaded.set_aside.is_none());
    }

    #[test]
    fn broken_files_are_kept_aside_one_by_one() {
        let folder = tempfile::tempdir().unwrap();
        for (number, text) in ["name = ", "version = 0", "version = 1\ntheme = \"pink\""].iter().enumerate() {
            std::fs::write(folder.path().join(NAME), text).unwrap();
            let loaded = load(folder.path()).unwrap();
            assert_eq!(loaded.settings, Settings::default());
            let aside = loaded.set_aside.unwrap();
            assert!(!aside.newer);
            let aside = aside.path;
            assert_eq!(aside, folder.path().join(format!("settings.broken-{}.toml", number + 1)));
            assert_eq!(&std::fs::read_to_string(aside).unwrap(), text);
        }
    }

    #[test]
    fn a_file_without_version_and_with_unknown_fields_is_read() {
        let settings = parse("name = \"Grace\"\nlater = 1\n[server]\nkind = \"this_computer\"\nlan = true\n").unwrap();
        assert_eq!(settings.name, "Grace");
        assert_eq!(settings.theme, Theme::System);
        assert_eq!(settings.server, SessionServer::ThisComputer { lan: true });
    }
}
