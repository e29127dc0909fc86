//! Publishing, subscribing, muting, and what stays behind when someone gives up. Pixels and tones are checked elsewhere.

mod common;

use std::time::Duration;

use common::{Person, Server, eventually};
use livekit::{
    options::{TrackPublishOptions, VideoEncoding},
    prelude::*,
    publication::SubscriptionStatus,
    track::VideoQuality,
    webrtc::{
        audio_frame::AudioFrame,
        audio_source::{AudioSourceOptions, native::NativeAudioSource},
        video_frame::{I420Buffer, VideoFrame, VideoRotation},
        video_source::{RtcVideoSource, VideoResolution, native::NativeVideoSource},
    },
};

/// A camera that sees black: the server tells the others of a track when its first picture comes.
fn camera() -> LocalTrack {
    let source = NativeVideoSource::new(VideoResolution { width: 640, height: 360 }, false);
    tokio::spawn({
        let source = source.clone();
        async move {
            let buffer = I420Buffer::new(640, 360);
            let frame =
                VideoFrame { rotation: VideoRotation::VideoRotation0, timestamp_us: 0, frame_metadata: None, buffer };
            loop {
                source.capture_frame(&frame);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    });
    LocalTrack::Video(LocalVideoTrack::create_video_track("camera", RtcVideoSource::Native(source)))
}

/// A microphone that hears nothing.
fn microphone() -> LocalTrack {
    let source = NativeAudioSource::new(AudioSourceOptions::default(), 48_000, 1, 100);
    tokio::spawn({
        let source = source.clone();
        async move { while source.capture_frame(&AudioFrame::new(48_000, 1, 480)).await.is_ok() {} }
    });
    LocalTrack::Audio(LocalAudioTrack::create_audio_track("microphone", RtcAudioSource::Native(source)))
}

fn from(source: TrackSource) -> TrackPublishOptions {
    TrackPublishOptions { source, ..Default::default() }
}

async fn subscribed(person: &mut Person) -> (RemoteTrack, RemoteTrackPublication, RemoteParticipant) {
    person
        .wait_some("a subscription", |event| match event {
            RoomEvent::TrackSubscribed { track, publication, participant } => Some((track, publication, participant)),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_track_is_published_received_muted_and_taken_back() {
    let server = Server::start().await;
    let (mut a, mut b) = server.pair("room").await;
    let track = camera();
    let published = a.local().publish_track(track.clone(), from(TrackSource::Camera)).await.expect("published");
    assert!(published.sid().as_str().starts_with("TR_"));
    assert_eq!((published.source(), published.kind()), (TrackSource::Camera, TrackKind::Video));
    assert_eq!((track.sid(), track.source()), (published.sid(), TrackSource::Camera));
    assert_eq!(published.publish_options().source, TrackSource::Camera);
    let told = a.wait_some("it is told", |event| match event {
        RoomEvent::LocalTrackPublished { publication, track, participant } => Some((publication, track, participant)),
        _ => None,
    });
    assert_eq!(told.await.0.sid(), published.sid());
    assert_eq!(a.local().track_publications().len(), 1);

    let (remote, publication, participant) = subscribed(&mut b).await;
    assert_eq!(participant.identity().as_str(), "a");
    assert_eq!((remote.sid(), remote.name().as_str()), (published.sid(), "camera"));
    assert_eq!((remote.source(), remote.kind()), (TrackSource::Camera, TrackKind::Video));
    assert!(publication.is_subscribed() && publication.is_enabled() && publication.simulcasted());
    assert_eq!(publication.subscription_status(), SubscriptionStatus::Subscribed);
    assert_eq!(publication.mime_type().to_lowercase(), "video/vp8");
    assert_eq!(publication.dimension(), TrackDimension(640, 360));
    publication.set_video_quality(VideoQuality::Low);
    publication.update_video_dimensions(TrackDimension(160, 90));
    publication.set_enabled(false);
    assert!(!publication.is_enabled());
    publication.set_enabled(true);

    published.mute();
    assert!(published.is_muted() && track.is_muted());
    let muted = b.wait_some("it is muted", |event| match event {
        RoomEvent::TrackMuted { participant, publication } => Some((participant.identity(), publication)),
        _ => None,
    });
    let (who, what) = muted.await;
    assert!(who.as_str() == "a" && what.is_muted() && remote.is_muted());
    published.unmute();
    b.wait("it is unmuted", |event| matches!(event, RoomEvent::TrackUnmuted { .. })).await;
    assert!(!publication.is_muted() && !remote.is_muted() && !published.is_muted());

    publication.set_subscribed(false);
    let gone = b.wait_some("it is unsubscribed", |event| match event {
        RoomEvent::TrackUnsubscribed { track, .. } => Some(track),
        _ => None,
    });
    assert_eq!(gone.await.sid(), published.sid());
    assert_eq!(publication.subscription_status(), SubscriptionStatus::Unsubscribed);
    assert!(publication.track().is_none());
    publication.set_subscribed(true);
    subscribed(&mut b).await;

    a.local().unpublish_track(&published.sid()).await.expect("taken back");
    a.wait("it is told", |event| matches!(event, RoomEvent::LocalTrackUnpublished { .. })).await;
    assert!(a.local().track_publications().is_empty());
    assert!(a.local().unpublish_track(&published.sid()).await.is_err());
    b.wait("it is unpublished", |event| matches!(event, RoomEvent::TrackUnpublished { .. })).await;
    assert!(participant.track_publications().is_empty());

    // The same track again.
    a.local().publish_track(track, from(TrackSource::Camera)).await.expect("published again");
    subscribed(&mut b).await;
}

#[tokio::test]
async fn those_who_come_later_know_what_is_published() {
    let server = Server::start().await;
    let a = server.join("room", "a").await;
    let mut first = server.join("room", "first").await;
    let published = a.local().publish_track(microphone(), from(TrackSource::Microphone)).await.expect("published");
    subscribed(&mut first).await;
    published.mute();
    first.wait("it is muted", |event| matches!(event, RoomEvent::TrackMuted { .. })).await;
    let mut options = RoomOptions::default();
    options.auto_subscribe = false;
    let mut b = server.join_with("room", "b", options).await;
    let there = b.wait_some("joined", |event| match event {
        RoomEvent::Connected { participants_with_tracks } => Some(participants_with_tracks),
        _ => None,
    });
    let there = there.await;
    let publication = there.iter().flat_map(|(_, publications)| publications).next().expect("one is published");
    assert_eq!((publication.sid(), publication.source()), (published.sid(), TrackSource::Microphone));
    assert_eq!(publication.subscription_status(), SubscriptionStatus::Unsubscribed);
    assert!(publication.is_muted());
    publication.set_subscribed(true);
    let (track, ..) = subscribed(&mut b).await;
    assert_eq!(track.kind(), TrackKind::Audio);
    assert!(track.get_stats().await.is_ok());
    assert!(published.track().expect("a track").get_stats().await.is_ok());
}

#[tokio::test]
async fn giving_up_on_publishing_leaves_a_publication_that_can_be_taken_back() {
    let server = Server::start().await;
    let (a, _b) = server.pair("room").await;
    let local = a.local();
    {
        let mut publish = std::pin::pin!(local.publish_track(microphone(), from(TrackSource::Microphone)));
        assert!(futures_util::poll!(&mut publish).is_pending(), "it is under way");
    }
    eventually("it is published all the same", || a.local().track_publications().len() == 1).await;
    let sid = a.local().track_publications().into_keys().next().expect("one");
    a.local().unpublish_track(&sid).await.expect("taken back");
    eventually("it is gone", || a.local().track_publications().is_empty()).await;
}

#[tokio::test]
async fn what_would_abort_the_library_is_an_error_or_harmless() {
    let server = Server::start().await;
    let a = server.join("room", "a").await;
    let screen = |max_framerate| TrackPublishOptions {
        source: TrackSource::Screenshare,
        video_encoding: Some(VideoEncoding { max_bitrate: 500_000, max_framerate }),
        ..Default::default()
    };
    let slow = a.local().publish_track(camera(), screen(1.0)).await.expect("a slow screen is published");
    assert!(!slow.simulcasted());
    assert!(a.local().publish_track(camera(), screen(f64::NAN)).await.is_err());
    let strange = TrackPublishOptions { scalability_mode: Some("L9T9".into()), ..Default::default() };
    assert!(a.local().publish_track(camera(), strange).await.is_err());
    assert!(a.local().unpublish_track(&"TR_none".to_string().try_into().expect("an identifier")).await.is_err());
    a.room.close().await.expect("it is left");
    assert!(a.local().publish_track(camera(), from(TrackSource::Camera)).await.is_err());
}

#[tokio::test]
async fn a_room_with_tracks_leaves_nothing_behind() {
    let before = livekit::live_handles();
    let server = Server::start().await;
    for _ in 0..3 {
        let (a, mut b) = server.pair("room").await;
        a.local().publish_track(camera(), from(TrackSource::Camera)).await.expect("published");
        a.local().publish_track(microphone(), from(TrackSource::Microphone)).await.expect("published");
        subscribed(&mut b).await;
        a.local()
            .publish_data(DataPacket { payload: vec![1; 100], reliable: true, ..Default::default() })
            .await
            .expect("sent");
        a.room.close().await.expect("it is left");
        // The other one just goes, with events unread.
    }
    // What captures goes on, so its source and track stay: one each.
    eventually("all else is dropped", || livekit::live_handles() <= before + 2 * 3).await;
}
