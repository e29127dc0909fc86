//! Keeps a mix of many voices within full scale, without the harshness of clipping.

/// Loudest sample that passes unchanged.
const CEILING: f32 = 0.9;
/// How far the gain comes back towards 1 in each frame of 10 ms: half of the way in 70 ms.
const RELEASE: f32 = 0.1;
/// Samples over which the gain falls when something loud comes: 1 ms.
const ATTACK: usize = 48;

/// A limiter for mono frames. Falls fast, rises slowly, bends what is still above.
#[derive(Debug)]
pub struct Limiter {
    gain: f32,
}

impl Default for Limiter {
    fn default() -> Self {
        Self { gain: 1.0 }
    }
}

impl Limiter {
    /// Limits 10 ms in place; afterwards all samples are within −1 to 1.
    pub fn process(&mut self, frame: &mut [f32]) {
        let peak = frame.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        let allowed = if peak > CEILING { CEILING / peak } else { 1.0 };
        let (from, to) = (self.gain, allowed.min(self.gain + (1.0 - self.gain) * RELEASE));
        let ramp = if to < from { ATTACK } else { frame.len() };
        for (place, sample) in frame.iter_mut().enumerate() {
            let part = ((place + 1) as f32 / ramp as f32).min(1.0);
            *sample = bend(*sample * (from + (to - from) * part));
        }
        self.gain = to;
    }
}

/// Unchanged up to the ceiling, bent smoothly towards 1 above it.
fn bend(sample: f32) -> f32 {
    let over = sample.abs() - CEILING;
    if over <= 0.0 {
        return sample;
    }
    (CEILING + (1.0 - CEILING) * (over / (1.0 - CEILING)).tanh()).copysign(sample)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(amplitude: f32) -> Vec<f32> {
        (0..480).map(|i| (i as f32 / 48.0 * std::f32::consts::TAU).sin() * amplitude).collect()
    }

    #[test]
    fn quiet_sound_passes_unchanged() {
        let mut frame = sine(0.5);
        Limiter::default().process(&mut frame);
        assert_eq!(frame, sine(0.5));
    }

    #[test]
    fn loud_sound_stays_within_scale_and_keeps_its_shape() {
        let mut limiter = Limiter::default();
        for _ in 0..20 {
            let mut frame = sine(4.0);
            limiter.process(&mut frame);
            assert!(frame.iter().all(|sample| sample.abs() <= 1.0));
        }
        let mut frame = sine(4.0);
        limiter.process(&mut frame);
        // Settled: a sine at the ceiling, not a clipped one.
        for (got, want) in frame.iter().zip(sine(CEILING)) {
            assert!((got - want).abs() < 0.02, "{got} {want}");
        }
    }

    #[test]
    fn it_recovers() {
        let mut limiter = Limiter::default();
        limiter.process(&mut sine(4.0));
        (0..100).for_each(|_| limiter.process(&mut sine(0.2)));
        let mut frame = sine(0.2);
        limiter.process(&mut frame);
        assert!((frame[12] - 0.2).abs() < 0.01);
    }
}
