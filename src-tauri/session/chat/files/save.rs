//! Putting what comes into a file of its own: beside the others, over none of them.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use directories::UserDirs;

use super::name;

/// Environment variable that names the folder instead.
pub const FOLDER_VARIABLE: &str = "DONFRA_LIVE_DOWNLOAD_DIR";

/// Files of one name that get numbers of their own.
const MAX_NUMBER: u32 = 999;

/// So many bytes at its beginning tell what a file is.
const HEAD: usize = 4;

/// Why a file was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// More came than was offered, or less.
    #[error("{came} of {offered} bytes came")]
    Size {
        /// Bytes that came.
        came: u64,
        /// Bytes that were offered.
        offered: u64,
    },
    /// The system did not take it.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// The folder of downloads: the system's, else home.
pub fn folder() -> PathBuf {
    let named = std::env::var_os(FOLDER_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    named
        .or_else(|| {
            let dirs = UserDirs::new()?;
            let downloads = dirs.download_dir().filter(|folder| folder.is_dir());
            Some(downloads.unwrap_or_else(|| dirs.home_dir()).to_path_buf())
        })
        .unwrap_or_else(std::env::temp_dir)
}

/// A file that is coming. Until it is whole it has a name of its own; given up, it is removed.
#[derive(Debug)]
pub struct Part {
    file: std::fs::File,
    part: PathBuf,
    folder: PathBuf,
    name: String,
    offered: u64,
    came: u64,
    head: Vec<u8>,
    whole: bool,
}

impl Part {
    /// Begins a file of this name, which is made safe, and of so many bytes.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn begin(folder: &Path, name: &str, offered: u64) -> Result<Self, SaveError> {
        let name = name::safe(name);
        std::fs::create_dir_all(folder)?;
        let (file, part) = create_new(folder, &format!("{name}.part"))?;
        let folder = folder.to_path_buf();
        Ok(Self { file, part, folder, name, offered, came: 0, head: Vec::new(), whole: false })
    }

    /// Takes more of it.
    ///
    /// # Errors
    /// It is more than was offered, or the system does not take it.
    pub fn write(&mut self, bytes: &[u8]) -> Result<u64, SaveError> {
        let came = self.came + bytes.len() as u64;
        if came > self.offered {
            return Err(SaveError::Size { came, offered: self.offered });
        }
        self.file.write_all(bytes)?;
        self.came = came;
        let missing = HEAD - self.head.len();
        self.head.extend_from_slice(&bytes[..missing.min(bytes.len())]);
        Ok(came)
    }

    /// It is all there: gives it a name that no other file has. Says also whether it is a program.
    ///
    /// # Errors
    /// It is less than was offered, or the system does not take it.
    pub fn finish(mut self) -> Result<(PathBuf, bool), SaveError> {
        if self.came != self.offered {
            return Err(SaveError::Size { came: self.came, offered: self.offered });
        }
        self.file.sync_all()?;
        // Made first, so that nobody else takes the name meanwhile.
        let (_, path) = create_new(&self.folder, &self.name)?;
        if let Err(error) = std::fs::rename(&self.part, &path) {
            let _ = std::fs::remove_file(&path);
            return Err(error.into());
        }
        self.whole = true;
        Ok((path, name::begins_like_program(&self.head)))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.whole {
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

/// A new file of this name, or of this name with a number.
fn create_new(folder: &Path, name: &str) -> io::Result<(std::fs::File, PathBuf)> {
    let (stem, ending) = name.rsplit_once('.').map_or((name, String::new()), |(stem, end)| (stem, format!(".{end}")));
    for number in 1..=MAX_NUMBER {
        let number = if number == 1 { String::new() } else { format!(" ({number})") };
        let path = folder.join(format!("{stem}{number}{ending}"));
        match std::fs::File::create_new(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> Vec<String> {
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("notes.txt"), "mine").unwrap();
        for text in ["one", "two"] {
            let mut part = Part::begin(folder.path(), "../notes.txt", 3).unwrap();
            part.write(text.as_bytes()).unwrap();
            let (path, program) = part.finish().unwrap();
            assert!(!program);
            assert_eq!(std::fs::read_to_string(path).unwrap(), text);
        }
        assert_eq!(files(folder.path()), ["notes (2).txt", "notes (3).txt", "notes.txt"]);
        assert_eq!(std::fs::read_to_string(folder.path().join("notes.txt")).unwrap(), "mine");
    }

    #[test]
    fn what_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut part = Part::begin(folder.path(), "a.bin", 5).unwrap();
        part.write(b"abc").unwrap();
        assert!(matches!(part.write(b"def"), Err(SaveError::Size { came: 6, offered: 5 })));
        assert!(matches!(part.finish(), Err(SaveError::Size { came: 3, offered: 5 })));
        drop(Part::begin(folder.path(), "b.bin", 5).unwrap());
        assert!(files(folder.path()).is_empty());
    }

    #[test]
    fn a_program_is_seen_however_its_head_comes() {
        let folder = tempfile::tempdir().unwrap();
        let mut part = Part::begin(folder.path(), "photo.jpg", 6).unwrap();
        for byte in b"\x7fELF\x02\x01" {
            part.write(&[*byte]).unwrap();
        }
        assert!(part.finish().unwrap().1);
        let empty = Part::begin(folder.path(), "empty", 0).unwrap();
        assert!(!empty.finish().unwrap().1);
    }

    #[test]
    fn a_full_disk_is_an_error_and_leaves_nothing() {
        // A device that is always full.
        if let Ok(file) = std::fs::File::options().write(true).open("/dev/full") {
            let folder = tempfile::tempdir().unwrap();
            let part = folder.path().join("a.part");
            std::fs::write(&part, "").unwrap();
            let mut full = Part {
                file,
                part,
                folder: folder.path().into(),
                name: "a".into(),
                offered: 3,
                came: 0,
                head: Vec::new(),
                whole: false,
            };
            let error = full.write(b"abc").unwrap_err();
            assert!(matches!(&error, SaveError::Io(io) if io.kind() == io::ErrorKind::StorageFull), "{error}");
            drop(full);
            assert!(files(folder.path()).is_empty());
        }
    }
}
