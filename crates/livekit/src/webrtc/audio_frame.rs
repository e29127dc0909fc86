//! Audio samples.

use std::borrow::Cow;

/// Interleaved signed 16-bit samples.
#[derive(Debug, Clone)]
pub struct AudioFrame<'a> {
    /// `num_channels * samples_per_channel` samples, interleaved.
    pub data: Cow<'a, [i16]>,
    /// Hz.
    pub sample_rate: u32,
    /// 1 for mono, 2 for stereo.
    pub num_channels: u32,
    /// Samples of each channel: the duration is this over `sample_rate`.
    pub samples_per_channel: u32,
}

impl AudioFrame<'_> {
    /// A frame of silence that owns its samples.
    pub fn new(sample_rate: u32, num_channels: u32, samples_per_channel: u32) -> Self {
        let samples = num_channels as usize * samples_per_channel as usize;
        Self { data: vec![0; samples].into(), sample_rate, num_channels, samples_per_channel }
    }
}
