//! A growing WAV file of what is played, for tests.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use super::RATE;

/// Bytes before the samples.
const HEADER: u32 = 44;

/// 48 kHz, mono, 16 bit. The header is brought up to date once a second, so that the file can be read at any time.
pub struct WavWriter {
    file: BufWriter<File>,
    samples: u32,
}

impl WavWriter {
    /// Makes the file, or empties it.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut writer = Self { file: BufWriter::new(File::create(path)?), samples: 0 };
        writer.header()?;
        Ok(writer)
    }

    /// Appends samples.
    pub fn write(&mut self, samples: &[i16]) -> io::Result<()> {
        for sample in samples {
            self.file.write_all(&sample.to_le_bytes())?;
        }
        let before = self.samples / RATE;
        self.samples += samples.len() as u32;
        if self.samples / RATE != before { self.header() } else { Ok(()) }
    }

    fn header(&mut self) -> io::Result<()> {
        let data = self.samples * 2;
        let mut header = [0; HEADER as usize];
        header[..4].copy_from_slice(b"RIFF");
        header[4..8].copy_from_slice(&(HEADER - 8 + data).to_le_bytes());
        header[8..16].copy_from_slice(b"WAVEfmt ");
        header[16..20].copy_from_slice(&16_u32.to_le_bytes());
        // PCM, mono.
        header[20..24].copy_from_slice(&[1, 0, 1, 0]);
        header[24..28].copy_from_slice(&RATE.to_le_bytes());
        header[28..32].copy_from_slice(&(RATE * 2).to_le_bytes());
        header[32..36].copy_from_slice(&[2, 0, 16, 0]);
        header[36..40].copy_from_slice(b"data");
        header[40..].copy_from_slice(&data.to_le_bytes());
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&header)?;
        self.file.seek(SeekFrom::End(0))?;
        self.file.flush()
    }
}

impl Drop for WavWriter {
    fn drop(&mut self) {
        if let Err(error) = self.header() {
            tracing::warn!(%error, "the playout file is incomplete");
        }
    }
}
