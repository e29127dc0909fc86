//! Video through a real server: pixels, sizes, layers, statistics, encryption.

mod common;
mod media_support;

use std::sync::{Arc, Mutex};

use common::*;
use futures_util::StreamExt;
use livekit::{
    e2ee::{
        E2eeOptions, EncryptionType,
        key_provider::{KeyProvider, KeyProviderOptions},
    },
    options::{TrackPublishOptions, VideoCodec},
    prelude::*,
    track::VideoQuality,
    webrtc::{
        native::yuv_helper, prelude::*, stats::RtcStats, video_source::native::NativeVideoSource,
        video_stream::native::NativeVideoStream,
    },
};
use media_support::*;

/// What a camera shows, changeable while it runs.
#[derive(Clone)]
struct Scene(Arc<Mutex<Arc<dyn VideoBuffer>>>);

struct Shared(Arc<dyn VideoBuffer>);

impl AsRef<dyn VideoBuffer> for Shared {
    fn as_ref(&self) -> &(dyn VideoBuffer + 'static) {
        &*self.0
    }
}

impl Scene {
    fn new(buffer: impl VideoBuffer + 'static) -> Self {
        Self(Arc::new(Mutex::new(Arc::new(buffer))))
    }

    fn show(&self, buffer: impl VideoBuffer + 'static) {
        *self.0.lock().expect("no one panicked") = Arc::new(buffer);
    }

    /// Captures the scene into a source, 30 times a second.
    fn film(&self, source: &NativeVideoSource) -> Ticker {
        let (scene, source) = (self.0.clone(), source.clone());
        Ticker::new(move || {
            let buffer = Shared(scene.lock().expect("no one panicked").clone());
            assert!(source.capture_frame(&VideoFrame::new(VideoRotation::VideoRotation0, buffer)));
        })
    }
}

async fn publish(person: &Person, source: &NativeVideoSource, options: TrackPublishOptions) -> LocalTrackPublication {
    let track = LocalVideoTrack::create_video_track("camera", RtcVideoSource::Native(source.clone()));
    person.room.local_participant().publish_track(LocalTrack::Video(track), options).await.expect("it is published")
}

fn camera(simulcast: bool) -> TrackPublishOptions {
    TrackPublishOptions {
        source: TrackSource::Camera,
        simulcast,
        video_codec: VideoCodec::VP8,
        // A busy machine may cost frames here, not pixels.
        degradation_preference: Some(DegradationPreference::MaintainResolution),
        ..Default::default()
    }
}

/// Waits for a frame that fits; the frame's size and colours if none does.
async fn frame_with(stream: &mut NativeVideoStream, mut fits: impl FnMut(&BoxVideoFrame) -> bool) -> BoxVideoFrame {
    let mut last = String::from("no frame");
    let found = tokio::time::timeout(PATIENCE, async {
        while let Some(frame) = stream.next().await {
            if fits(&frame) {
                return frame;
            }
            last = format!("{:?} {:?}", frame.buffer, frame.buffer.as_i420().map(colours));
        }
        panic!("the stream ended; {last}");
    })
    .await;
    found.unwrap_or_else(|_| panic!("no frame fits; the last: {last}"))
}

fn shows(frame: &BoxVideoFrame, size: (u32, u32), left: Colour, right: Colour) -> bool {
    let Some(i420) = frame.buffer.as_i420() else { return false };
    let seen = colours(i420);
    // Odd sizes may lose their last pixels to the encoder's alignment.
    let (width, height) = (i420.width(), i420.height());
    let fits = width <= size.0 && height <= size.1 && size.0 - width < 4 && size.1 - height < 4;
    fits && alike(seen.0, left) && alike(seen.1, right)
}

#[tokio::test]
async fn pixels_arrive_from_every_format_and_at_every_size() {
    let server = Server::start().await;
    let (publisher, mut subscriber) = server.pair("media").await;
    let source = NativeVideoSource::new(VideoResolution { width: 640, height: 360 }, false);
    let scene = Scene::new(halves(640, 360, RED, BLUE));
    let _film = scene.film(&source);
    let publication = publish(&publisher, &source, camera(false)).await;
    let (track, _) = subscriber.subscribed_video().await;
    let mut stream = NativeVideoStream::new(track.rtc_track());

    let frame = frame_with(&mut stream, |frame| shows(frame, (640, 360), RED, BLUE)).await;
    assert_eq!(frame.rotation, VideoRotation::VideoRotation0);
    let mut rgba = vec![0; 640 * 360 * 4];
    frame.buffer.to_argb(VideoFormatType::ABGR, &mut rgba, 640 * 4, 640, 360);
    let left = &rgba[(180 * 640 + 100) * 4..][..4];
    assert!(left[0] > 220 && left[1] < 40 && left[2] < 40 && left[3] == 255, "red, not {left:?}");
    let mut own = frame.buffer.to_i420();
    drop(frame);
    own.data_mut().0.fill(0);

    let mut nv12 = NV12Buffer::new(640, 360);
    let from = halves(640, 360, GREEN, RED);
    {
        let ((fy, fu, fv), (sy, su, sv), (ty, tuv)) = (from.data(), from.strides(), nv12.strides());
        let (y, uv) = nv12.data_mut();
        yuv_helper::i420_to_nv12(fy, sy, fu, su, fv, sv, y, ty, uv, tuv, 640, 360);
    }
    scene.show(nv12);
    frame_with(&mut stream, |frame| shows(frame, (640, 360), GREEN, RED)).await;

    let pixels: Vec<u8> =
        (0..640 * 360).flat_map(|at| if at % 640 < 320 { [0, 0, 255, 255] } else { [255, 255, 255, 255] }).collect();
    let mut converted = I420Buffer::new(640, 360);
    let (sy, su, sv) = converted.strides();
    let (y, u, v) = converted.data_mut();
    yuv_helper::abgr_to_i420(&pixels, 2560, y, sy, u, su, v, sv, 640, 360);
    scene.show(converted);
    frame_with(&mut stream, |frame| shows(frame, (640, 360), BLUE, WHITE)).await;

    for (width, height) in [(320, 180), (641, 359), (1280, 720), (161, 91), (640, 360)] {
        scene.show(halves(width, height, RED, GREEN));
        frame_with(&mut stream, |frame| shows(frame, (width, height), RED, GREEN)).await;
    }

    // The track's end is the stream's end, after which nothing of it is left.
    publisher.room.local_participant().unpublish_track(&publication.sid()).await.expect("it is unpublished");
    let ended = tokio::time::timeout(PATIENCE, async { while stream.next().await.is_some() {} }).await;
    ended.expect("the stream ends with its track");
}

#[tokio::test]
async fn layers_follow_the_quality_asked_for() {
    let server = Server::start().await;
    let (publisher, mut subscriber) = server.pair("media").await;
    let source = NativeVideoSource::new(VideoResolution { width: 1280, height: 720 }, false);
    let _film = Scene::new(halves(1280, 720, RED, BLUE)).film(&source);
    publish(&publisher, &source, camera(true)).await;
    let (track, publication) = subscriber.subscribed_video().await;
    let mut stream = NativeVideoStream::new(track.rtc_track());

    publication.set_video_quality(VideoQuality::Low);
    frame_with(&mut stream, |frame| frame.buffer.width() < 640).await;
    publication.set_video_quality(VideoQuality::High);
    frame_with(&mut stream, |frame| shows(frame, (1280, 720), RED, BLUE)).await;
}

#[tokio::test]
async fn a_disabled_publication_sends_nothing() {
    let server = Server::start().await;
    let (publisher, mut subscriber) = server.pair("media").await;
    let source = NativeVideoSource::new(VideoResolution { width: 320, height: 180 }, false);
    let _film = Scene::new(halves(320, 180, RED, BLUE)).film(&source);
    publish(&publisher, &source, camera(false)).await;
    let (track, publication) = subscriber.subscribed_video().await;
    let mut stream = NativeVideoStream::new(track.rtc_track());
    frame_with(&mut stream, |frame| shows(frame, (320, 180), RED, BLUE)).await;

    publication.set_enabled(false);
    // Frames on their way still come; then there is silence for a second.
    let quiet = tokio::time::timeout(PATIENCE, async {
        while tokio::time::timeout(std::time::Duration::from_secs(1), stream.next()).await.is_ok() {}
    });
    quiet.await.expect("frames stop");
    publication.set_enabled(true);
    frame_with(&mut stream, |frame| shows(frame, (320, 180), RED, BLUE)).await;
}

#[tokio::test]
async fn statistics_name_the_codec_and_count_frames() {
    let server = Server::start().await;
    let (publisher, mut subscriber) = server.pair("media").await;
    let source = NativeVideoSource::new(VideoResolution { width: 320, height: 180 }, false);
    let _film = Scene::new(halves(320, 180, RED, BLUE)).film(&source);
    let publication = publish(&publisher, &source, camera(false)).await;
    let (track, _) = subscriber.subscribed_video().await;
    let mut stream = NativeVideoStream::new(track.rtc_track());
    for _ in 0..10 {
        frame_with(&mut stream, |_| true).await;
    }

    let received = track.get_stats().await.expect("the receiver's statistics");
    let inbound = received.iter().find_map(|stats| match stats {
        RtcStats::InboundRtp(stats) if stats.stream.kind == "video" => Some(stats),
        _ => None,
    });
    let inbound = inbound.expect("an inbound stream");
    assert!(inbound.inbound.frames_decoded >= 10, "{inbound:?}");
    assert_eq!((inbound.inbound.frame_width, inbound.inbound.frame_height), (320, 180));
    let codec = |report: &[RtcStats], id: &str| {
        report.iter().find_map(|stats| match stats {
            RtcStats::Codec(codec) if codec.rtc.id == id => Some(codec.codec.mime_type.clone()),
            _ => None,
        })
    };
    assert_eq!(codec(&received, &inbound.stream.codec_id).as_deref(), Some("video/VP8"));

    let Some(LocalTrack::Video(local)) = publication.track() else { panic!("no local track") };
    let sent = local.get_stats().await.expect("the sender's statistics");
    let outbound = sent.iter().find_map(|stats| match stats {
        RtcStats::OutboundRtp(stats) if stats.stream.kind == "video" => Some(stats),
        _ => None,
    });
    let outbound = outbound.expect("an outbound stream");
    assert!(outbound.outbound.frames_encoded > 0 && outbound.sent.bytes_sent > 0, "{outbound:?}");
    assert_eq!(codec(&sent, &outbound.stream.codec_id).as_deref(), Some("video/VP8"));
}

fn encrypted(key: &[u8]) -> RoomOptions {
    let key_provider = KeyProvider::with_shared_key(KeyProviderOptions::default(), key.to_vec());
    let mut options = RoomOptions::default();
    options.encryption = Some(E2eeOptions { encryption_type: EncryptionType::Gcm, key_provider });
    options
}

#[tokio::test]
async fn only_the_right_key_shows_the_picture() {
    let server = Server::start().await;
    let publisher = server.join_with("media", "publisher", encrypted(b"the right key")).await;
    let mut friend = server.join_with("media", "friend", encrypted(b"the right key")).await;
    let mut stranger = server.join_with("media", "stranger", encrypted(b"another key")).await;
    let source = NativeVideoSource::new(VideoResolution { width: 320, height: 180 }, false);
    let _film = Scene::new(halves(320, 180, RED, BLUE)).film(&source);
    publish(&publisher, &source, camera(false)).await;

    let (track, _) = friend.subscribed_video().await;
    let mut seen = NativeVideoStream::new(track.rtc_track());
    let (track, _) = stranger.subscribed_video().await;
    let mut unseen = NativeVideoStream::new(track.rtc_track());
    for _ in 0..30 {
        frame_with(&mut seen, |frame| shows(frame, (320, 180), RED, BLUE)).await;
    }
    let nothing = tokio::time::timeout(std::time::Duration::from_secs(1), unseen.next()).await;
    assert!(nothing.is_err(), "a frame with the wrong key: {nothing:?}");
}

#[tokio::test]
async fn a_reader_that_sleeps_gets_the_newest_frame_and_nothing_piles_up() {
    let server = Server::start().await;
    let (publisher, mut subscriber) = server.pair("media").await;
    let source = NativeVideoSource::new(VideoResolution { width: 320, height: 180 }, false);
    let scene = Scene::new(halves(320, 180, RED, BLUE));
    let _film = scene.film(&source);
    publish(&publisher, &source, camera(false)).await;
    let (track, _) = subscriber.subscribed_video().await;
    let mut stream = NativeVideoStream::new(track.rtc_track());
    frame_with(&mut stream, |frame| shows(frame, (320, 180), RED, BLUE)).await;

    let before = livekit::live_handles();
    scene.show(halves(320, 180, GREEN, WHITE));
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert!(livekit::live_handles() <= before + 3, "{} handles, before {before}", livekit::live_handles());
    let frame = stream.next().await.expect("a frame");
    assert!(shows(&frame, (320, 180), GREEN, WHITE), "the newest frame: {:?}", frame.buffer.as_i420().map(colours));

    // A frame outlives its stream.
    drop(stream);
    assert!(shows(&frame, (320, 180), GREEN, WHITE));
}
