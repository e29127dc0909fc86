//! From any device's sample rate to 48 kHz and back, and the small corrections that keep two clocks together.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Adjustable as _, Async, FixedAsync, PolynomialDegree, Resampler as _, ResamplerConstructionError,
    SincInterpolationParameters, SincInterpolationType, WindowFunction,
};

/// Most that the ratio is bent to follow another clock: 0.5 %, inaudible (a twelfth of a semitone).
const MOST_DRIFT: f64 = 0.005;

/// Resamples mono sound in blocks of 10 ms of its input. Allocates nothing once made.
pub struct Resampler {
    inner: Async<f32>,
    output: Vec<f32>,
    block: usize,
}

impl Resampler {
    /// From `from` to `to` samples a second; both 8 000 to 384 000.
    pub fn new(from: u32, to: u32) -> Result<Self, ResamplerConstructionError> {
        let (block, ratio) = (from as usize / 100, f64::from(to) / f64::from(from));
        let inner = if from == to {
            // Only ever a little off: this is exact enough, and cheap.
            Async::new_poly(ratio, 1.0 + 2.0 * MOST_DRIFT, PolynomialDegree::Septic, block, 1, FixedAsync::Input)?
        } else {
            let parameters = SincInterpolationParameters {
                sinc_len: 128,
                f_cutoff: None,
                oversampling_factor: 128,
                interpolation: SincInterpolationType::Quadratic,
                window: WindowFunction::BlackmanHarris2,
            };
            Async::new_sinc(ratio, 1.0 + 2.0 * MOST_DRIFT, &parameters, block, 1, FixedAsync::Input)?
        };
        let output = vec![0.0; inner.output_frames_max()];
        Ok(Self { inner, output, block })
    }

    /// How many samples [`Self::process`] takes: 10 ms.
    pub fn block(&self) -> usize {
        self.block
    }

    /// Gives about 10 ms of output for a block of input (exactly [`Self::block`] samples; another number gives none).
    pub fn process(&mut self, block: &[f32]) -> &[f32] {
        let capacity = self.output.len();
        let written = InterleavedSlice::new(block, 1, block.len()).ok().and_then(|input| {
            let mut output = InterleavedSlice::new_mut(&mut self.output, 1, capacity).ok()?;
            self.inner.process_into_buffer(&input, &mut output, None).ok()
        });
        &self.output[..written.map_or(0, |(_, written)| written)]
    }

    /// Makes this part more (positive) or less output than the nominal ratio; at most 0.005 either way.
    pub fn set_drift(&mut self, part: f64) {
        let relative = 1.0 + part.clamp(-MOST_DRIFT, MOST_DRIFT);
        // It cannot fail: the range was given at construction.
        let _ = self.inner.set_resample_ratio_relative(relative, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Resamples a second of a tone and returns the output after the filter has filled.
    fn tone(from: u32, to: u32, frequency: f32, drift: f64) -> Vec<f32> {
        let mut resampler = Resampler::new(from, to).unwrap();
        resampler.set_drift(drift);
        let samples: Vec<f32> =
            (0..from).map(|i| (i as f32 * frequency / from as f32 * std::f32::consts::TAU).sin() * 0.5).collect();
        samples.chunks_exact(resampler.block()).flat_map(|block| resampler.process(block).to_vec()).collect()
    }

    fn frequency(samples: &[f32], rate: u32) -> f32 {
        let ups = samples.windows(2).filter(|pair| pair[0] <= 0.0 && pair[1] > 0.0).count();
        ups as f32 * rate as f32 / samples.len() as f32
    }

    #[test]
    fn every_rate_keeps_pitch_length_and_loudness() {
        for device in [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000] {
            for (from, to) in [(device, 48_000), (48_000, device)] {
                let output = tone(from, to, 1000.0, 0.0);
                let length = output.len() as f32 / to as f32;
                assert!((length - 1.0).abs() < 0.02, "{from} to {to}: {length} s");
                let settled = &output[output.len() / 10..];
                let pitch = frequency(settled, to);
                assert!((pitch - 1000.0).abs() < 5.0, "{from} to {to}: {pitch} Hz");
                let square = settled.iter().map(|s| s * s).sum::<f32>() / settled.len() as f32;
                assert!((square.sqrt() - 0.3536).abs() < 0.02, "{from} to {to}: {}", square.sqrt());
            }
        }
    }

    #[test]
    fn drift_makes_more_or_less() {
        let (less, more) = (tone(48_000, 48_000, 440.0, -0.004).len(), tone(48_000, 48_000, 440.0, 0.004).len());
        assert!((47_700..47_900).contains(&less) && (48_100..48_300).contains(&more), "{less} {more}");
    }

    #[test]
    fn a_wrong_block_gives_nothing() {
        assert!(Resampler::new(48_000, 44_100).unwrap().process(&[0.0; 7]).is_empty());
    }
}
