//! A participant beside the servers: it stays when the app's network goes. It runs in a process of its own, which is
//! this test program again, since the SDK's threads belong to the network namespace that they were started in.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::f32::consts::TAU;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use donfra_testbed::{Namespace, Process};
use futures_util::StreamExt;
use livekit::options::TrackPublishOptions;
use livekit::prelude::*;
use livekit::webrtc::audio_source::native::NativeAudioSource;
use livekit::webrtc::audio_stream::native::NativeAudioStream;
use livekit::webrtc::prelude::*;
use livekit::webrtc::video_source::native::NativeVideoSource;
use livekit::webrtc::video_stream::native::NativeVideoStream;
use serde::{Deserialize, Serialize};

/// Hue of the picture, degrees; tone, Hz.
pub const HUE: f32 = 300.;
pub const TONE: u32 = 1200;

const RATE: u32 = 48_000;

/// The environment of the process: LiveKit's address, the token, and the tone to listen for.
const VARIABLES: [&str; 3] = ["DONFRA_TEST_PEER_URL", "DONFRA_TEST_PEER_TOKEN", "DONFRA_TEST_PEER_LISTENS"];

/// What the peer has, told four times a second as a line of JSON.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// Who the peer is.
    pub identity: String,
    /// Frames received so far.
    pub frames: u32,
    /// Loudness of the tone in the last half second, full scale is 1.
    pub level: f32,
    /// The others, by identity, with their names.
    pub people: BTreeMap<String, String>,
    /// Whether the peer is connected.
    pub connected: bool,
}

/// A running peer.
pub struct Peer {
    _process: Process,
    log: PathBuf,
}

impl Peer {
    /// Starts it in the servers' namespace.
    pub fn start(servers: &Namespace, folder: &Path, name: &str, url: &str, token: &str, listens: u32) -> Self {
        let program = std::env::current_exe().unwrap();
        let process = Process::start_command(servers.command(&program), folder, name, |command| {
            command.args(["--exact", "peer::runs_when_asked_to", "--nocapture", "--test-threads=1"]);
            let [url_variable, token_variable, listens_variable] = VARIABLES;
            command.env(url_variable, url).env(token_variable, token).env(listens_variable, listens.to_string());
        });
        Self { _process: process, log: folder.join(format!("{name}.log")) }
    }

    /// Who it is, once it is in the room.
    pub async fn identity(&self) -> String {
        donfra_testbed::eventually("the peer is in the room", async || Some(self.report()?.identity)).await
    }

    /// What it told last.
    pub fn report(&self) -> Option<Report> {
        let text = std::fs::read_to_string(&self.log).ok()?;
        text.lines().rev().find_map(|line| serde_json::from_str(line).ok())
    }
}

#[tokio::test]
async fn runs_when_asked_to() {
    let [url, token, listens] = VARIABLES.map(|name| std::env::var(name).ok());
    if let (Some(url), Some(token), Some(listens)) = (url, token, listens) {
        run(&url, &token, listens.parse().unwrap()).await;
    }
}

async fn run(url: &str, token: &str, listens: f32) {
    let (room, mut events) = Room::connect(url, token, RoomOptions::default()).await.unwrap();
    publish(&room).await;
    let (frames, level) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let mut ticks = tokio::time::interval(Duration::from_millis(250));
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(RoomEvent::TrackSubscribed { track: RemoteTrack::Video(track), .. }) => {
                    let (mut stream, frames) = (NativeVideoStream::new(track.rtc_track()), frames.clone());
                    tokio::spawn(async move {
                        while stream.next().await.is_some() {
                            frames.fetch_add(1, Ordering::Relaxed);
                        }
                    });
                }
                Some(RoomEvent::TrackSubscribed { track: RemoteTrack::Audio(track), .. }) => {
                    tokio::spawn(listen(NativeAudioStream::new(track.rtc_track(), RATE as i32, 1), listens, level.clone()));
                }
                Some(_) => {}
                None => return,
            },
            _ = ticks.tick() => {
                let people = room.remote_participants().into_values();
                let report = Report {
                    identity: room.local_participant().identity().to_string(),
                    frames: frames.load(Ordering::Relaxed),
                    level: f32::from_bits(level.load(Ordering::Relaxed)),
                    people: people.map(|person| (person.identity().to_string(), person.name())).collect(),
                    connected: room.connection_state() == ConnectionState::Connected,
                };
                println!("\n{}", serde_json::to_string(&report).unwrap());
            }
        }
    }
}

/// How loud the tone is (Goertzel's algorithm), each half second.
async fn listen(mut stream: NativeAudioStream, hz: f32, level: Arc<AtomicU32>) {
    let mut samples: Vec<f32> = Vec::new();
    while let Some(frame) = stream.next().await {
        samples.extend(frame.data.iter().map(|sample| f32::from(*sample) / 32_768.));
        if samples.len() >= RATE as usize / 2 {
            let turn = 2. * (TAU * hz / RATE as f32).cos();
            let (mut one, mut two) = (0f32, 0f32);
            for sample in &samples {
                (one, two) = (sample + turn * one - two, one);
            }
            let power = one * one + two * two - turn * one * two;
            level.store((2. * power.max(0.).sqrt() / samples.len() as f32).to_bits(), Ordering::Relaxed);
            samples.clear();
        }
    }
    level.store(0, Ordering::Relaxed);
}

/// A picture of one hue with a bar that wanders through it, and a tone.
async fn publish(room: &Room) {
    let picture = NativeVideoSource::new(VideoResolution { width: 320, height: 180 }, false);
    let sound = NativeAudioSource::new(AudioSourceOptions::default(), RATE, 1, 100);
    let video = LocalVideoTrack::create_video_track("camera", RtcVideoSource::Native(picture.clone()));
    let audio = LocalAudioTrack::create_audio_track("microphone", RtcAudioSource::Native(sound.clone()));
    for (track, source) in
        [(LocalTrack::Video(video), TrackSource::Camera), (LocalTrack::Audio(audio), TrackSource::Microphone)]
    {
        let options = TrackPublishOptions { source, simulcast: false, ..TrackPublishOptions::default() };
        room.local_participant().publish_track(track, options).await.unwrap();
    }
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(66));
        for number in 0usize.. {
            ticks.tick().await;
            let mut buffer = I420Buffer::new(320, 180);
            let (y, u, v) = buffer.data_mut();
            let bar = number * 8 % 280;
            for row in y.chunks_exact_mut(320) {
                row.fill(109);
                row[bar..bar + 40].fill(235);
            }
            for (plane, colour) in [(u, 175), (v, 188)] {
                for row in plane.chunks_exact_mut(160) {
                    row.fill(colour);
                    row[bar / 2..bar / 2 + 20].fill(128);
                }
            }
            picture.capture_frame(&VideoFrame::new(VideoRotation::VideoRotation0, buffer));
        }
    });
    tokio::spawn(async move {
        for start in (0u64..).step_by(480) {
            let wave = |at: u64| {
                (8_000. * (TAU * ((at * u64::from(TONE)) % u64::from(RATE)) as f32 / RATE as f32).sin()) as i16
            };
            let data = Cow::Owned((start..start + 480).map(wave).collect());
            let frame = AudioFrame { data, sample_rate: RATE, num_channels: 1, samples_per_channel: 480 };
            if sound.capture_frame(&frame).await.is_err() {
                return;
            }
        }
    });
}
