//! The log's files: a new one each day and whenever one is full, the oldest removed. A disk that is full or a folder that
//! is gone loses lines, never more; the file itself says afterwards how many.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use time::{Date, OffsetDateTime};

/// Largest file, bytes.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Files kept; together at most 32 MiB.
const MAX_FILES: usize = 8;

/// What their names begin with.
const PREFIX: &str = "donfra-live.";

/// Writes to the newest file. Takes every line, and reports no error: the caller could do nothing about it.
pub struct LogFile {
    folder: PathBuf,
    max_bytes: u64,
    file: File,
    day: Date,
    /// Lines that could not be written since the last that could.
    lost: u64,
}

impl LogFile {
    /// Opens the newest file of today in this folder, which is made if it is not there.
    ///
    /// # Errors
    /// The folder cannot be made or written.
    pub fn open(folder: &Path) -> io::Result<Self> {
        Self::with_limit(folder, MAX_BYTES)
    }

    fn with_limit(folder: &Path, max_bytes: u64) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let day = today();
        let file = newest(folder, day, max_bytes)?;
        remove_oldest(folder);
        Ok(Self { folder: folder.to_owned(), max_bytes, file, day, lost: 0 })
    }

    /// Goes on to another file if this one is full, or of yesterday. Asks the file: another app may write to it too.
    fn roll(&mut self, more: u64) -> io::Result<()> {
        let day = today();
        if day == self.day && self.file.metadata()?.len() + more <= self.max_bytes {
            return Ok(());
        }
        self.file = newest(&self.folder, day, self.max_bytes.saturating_sub(more))?;
        self.day = day;
        remove_oldest(&self.folder);
        Ok(())
    }

    fn line(&mut self, line: &[u8]) -> io::Result<()> {
        self.roll(line.len() as u64)?;
        if self.lost > 0 {
            let lost = format!("{} lines of the log are missing here: they could not be written\n", self.lost);
            self.file.write_all(lost.as_bytes())?;
            self.lost = 0;
        }
        self.file.write_all(line)
    }
}

impl Write for LogFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.line(line) {
            if self.lost == 0 {
                // Not by the log, which is what does not work.
                let _ = writeln!(io::stderr(), "the log cannot be written to {}: {error}", self.folder.display());
            }
            self.lost += 1;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn today() -> Date {
    OffsetDateTime::now_utc().date()
}

/// Opens this day's last file, or the one after it if that is full.
fn newest(folder: &Path, day: Date, max_bytes: u64) -> io::Result<File> {
    let start = format!("{PREFIX}{day}");
    // From the last: the first ones may be removed already, and their names are for older lines.
    let mut number = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_prefix(&start)?.strip_suffix(".log")?.strip_prefix('.')?.parse().ok())
        .max()
        .unwrap_or(0_u32);
    loop {
        // Names in the order of time: what is removed first comes first.
        let part = if number == 0 { String::new() } else { format!(".{number:04}") };
        let file = File::options().create(true).append(true).open(folder.join(format!("{start}{part}.log")))?;
        if file.metadata()?.len() < max_bytes.max(1) {
            return Ok(file);
        }
        number += 1;
    }
}

/// Removes the oldest files above the number kept.
fn remove_oldest(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut names: Vec<_> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with(PREFIX) && name.ends_with(".log"))
        // Without the ending, so that a day's first file comes before its second.
        .map(|name| name.trim_end_matches(".log").to_owned())
        .collect();
    names.sort();
    for name in names.iter().take(names.len().saturating_sub(MAX_FILES)) {
        let _ = fs::remove_file(folder.join(format!("{name}.log")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(folder: &Path) -> Vec<u64> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).collect()
    }

    #[test]
    fn files_are_bounded_in_size_and_number() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = LogFile::with_limit(folder.path(), 1000).unwrap();
        let last = 2000;
        for number in 1..=last {
            log.write_all(format!("line {number}\n").as_bytes()).unwrap();
        }
        let sizes = sizes(folder.path());
        assert!(sizes.len() <= MAX_FILES && sizes.iter().all(|size| *size <= 1000), "{sizes:?}");
        let all: String = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect();
        assert!(all.contains(&format!("line {last}\n")), "the newest is there");
        assert!(!all.contains("line 1\n"), "the oldest is not");
    }
}
