//! An open microphone: samples from the device's callback, through a ring, to the microphone's thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::Thread;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{FromSample, Sample, SampleFormat, SizedSample};
use parking_lot::Mutex;
use rtrb::{Consumer, Producer, RingBuffer};

use super::SoundError;
use super::devices::Selected;

/// Samples of a device that can wait for its thread, in parts of a second; newer ones are dropped: 200 ms.
const WAITING: u32 = 5;

/// What a stream's callbacks tell the thread that owns it.
#[derive(Default)]
pub(super) struct Health {
    /// Callbacks so far: a stream that stands still is dead.
    pub callbacks: AtomicU64,
    /// Why the stream is of no more use.
    pub failure: Mutex<Option<SoundError>>,
}

impl Health {
    /// What to do on a stream's error: glitches are not worth a word, all else ends the stream.
    pub fn failed(&self, error: cpal::Error) {
        use cpal::ErrorKind;
        match error.kind() {
            ErrorKind::Xrun | ErrorKind::RealtimeDenied | ErrorKind::DeviceChanged => {
                tracing::debug!(%error, "sound stream");
            }
            kind => {
                tracing::warn!(%error, "sound stream lost");
                let gone = matches!(
                    kind,
                    ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable | ErrorKind::StreamInvalidated
                );
                *self.failure.lock() = Some(if gone { SoundError::Gone } else { error.into() });
            }
        }
    }
}

/// An open microphone. Dropping it closes the device.
pub(super) struct Input {
    /// Mono, at the device's rate.
    pub samples: Consumer<f32>,
    pub health: Arc<Health>,
    _stream: cpal::Stream,
}

impl Input {
    /// Opens the device; `wake` is unparked when there are samples.
    pub fn open(selected: &Selected, wake: Thread) -> Result<Self, SoundError> {
        let (producer, samples) = RingBuffer::new((selected.config.sample_rate / WAITING) as usize);
        let health = Arc::new(Health::default());
        let build = Build { selected, producer, health: health.clone(), wake };
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
        Ok(Self { samples, health, _stream: stream })
    }
}

struct Build<'a> {
    selected: &'a Selected,
    producer: Producer<f32>,
    health: Arc<Health>,
    wake: Thread,
}

impl Build<'_> {
    fn stream<T: SizedSample>(self) -> Result<cpal::Stream, SoundError>
    where
        f32: FromSample<T>,
    {
        let Self { selected, mut producer, health, wake } = self;
        let channels = usize::from(selected.config.channels).max(1);
        let errors = health.clone();
        let stream = selected.device.build_input_stream::<T, _, _>(
            selected.config,
            // No lock and no allocation in here: it runs at the device's pace.
            move |data, _| {
                push_mono(&mut producer, data, channels);
                health.callbacks.fetch_add(1, Ordering::Relaxed);
                wake.unpark();
            },
            move |error| errors.failed(error),
            None,
        )?;
        Ok(stream)
    }
}

/// Mixes interleaved samples to mono: the mean of the first two channels (what else a device with more of them sends
/// is no voice).
fn push_mono<T: Sample>(to: &mut Producer<f32>, data: &[T], channels: usize)
where
    f32: FromSample<T>,
{
    let used = channels.min(2);
    let mono = data
        .chunks_exact(channels)
        .map(|frame| frame[..used].iter().map(|sample| f32::from_sample(*sample)).sum::<f32>() / used as f32);
    let fit = to.slots().min(data.len() / channels);
    if let Ok(chunk) = to.write_chunk_uninit(fit) {
        chunk.fill_from_iter(mono);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_channels_becomes_one() {
        for channels in [1, 2, 3, 8] {
            let (mut to, mut from) = RingBuffer::new(4);
            let frame: Vec<i16> = (0..channels).map(|channel| if channel < 2 { 16_384 } else { 0 }).collect();
            // One frame more than fits, and half of one.
            let data: Vec<i16> = frame.repeat(5).into_iter().chain(frame[..channels / 2].iter().copied()).collect();
            push_mono(&mut to, &data, channels);
            let got: Vec<f32> = std::iter::from_fn(|| from.pop().ok()).collect();
            assert_eq!(got, [0.5; 4], "{channels} channels");
        }
    }
}
