//! What a window plays, read from the file that `DONFRA_LIVE_TEST_PLAYOUT` names.

use std::f32::consts::TAU;
use std::path::Path;

/// Samples a second in that file.
const RATE: f32 = 48_000.;

/// Loudness (amplitude, full scale is 1) of one frequency in the last half second of the file. 0 while it is shorter.
pub fn tone(file: &Path, hz: f32) -> f32 {
    let last = last_samples(file, RATE as usize / 2);
    // Goertzel's algorithm: the one bin of a Fourier transform.
    let turn = 2. * (TAU * hz / RATE).cos();
    let (mut one, mut two) = (0f32, 0f32);
    for sample in &last {
        (one, two) = (sample + turn * one - two, one);
    }
    let power = one * one + two * two - turn * one * two;
    2. * power.max(0.).sqrt() / (last.len().max(1) as f32)
}

/// The last samples of a 16-bit file whose channels are one or two; its header may be unfinished.
fn last_samples(file: &Path, count: usize) -> Vec<f32> {
    let Ok(bytes) = std::fs::read(file) else { return Vec::new() };
    if bytes.len() < 44 {
        return Vec::new();
    }
    let channels = usize::from(bytes[22]).clamp(1, 2);
    let samples: Vec<f32> =
        bytes[44..].chunks_exact(2 * channels).map(|s| f32::from(i16::from_le_bytes([s[0], s[1]])) / 32_768.).collect();
    if samples.len() < count { Vec::new() } else { samples[samples.len() - count..].to_vec() }
}

/// How many samples the file holds by now.
pub fn length(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |metadata| metadata.len())
}
