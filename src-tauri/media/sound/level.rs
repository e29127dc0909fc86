//! How loud something is, as a meter shows it.

use std::sync::atomic::{AtomicU32, Ordering};

/// What a meter shows as silence, dB below full scale.
const SILENCE_DB: f32 = -50.0;
/// How much of the last value stays, a frame of 10 ms later, when it gets quieter.
const FALL: f32 = 0.93;

/// A level that one thread writes and others read.
#[derive(Debug, Default)]
pub struct Level(AtomicU32);

impl Level {
    /// 0 (silence) to 1 (full scale), linear in dB.
    pub fn get(&self) -> f32 {
        f32::from_bits(self.0.load(Ordering::Relaxed))
    }

    /// Takes a frame of 10 ms into account; samples are −1 to 1.
    pub fn add(&self, samples: impl ExactSizeIterator<Item = f32>) {
        let count = samples.len().max(1) as f32;
        let mean_square = samples.map(|sample| sample * sample).sum::<f32>() / count;
        let db = 10.0 * mean_square.max(1e-10).log10();
        let level = ((db - SILENCE_DB) / -SILENCE_DB).clamp(0.0, 1.0);
        self.0.store(level.max(self.get() * FALL).to_bits(), Ordering::Relaxed);
    }

    /// Silence at once.
    pub fn clear(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loud_is_more_than_quiet_and_silence_fades() {
        let level = Level::default();
        level.add([0.01; 480].into_iter());
        let quiet = level.get();
        level.add([0.5; 480].into_iter());
        let loud = level.get();
        assert!(0.1 < quiet && quiet < 0.3 && 0.8 < loud && loud < 1.0, "{quiet} {loud}");
        (0..100).for_each(|_| level.add([0.0; 480].into_iter()));
        assert!(level.get() < 0.01);
    }
}
