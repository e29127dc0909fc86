//! Audio through a real server: a tone with its pitch and level, muting, the stream's end.

mod common;

use std::{borrow::Cow, f64::consts::TAU, time::Duration};

use common::*;
use futures_util::StreamExt;
use livekit::{
    options::TrackPublishOptions,
    prelude::*,
    webrtc::{
        audio_source::native::NativeAudioSource, audio_stream::native::NativeAudioStream, prelude::*, stats::RtcStats,
    },
};

const RATE: u32 = 48_000;
const AMPLITUDE: f64 = 8_000.0;

/// Sends a tone until dropped.
struct Tone(tokio::task::JoinHandle<()>);

impl Tone {
    fn play(source: NativeAudioSource, hertz: f64) -> Self {
        Self(tokio::spawn(async move {
            let mut at = 0u64;
            loop {
                let samples: Vec<i16> = (at..at + 480)
                    .map(|at| (AMPLITUDE * (TAU * hertz * at as f64 / f64::from(RATE)).sin()) as i16)
                    .collect();
                at += 480;
                let frame = AudioFrame {
                    data: Cow::Owned(samples),
                    sample_rate: RATE,
                    num_channels: 1,
                    samples_per_channel: 480,
                };
                source.capture_frame(&frame).await.expect("the frame fits");
            }
        }))
    }
}

impl Drop for Tone {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The amplitude of one frequency in samples of one channel (Goertzel's algorithm).
fn amplitude(samples: &[i16], rate: f64, hertz: f64) -> f64 {
    let coefficient = 2.0 * (TAU * hertz / rate).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for sample in samples {
        let now = f64::from(*sample) + coefficient * last - before;
        (before, last) = (last, now);
    }
    let power = last * last + before * before - coefficient * last * before;
    2.0 * power.max(0.0).sqrt() / samples.len() as f64
}

/// The next `ms` milliseconds of a stream.
async fn listen(stream: &mut NativeAudioStream, ms: usize) -> Vec<AudioFrame<'static>> {
    tokio::time::timeout(PATIENCE, async {
        let mut frames = Vec::new();
        while frames.len() < ms / 10 {
            frames.push(stream.next().await.expect("the stream goes on"));
        }
        frames
    })
    .await
    .expect("audio comes")
}

fn first_channel(frames: &[AudioFrame<'_>]) -> Vec<i16> {
    frames.iter().flat_map(|frame| frame.data.iter().copied().step_by(frame.num_channels as usize)).collect()
}

/// Listens until a piece of 200 ms fits.
async fn hear(stream: &mut NativeAudioStream, mut fits: impl FnMut(&[i16]) -> bool) {
    let mut loudest = 0;
    let heard = tokio::time::timeout(PATIENCE, async {
        loop {
            let samples = first_channel(&listen(stream, 200).await);
            loudest = samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
            if fits(&samples) {
                return;
            }
        }
    });
    if heard.await.is_err() {
        panic!("nothing fits; the loudest sample of the last piece: {loudest}");
    }
}

fn is_tone(samples: &[i16], rate: f64) -> bool {
    let at_1_khz = amplitude(samples, rate, 1_000.0);
    let elsewhere = [250.0, 500.0, 2_000.0, 3_000.0].map(|hertz| amplitude(samples, rate, hertz));
    (AMPLITUDE * 0.7..AMPLITUDE * 1.3).contains(&at_1_khz) && elsewhere.iter().all(|other| *other < at_1_khz / 20.0)
}

async fn publish(person: &Person, source: &NativeAudioSource) -> LocalTrackPublication {
    let track = LocalAudioTrack::create_audio_track("microphone", RtcAudioSource::Native(source.clone()));
    let options = TrackPublishOptions { source: TrackSource::Microphone, ..Default::default() };
    person.room.local_participant().publish_track(LocalTrack::Audio(track), options).await.expect("it is published")
}

#[tokio::test]
async fn a_tone_arrives_with_its_pitch_and_level_until_muted() {
    let server = Server::start().await;
    let (publisher, mut subscriber) = server.pair("media").await;
    let source = NativeAudioSource::new(AudioSourceOptions::default(), RATE, 1, 100);
    let _tone = Tone::play(source.clone(), 1_000.0);
    let publication = publish(&publisher, &source).await;
    let (track, _) = subscriber.subscribed_audio().await;

    let mut stream = NativeAudioStream::new(track.rtc_track(), RATE as i32, 1);
    hear(&mut stream, |samples| is_tone(samples, f64::from(RATE))).await;

    // The same track, resampled and in two channels, beside the first.
    let mut other = NativeAudioStream::new(track.rtc_track(), 16_000, 2);
    hear(&mut other, |samples| is_tone(samples, 16_000.0)).await;
    let frame = listen(&mut other, 10).await.remove(0);
    assert_eq!((frame.sample_rate, frame.num_channels, frame.samples_per_channel), (16_000, 2, 160));
    assert_eq!(frame.data.len(), 320);
    drop(other);

    publication.mute();
    hear(&mut stream, |samples| samples.iter().all(|sample| sample.unsigned_abs() < 50)).await;
    publication.unmute();
    hear(&mut stream, |samples| is_tone(samples, f64::from(RATE))).await;

    let stats = track.get_stats().await.expect("statistics");
    let codec = stats.iter().find_map(|stats| match stats {
        RtcStats::Codec(codec) => Some(codec.codec.mime_type.as_str()),
        _ => None,
    });
    assert_eq!(codec, Some("audio/opus"));

    publisher.room.local_participant().unpublish_track(&publication.sid()).await.expect("it is unpublished");
    let ended = tokio::time::timeout(PATIENCE, async { while stream.next().await.is_some() {} }).await;
    ended.expect("the stream ends with its track");
}

#[tokio::test]
async fn a_reader_that_sleeps_misses_the_oldest_and_nothing_piles_up() {
    let server = Server::start().await;
    let (publisher, mut subscriber) = server.pair("media").await;
    let source = NativeAudioSource::new(AudioSourceOptions::default(), RATE, 1, 100);
    let _tone = Tone::play(source.clone(), 1_000.0);
    publish(&publisher, &source).await;
    let (track, _) = subscriber.subscribed_audio().await;
    let mut stream = NativeAudioStream::new(track.rtc_track(), RATE as i32, 1);
    listen(&mut stream, 100).await;
    let before = livekit::live_handles();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(livekit::live_handles() <= before + 12, "{} handles, before {before}", livekit::live_handles());

    // What waits is 100 ms at most: it is there at once, and then real time goes on.
    let started = std::time::Instant::now();
    listen(&mut stream, 500).await;
    assert!(started.elapsed() > Duration::from_millis(250), "500 ms of audio after {:?}", started.elapsed());
}

#[tokio::test]
async fn streams_of_impossible_formats_are_at_their_end() {
    let server = Server::start().await;
    let (publisher, mut subscriber) = server.pair("media").await;
    let source = NativeAudioSource::new(AudioSourceOptions::default(), RATE, 1, 100);
    publish(&publisher, &source).await;
    let (track, _) = subscriber.subscribed_audio().await;
    for (rate, channels) in [(0, 1), (-1, 1), (48_000, 0), (48_000, -2), (44_150, 1), (i32::MAX, 1), (48_000, 1_000)] {
        let mut stream = NativeAudioStream::new(track.rtc_track(), rate, channels);
        assert!(stream.next().await.is_none(), "{rate} Hz, {channels} channels");
    }
}
