//! Tracks of absurd sizes, and sizes that change with every frame.

use std::time::Duration;

use livekit::options::{TrackPublishOptions, VideoCodec};
use livekit::prelude::*;
use livekit::webrtc::audio_source::native::NativeAudioSource;
use livekit::webrtc::prelude::*;
use livekit::webrtc::video_source::native::NativeVideoSource;

use crate::support::stage::Stage;
use crate::support::window::tile;
use crate::world::{RESPONSIVE, World};

/// Widths and heights, one frame each, in turn. Smaller ones no sender's WebRTC lives to send: those are left to the
/// scaler's own tests.
const SIZES: [(u32, u32); 10] = [
    (16, 16),
    (16, 4096),
    (4096, 16),
    (17, 19),
    (333, 77),
    (77, 333),
    (641, 359),
    (16, 2160),
    (3840, 2160),
    (1280, 721),
];

/// How many sounds one person publishes.
const SOUNDS: usize = 12;

/// The largest that the encoder takes well.
const LARGEST: (u32, u32) = (8192, 8192);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tracks_of_any_size_are_shown_or_left_out() {
    let stage = Stage::set("hostile_pictures").await;
    let world = World::start(&stage).await;
    let peer = world.peer("sizes", "Sizes").await;
    let source = publish(&peer, TrackSource::Camera).await;
    let before = world.memory();
    let (most, slowest) = world
        .asked_meanwhile(async {
            let mut most = before;
            for (width, height) in SIZES.into_iter().cycle().take(SIZES.len() * 8) {
                capture(&source, width, height);
                tokio::time::sleep(Duration::from_millis(80)).await;
                let now = world.memory();
                (most.app, most.page) = (most.app.max(now.app), most.page.max(now.page));
            }
            most
        })
        .await;
    // Whatever was before, an ordinary picture is shown.
    world.window.sees(&tile("sizes", "camera")).await;
    donfra_testbed::eventually("an ordinary picture is shown after all that", async || {
        capture(&source, 640, 360);
        let frames = world.window.attribute(&tile("sizes", "camera"), "data-visible").await;
        (frames == "true").then_some(())
    })
    .await;

    let (huge, slowest_huge) = world
        .asked_meanwhile(async {
            for _ in 0..4 {
                capture(&source, LARGEST.0, LARGEST.1);
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            // It is not received any more, and its tile says so.
            world.window.sees(&format!("{}[data-too-large=true]", tile("sizes", "camera"))).await;
            tokio::time::sleep(Duration::from_secs(2)).await;
            world.memory()
        })
        .await;
    println!(
        "pictures: {before:?} → at most {most:?}, with {LARGEST:?} {huge:?}, slowest answer {slowest:?} and \
         {slowest_huge:?}"
    );
    assert!(slowest.max(slowest_huge) < RESPONSIVE);
    assert!(most.app < before.app + 400, "{before:?} → {most:?}, {huge:?}");
    assert!(huge.app < before.app + 250, "what was needed for it is given back: {before:?} → {huge:?}");
    stage.screen.save(&stage.folder.join("too-large.png"));

    // Another picture of the same person is shown.
    let publication = peer.local_participant().track_publications().into_keys().next().expect("there is one");
    peer.local_participant().unpublish_track(&publication).await.unwrap();
    let source = publish(&peer, TrackSource::Camera).await;
    donfra_testbed::eventually("a picture of an ordinary size is shown again", async || {
        capture(&source, 640, 360);
        (world.window.attribute(&tile("sizes", "camera"), "data-visible").await == "true").then_some(())
    })
    .await;
    many_sounds(&stage, &peer).await;
    peer.close().await.unwrap();
    world.window.sees_no(&tile("sizes", "camera")).await;
    world.is_well().await;
}

/// One person's sounds are played up to a bound; the rest is not even received.
async fn many_sounds(stage: &Stage, peer: &Room) {
    for number in 0..SOUNDS {
        let source = NativeAudioSource::new(AudioSourceOptions::default(), 48_000, 1, 100);
        let track = LocalAudioTrack::create_audio_track(&format!("sound {number}"), RtcAudioSource::Native(source));
        let options = TrackPublishOptions { source: TrackSource::Microphone, ..TrackPublishOptions::default() };
        peer.local_participant().publish_track(LocalTrack::Audio(track), options).await.unwrap();
    }
    let log = || std::fs::read_to_string(stage.folder.join("host/app.log")).unwrap_or_default();
    let told = "somebody publishes more sounds than are played";
    donfra_testbed::eventually("the sounds beyond the bound are left out", async || log().contains(told).then_some(()))
        .await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(log().matches(told).count(), 1, "said once, however many they are");
}

async fn publish(peer: &Room, source: TrackSource) -> NativeVideoSource {
    let native = NativeVideoSource::new(VideoResolution { width: 640, height: 360 }, false);
    let track = LocalVideoTrack::create_video_track("sizes", RtcVideoSource::Native(native.clone()));
    let options = TrackPublishOptions {
        source,
        simulcast: false,
        video_codec: VideoCodec::VP8,
        ..TrackPublishOptions::default()
    };
    peer.local_participant().publish_track(LocalTrack::Video(track), options).await.unwrap();
    native
}

fn capture(source: &NativeVideoSource, width: u32, height: u32) {
    let mut buffer = I420Buffer::new(width, height);
    let (y, u, v) = buffer.data_mut();
    y.fill(120);
    u.fill(90);
    v.fill(200);
    source.capture_frame(&VideoFrame::new(VideoRotation::VideoRotation0, buffer));
}
