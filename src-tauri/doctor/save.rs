//! Puts reports where people find them.

use std::path::{Path, PathBuf};

use directories::UserDirs;
use time::OffsetDateTime;
use time::macros::format_description;

/// Environment variable that names the folder instead.
pub const FOLDER_VARIABLE: &str = "DONFRA_LIVE_REPORT_DIR";

/// Files of one second that get numbers of their own.
const MAX_NUMBER: u32 = 99;

/// The folder of reports: documents, else downloads, else home.
fn folder() -> PathBuf {
    let named = std::env::var_os(FOLDER_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    named
        .or_else(|| {
            let dirs = UserDirs::new()?;
            let there = |folder: Option<&Path>| folder.filter(|folder| folder.is_dir()).map(Path::to_path_buf);
            there(dirs.document_dir()).or_else(|| there(dirs.download_dir())).or_else(|| there(Some(dirs.home_dir())))
        })
        .unwrap_or_else(std::env::temp_dir)
}

/// Writes `text` into a new file, e.g. `donfra-live-connection-20260102-150405.txt`, and gives its path.
///
/// # Errors
/// The folder cannot be written.
pub fn save(what: &str, extension: &str, text: &str) -> std::io::Result<PathBuf> {
    save_in(&folder(), what, extension, text)
}

fn save_in(folder: &Path, what: &str, extension: &str, text: &str) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let now = OffsetDateTime::now_utc()
        .format(format_description!("[year][month][day]-[hour][minute][second]"))
        .map_err(std::io::Error::other)?;
    for number in 1..=MAX_NUMBER {
        let number = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("donfra-live-{what}-{now}{number}.{extension}"));
        match std::fs::File::create_new(&path) {
            Ok(mut file) => {
                std::io::Write::write_all(&mut file, text.as_bytes())?;
                return Ok(path);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(std::io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_reports_of_one_second_are_two_files() {
        let folder = tempfile::tempdir().unwrap();
        let first = save_in(folder.path(), "connection", "txt", "one").unwrap();
        let second = save_in(folder.path(), "connection", "txt", "two").unwrap();
        assert_ne!(first, second);
        assert_eq!(std::fs::read_to_string(first).unwrap(), "one");
        assert_eq!(std::fs::read_to_string(second).unwrap(), "two");
    }
}
