//! Sources take whatever they are given: what the library would abort on is refused before it gets there.

use std::borrow::Cow;

use livekit::webrtc::{
    RtcErrorType,
    audio_frame::AudioFrame,
    audio_source::{AudioSourceOptions, native::NativeAudioSource},
    prelude::*,
    video_source::native::NativeVideoSource,
};

#[tokio::test]
async fn video_sources_take_frames_of_every_shape() {
    for is_screencast in [false, true] {
        let source = NativeVideoSource::new(VideoResolution { width: 640, height: 360 }, is_screencast);
        for (width, height) in [(640, 360), (641, 359), (16, 16), (17, 19), (1921, 1079), (16_383, 16)] {
            let i420 = VideoFrame::new(VideoRotation::VideoRotation0, I420Buffer::new(width, height));
            assert!(source.capture_frame(&i420), "I420 {width}×{height}");
            let nv12 = VideoFrame::new(VideoRotation::VideoRotation90, NV12Buffer::new(width, height));
            assert!(source.capture_frame(&nv12), "NV12 {width}×{height}");
            let padded = I420Buffer::with_strides(width, height, width + 31, width + 5, width + 7);
            assert!(source.capture_frame(&VideoFrame::new(VideoRotation::VideoRotation180, padded)));
            let padded = NV12Buffer::with_strides(width, height, width + 31, width + 33);
            assert!(source.capture_frame(&VideoFrame::new(VideoRotation::VideoRotation270, padded)));
            let boxed: BoxVideoBuffer = Box::new(I444Buffer::new(width, height));
            assert!(source.capture_frame(&VideoFrame::new(VideoRotation::VideoRotation0, boxed)));
            let boxed: BoxVideoBuffer = Box::new(I422Buffer::new(width, height));
            assert!(source.capture_frame(&VideoFrame::new(VideoRotation::VideoRotation0, boxed)));
        }
        for (width, height) in [(0, 0), (0, 100), (100, 0), (1, 1), (15, 640), (640, 15), (16_384, 16), (16, 100_000)] {
            let frame = VideoFrame::new(VideoRotation::VideoRotation0, I420Buffer::new(width, height));
            assert!(!source.capture_frame(&frame), "I420 {width}×{height}");
            let frame = VideoFrame::new(VideoRotation::VideoRotation0, NV12Buffer::new(width, height));
            assert!(!source.capture_frame(&frame), "NV12 {width}×{height}");
        }
        for timestamp_us in [i64::MIN, -1, 0, 1, i64::MAX / 2] {
            let buffer = I420Buffer::new(64, 64);
            let frame =
                VideoFrame { rotation: VideoRotation::VideoRotation0, timestamp_us, frame_metadata: None, buffer };
            source.capture_frame(&frame);
        }
    }
    for (width, height) in [(0, 0), (0, 10), (u32::MAX, u32::MAX), (100_000, 1)] {
        let source = NativeVideoSource::new(VideoResolution { width, height }, false);
        assert_eq!((source.video_resolution().width, source.video_resolution().height), (1280, 720));
        assert!(source.capture_frame(&VideoFrame::new(VideoRotation::VideoRotation0, I420Buffer::new(64, 64))));
    }
}

#[tokio::test]
async fn audio_sources_of_impossible_formats_refuse_frames() {
    for (rate, channels) in
        [(0, 1), (48_000, 0), (7_999, 1), (44_150, 1), (u32::MAX, 1), (48_000, u32::MAX), (192_000, 8)]
    {
        let source = NativeAudioSource::new(AudioSourceOptions::default(), rate, channels, 100);
        let frame = AudioFrame {
            data: Cow::Owned(vec![0; 480]),
            sample_rate: rate,
            num_channels: channels,
            samples_per_channel: 480,
        };
        let error = source.capture_frame(&frame).await.expect_err("no such audio");
        assert_eq!(error.error_type, RtcErrorType::InvalidState);
        source.clear_buffer();
    }
}

#[tokio::test]
async fn audio_frames_must_fit_their_source() {
    let source = NativeAudioSource::new(AudioSourceOptions::default(), 48_000, 2, 0);
    source.capture_frame(&AudioFrame::new(48_000, 2, 480)).await.expect("10 ms");
    let lying =
        AudioFrame { data: Cow::Owned(vec![0; 10]), sample_rate: 48_000, num_channels: 2, samples_per_channel: 480 };
    for frame in [
        AudioFrame::new(48_000, 1, 480),
        AudioFrame::new(44_100, 2, 441),
        AudioFrame::new(48_000, 2, 479),
        AudioFrame::new(48_000, 2, 960),
        lying,
    ] {
        let error = source.capture_frame(&frame).await.expect_err("a frame that does not fit");
        assert_eq!(error.error_type, RtcErrorType::InvalidState, "{error}");
    }
    source.capture_frame(&AudioFrame::new(48_000, 2, 0)).await.expect("nothing is no error");
}

#[tokio::test]
async fn a_full_queue_slows_the_capturer_down_and_can_be_cleared() {
    let source = NativeAudioSource::new(AudioSourceOptions::default(), 48_000, 1, 200);
    let started = std::time::Instant::now();
    for _ in 0..100 {
        source.capture_frame(&AudioFrame::new(48_000, 1, 480)).await.expect("10 ms");
    }
    // 1 s of audio, of which the queue holds 0.2 s (the library takes twice that).
    let took = started.elapsed().as_millis();
    assert!(took >= 400, "1 s of audio was taken in {took} ms");
    source.clear_buffer();
    source.capture_frame(&AudioFrame::new(48_000, 1, 4_800)).await.expect("100 ms at once");

    // A capture that nobody waits for any more is not in the way of anything.
    let long = AudioFrame::new(48_000, 1, 48_000);
    let given_up = tokio::time::timeout(std::time::Duration::from_millis(1), source.capture_frame(&long)).await;
    assert!(given_up.is_err(), "1 s does not fit in the queue at once");
    drop(source);
}
