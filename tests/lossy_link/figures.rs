//! What was heard and seen, in numbers.

use std::f32::consts::TAU;
use std::fmt::{self, Display, Formatter};
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

/// Samples a second in a recording.
const RATE: usize = 48_000;

/// A tone is looked for in pieces of this many samples: 100 ms.
const PIECE: usize = RATE / 10;

/// What was heard of a tone.
pub struct Sound {
    /// The share of the time in which it was heard.
    pub heard: f32,
    /// The longest time in which it was not, s.
    pub gap: f32,
}

/// How many samples a recording holds by now.
pub fn samples(file: &Path) -> usize {
    let bytes = std::fs::metadata(file).map_or(0, |metadata| metadata.len() as usize);
    bytes.saturating_sub(44) / 2 / channels(file)
}

fn channels(file: &Path) -> usize {
    std::fs::read(file).ok().filter(|bytes| bytes.len() > 44).map_or(1, |bytes| usize::from(bytes[22]).clamp(1, 2))
}

/// How a tone (Hz) was heard in a part of a recording (16 bits).
pub fn sound(file: &Path, hz: f32, part: Range<usize>) -> Sound {
    let bytes = std::fs::read(file).unwrap_or_default();
    let size = 2 * bytes.get(22).map_or(1, |channels| usize::from(*channels).clamp(1, 2));
    let samples: Vec<f32> = bytes
        .get(44..)
        .unwrap_or_default()
        .chunks_exact(size)
        .skip(part.start)
        .take(part.len())
        .map(|sample| f32::from(i16::from_le_bytes([sample[0], sample[1]])) / 32_768.0)
        .collect();
    let pieces: Vec<bool> = samples.chunks_exact(PIECE).map(|piece| amplitude(piece, hz) > 0.02).collect();
    let heard = pieces.iter().filter(|heard| **heard).count() as f32 / pieces.len().max(1) as f32;
    let longest = pieces.split(|heard| *heard).map(<[bool]>::len).max().unwrap_or(0);
    Sound { heard, gap: (longest * PIECE) as f32 / RATE as f32 }
}

/// Goertzel's algorithm: the one bin of a Fourier transform. Full scale is 1.
fn amplitude(samples: &[f32], hz: f32) -> f32 {
    let turn = 2.0 * (TAU * hz / RATE as f32).cos();
    let (mut one, mut two) = (0.0_f32, 0.0_f32);
    for sample in samples {
        (one, two) = (sample + turn * one - two, one);
    }
    let power = one * one + two * two - turn * one * two;
    2.0 * power.max(0.0).sqrt() / samples.len().max(1) as f32
}

/// What became of the other's picture.
pub struct Pictures {
    /// Least frames a second while the link was bad.
    least_fps: f64,
    /// Least height while the link was bad, px.
    least_height: u64,
    /// Most loss while the link was bad: sent and received, per cent.
    loss: (f64, f64),
    /// Frames a second at the end: the best of the last two samples.
    pub last_fps: f64,
    /// Height at the end, px.
    pub last_height: u64,
    /// The app did something about it.
    pub measured: bool,
    /// It does so still at the end.
    pub last_measured: bool,
    /// It blamed the own connection.
    pub blamed_own: bool,
    /// When the picture was whole again, s after the link was.
    well_after: Option<f64>,
}

/// From samples of the statistics, the link being bad for so long from the first of them.
pub fn pictures(lines: &[Value], bad: Duration) -> Pictures {
    let camera = |line: &Value| -> (f64, u64) {
        let tracks = line["tracks"].as_array().cloned().unwrap_or_default();
        let camera = tracks.iter().find(|track| track["source"] == "camera" && track["direction"] == "received");
        camera.map_or((0.0, 0), |track| {
            (track["fps"].as_f64().unwrap_or_default(), track["height"].as_u64().unwrap_or_default())
        })
    };
    let time = |line: &Value| line["at_ms"].as_u64().unwrap_or_default();
    let well = lines.first().map_or(0, time) + bad.as_millis() as u64;
    let (during, after): (Vec<&Value>, Vec<&Value>) = lines.iter().partition(|line| time(line) <= well);
    let most = |key: &str| during.iter().filter_map(|line| line["connection"][key].as_f64()).fold(0.0, f64::max);
    let last: Vec<_> = lines.iter().rev().take(2).map(camera).collect();
    let whole = after.iter().find(|line| camera(line).0 >= 20.0 && camera(line).1 >= 360);
    Pictures {
        least_fps: during.iter().map(|line| camera(line).0).fold(f64::INFINITY, f64::min),
        least_height: during.iter().map(|line| camera(line).1).min().unwrap_or_default(),
        loss: (most("loss_sent"), most("loss_received")),
        last_fps: last.iter().map(|(fps, _)| *fps).fold(0.0, f64::max),
        last_height: last.iter().map(|(_, height)| *height).max().unwrap_or_default(),
        measured: lines.iter().any(|line| line["measure"] != "none"),
        last_measured: lines.last().is_some_and(|line| line["measure"] != "none"),
        blamed_own: lines.iter().any(|line| line["blame"] == "own"),
        well_after: whole.map(|line| (time(line) - well) as f64 / 1000.0),
    }
}

impl Display for Pictures {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { least_fps, least_height, loss: (sent, received), last_fps, last_height, .. } = self;
        write!(
            f,
            "picture {least_height} px at {least_fps:.0}/s at worst, {last_height} px at {last_fps:.0}/s after; "
        )?;
        write!(f, "whole again after {:.1?} s; lost {sent:.0} % sent, {received:.0} % received", self.well_after)
    }
}
