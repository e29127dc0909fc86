//! The tone that stands in for a voice.

/// A sine wave, phase kept from call to call.
#[derive(Clone, Copy, Debug)]
pub struct Tone {
    phase: f32,
    step: f32,
}

impl Tone {
    /// Loudness of the tone, of full scale.
    const AMPLITUDE: f32 = 0.25;

    /// A tone of `frequency` Hz at `rate` samples a second.
    pub fn new(frequency: f32, rate: u32) -> Self {
        Self { phase: 0.0, step: frequency / rate as f32 }
    }

    /// The next samples.
    pub fn fill(&mut self, samples: &mut [i16]) {
        for sample in samples {
            let value = (self.phase * std::f32::consts::TAU).sin() * Self::AMPLITUDE;
            *sample = (value * f32::from(i16::MAX)) as i16;
            self.phase = (self.phase + self.step).fract();
        }
    }
}
