//! An open loudspeaker: samples from the speaker's thread, through a ring, to the device's callback.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::Thread;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{FromSample, SampleFormat, SizedSample};
use rtrb::{Consumer, Producer, RingBuffer};

use super::devices::Selected;
use super::input::Health;
use super::resample::Resampler;
use super::{RATE, SoundError};

/// Times 10 ms that are kept ready at most, for a machine that is late often.
const MOST_READY: usize = 6;

/// What the device's callback asked for.
#[derive(Default)]
struct Demand {
    /// Most samples in one call.
    largest: AtomicUsize,
    /// Calls that found too few samples, the very first ones aside.
    short: AtomicUsize,
}

/// An open loudspeaker. Dropping it closes the device.
pub(super) struct Output {
    resampler: Resampler,
    /// Mono, at the device's rate.
    samples: Producer<f32>,
    demand: Arc<Demand>,
    pub health: Arc<Health>,
    block: usize,
    _stream: cpal::Stream,
}

impl Output {
    /// Opens the device; `wake` is unparked when it has taken samples.
    pub fn open(selected: &Selected, wake: Thread) -> Result<Self, SoundError> {
        let rate = selected.config.sample_rate;
        let resampler = Resampler::new(RATE, rate).map_err(|error| SoundError::Other(error.to_string()))?;
        // Room for a device that asks for a lot at once.
        let (samples, consumer) = RingBuffer::new(rate as usize / 2);
        let (health, demand) = (Arc::new(Health::default()), Arc::new(Demand::default()));
        let build = Build { selected, consumer, health: health.clone(), demand: demand.clone(), wake };
        let stream = match selected.format {
            SampleFormat::F32 => build.stream::<f32>(),
            SampleFormat::F64 => build.stream::<f64>(),
            SampleFormat::I8 => build.stream::<i8>(),
            SampleFormat::I16 => build.stream::<i16>(),
            SampleFormat::I24 => build.stream::<cpal::I24>(),
            SampleFormat::I32 => build.stream::<i32>(),
            SampleFormat::U8 => build.stream::<u8>(),
            SampleFormat::U16 => build.stream::<u16>(),
            SampleFormat::U32 => build.stream::<u32>(),
            other => return Err(SoundError::Other(format!("samples of type {other} are not supported"))),
        }?;
        stream.play()?;
        Ok(Self { resampler, samples, demand, health, block: rate as usize / 100, _stream: stream })
    }

    /// Whether the device is to be given another 10 ms: less waits than its largest bite and 10 ms more, or as much
    /// more as proved necessary.
    pub fn hungry(&self) -> bool {
        let waiting = self.samples.buffer().capacity() - self.samples.slots();
        let ready = (1 + self.demand.short.load(Ordering::Relaxed)).min(MOST_READY);
        let enough = self.demand.largest.load(Ordering::Relaxed).max(self.block) + ready * self.block;
        waiting < enough.min(self.samples.buffer().capacity() - 2 * self.block)
    }

    /// Gives the device 10 ms of 48 kHz mono, stretched by this part (see [`super::mixer::Mixer::drift`]).
    pub fn push(&mut self, frame: &[f32], drift: f64) {
        self.resampler.set_drift(drift);
        let samples = self.resampler.process(frame);
        let fit = samples.len().min(self.samples.slots());
        if let Ok(chunk) = self.samples.write_chunk_uninit(fit) {
            chunk.fill_from_iter(samples.iter().copied());
        }
    }
}

struct Build<'a> {
    selected: &'a Selected,
    consumer: Consumer<f32>,
    health: Arc<Health>,
    demand: Arc<Demand>,
    wake: Thread,
}

impl Build<'_> {
    fn stream<T: SizedSample + FromSample<f32>>(self) -> Result<cpal::Stream, SoundError> {
        let Self { selected, mut consumer, health, demand, wake } = self;
        let channels = usize::from(selected.config.channels).max(1);
        let errors = health.clone();
        let mut fed = false;
        let stream = selected.device.build_output_stream::<T, _, _>(
            selected.config,
            // No lock and no allocation in here: it runs at the device's pace.
            move |data, _| {
                let asked = data.len() / channels;
                if !pop_to_channels(&mut consumer, data, channels) && fed {
                    demand.short.fetch_add(1, Ordering::Relaxed);
                }
                fed |= !consumer.is_empty();
                demand.largest.fetch_max(asked, Ordering::Relaxed);
                health.callbacks.fetch_add(1, Ordering::Relaxed);
                wake.unpark();
            },
            move |error| errors.failed(error),
            None,
        )?;
        Ok(stream)
    }
}

/// Puts mono samples on the first two channels (front left and right), silence on the others and where none is there.
/// Returns whether there were enough.
fn pop_to_channels<T: SizedSample + FromSample<f32>>(
    from: &mut Consumer<f32>,
    data: &mut [T],
    channels: usize,
) -> bool {
    data.fill(T::EQUILIBRIUM);
    let asked = data.len() / channels;
    let there = from.slots().min(asked);
    let Ok(chunk) = from.read_chunk(there) else { return false };
    for (frame, sample) in data.chunks_exact_mut(channels).zip(chunk) {
        frame[..channels.min(2)].fill(T::from_sample(sample));
    }
    there == asked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_channel_becomes_any_number() {
        for channels in [1, 2, 3, 8] {
            let (mut to, mut from) = RingBuffer::new(4);
            (0..2).for_each(|_| to.push(0.5).unwrap());
            let mut data = vec![7_i16; channels * 3];
            assert!(!pop_to_channels(&mut from, &mut data, channels), "three were asked for");
            for (frame, samples) in data.chunks(channels).enumerate() {
                for (channel, sample) in samples.iter().enumerate() {
                    let want = if frame < 2 && channel < 2 { 16_384 } else { 0 };
                    assert!((sample - want).abs() <= 1, "{channels} channels, frame {frame}: {samples:?}");
                }
            }
        }
    }
}
