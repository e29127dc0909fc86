//! Whether sound and picture get through: a short test track out by one connection and back by another.

use std::borrow::Cow;
use std::f64::consts::TAU;
use std::time::Duration;

use livekit::options::{TrackPublishOptions, VideoCodec};
use livekit::prelude::{
    LocalAudioTrack, LocalTrack, LocalVideoTrack, RemoteTrack, RoomEvent, RtcAudioSource, TrackSource,
};
use livekit::webrtc::audio_frame::AudioFrame;
use livekit::webrtc::audio_source::AudioSourceOptions;
use livekit::webrtc::audio_source::native::NativeAudioSource;
use livekit::webrtc::prelude::{I420Buffer, RtcVideoSource, VideoFrame, VideoResolution, VideoRotation};
use livekit::webrtc::stats::RtcStats;
use livekit::webrtc::video_source::native::NativeVideoSource;
use tokio::task::JoinSet;

use super::cause::Cause;
use super::check::Finding;
use super::context::Room;
use super::ice::{Connected, words};

/// How long the first packets may take to come back.
const FIRST: Duration = Duration::from_secs(8);

/// How long is measured after that.
const MEASURE: Duration = Duration::from_secs(4);

const RATE: u32 = 48_000;
const WIDTH: u32 = 320;
const HEIGHT: u32 = 180;
const FRAMES_PER_S: u64 = 15;

/// Loss, per cent, from which sound and picture suffer.
const LOSSY: f64 = 3.0;

/// Round trip, ms, from which people talk at the same time.
const SLOW_MS: f32 = 400.0;

/// What a receiver has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counted {
    audio: u64,
    video: u64,
    frames: u64,
    bytes: u64,
    lost: i64,
    packets: u64,
}

/// Publishes a test tone and a test picture, and receives them.
pub async fn check(room: &mut Room) -> Finding {
    let Some(sender) = room.connected.take() else { return Finding::skipped("There is no connection to look at.") };
    let Some(second) = room.second.as_ref().filter(|_| room.own && room.can_publish) else {
        return Finding::skipped("A test track is only sent in a session of the check's own, with two tokens.");
    };
    let Some(mut receiver) = Connected::to(&room.livekit, second).await else {
        return Finding::failed(Cause::MediaNone, "One connection was made, and a second one was not.");
    };
    // Ends the sources when dropped.
    let mut sources = JoinSet::new();
    if publish(&sender, &mut sources).await.is_none() {
        return Finding::failed(Cause::MediaNone, "LiveKit does not take the test tracks.");
    }
    let mut tracks = Vec::new();
    let first = tokio::time::timeout(FIRST, async {
        while tracks.len() < 2 {
            match receiver.events.recv().await {
                Some(RoomEvent::TrackSubscribed { track, .. }) => tracks.push(track),
                Some(_) => {}
                None => return None,
            }
        }
        loop {
            let counted = count(&tracks).await;
            if counted.audio > 0 && counted.frames > 0 {
                return Some(counted);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let Ok(Some(start)) = first.await else {
        let counted = count(&tracks).await;
        let seen = match (counted.audio > 0, counted.frames > 0) {
            (true, _) => "The tone came back and the picture did not.",
            (_, true) => "The picture came back and the tone did not.",
            _ => "Nothing came back within 8 s.",
        };
        return Finding::failed(Cause::MediaNone, seen);
    };
    tokio::time::sleep(MEASURE).await;
    let end = count(&tracks).await;
    let sent_loss = lost_on_the_way_out(&sender).await;
    let path = sender.path().await;
    let _ = tokio::time::timeout(Duration::from_secs(1), async {
        let _ = tokio::join!(sender.room.close(), receiver.room.close());
    })
    .await;
    judge(start, end, sent_loss, path.as_ref().and_then(|(_, point)| point.round_trip_ms), || {
        path.as_ref().map(|(path, point)| words(*path, point)).unwrap_or_default()
    })
}

/// `sent_loss` in per cent as LiveKit reports it, `trip` in ms.
fn judge(start: Counted, end: Counted, sent_loss: f64, trip: Option<f32>, way: impl Fn() -> String) -> Finding {
    let seconds = MEASURE.as_secs_f64();
    let (packets, lost) = (end.packets.saturating_sub(start.packets), (end.lost - start.lost).max(0) as f64);
    let back_loss = lost / (packets as f64 + lost).max(1.0) * 100.0;
    let loss = sent_loss.max(back_loss);
    let kbps = end.bytes.saturating_sub(start.bytes) as f64 * 8.0 / 1000.0 / seconds;
    let frames = end.frames.saturating_sub(start.frames) as f64 / seconds;
    let seen = format!(
        "Test tone and picture came back {}: {kbps:.0} kbit/s, {frames:.0} pictures/s, {sent_loss:.1} % lost on the way \
         out and {back_loss:.1} % on the way back.",
        way()
    );
    let trip = trip.unwrap_or_default();
    if end.packets == start.packets {
        Finding::failed(Cause::MediaNone, "It began to come back, and stopped.")
    } else if loss >= LOSSY {
        Finding::warning(Cause::MediaLossy, seen).about(format!("{loss:.0} % lost"))
    } else if trip >= SLOW_MS {
        Finding::warning(Cause::MediaSlow, seen).about(format!("a round trip takes {trip:.0} ms"))
    } else if frames < FRAMES_PER_S as f64 / 2.0 {
        let about = format!("{frames:.0} of {FRAMES_PER_S} pictures/s come through");
        Finding::warning(Cause::MediaSlow, seen).about(about)
    } else {
        Finding::ok(seen)
    }
}

/// Publishes a tone and a moving picture. `None`: LiveKit does not take them.
async fn publish(sender: &Connected, sources: &mut JoinSet<()>) -> Option<()> {
    let sound = NativeAudioSource::new(AudioSourceOptions::default(), RATE, 1, 100);
    let picture = NativeVideoSource::new(VideoResolution { width: WIDTH, height: HEIGHT }, false);
    let own = sender.room.local_participant();
    let track = LocalAudioTrack::create_audio_track("check", RtcAudioSource::Native(sound.clone()));
    let options = TrackPublishOptions { source: TrackSource::Microphone, ..Default::default() };
    own.publish_track(LocalTrack::Audio(track), options).await.ok()?;
    let track = LocalVideoTrack::create_video_track("check", RtcVideoSource::Native(picture.clone()));
    let options = TrackPublishOptions {
        source: TrackSource::Camera,
        simulcast: false,
        video_codec: VideoCodec::VP8,
        ..Default::default()
    };
    own.publish_track(LocalTrack::Video(track), options).await.ok()?;
    sources.spawn(play(sound));
    sources.spawn(show(picture));
    Some(())
}

async fn play(source: NativeAudioSource) {
    let mut at = 0_u64;
    loop {
        let wave = |at: u64| (3000.0 * (TAU * 440.0 * at as f64 / f64::from(RATE)).sin()) as i16;
        let samples: Vec<i16> = (at..at + 480).map(wave).collect();
        at += 480;
        let frame =
            AudioFrame { data: Cow::Owned(samples), sample_rate: RATE, num_channels: 1, samples_per_channel: 480 };
        // Waits for its turn itself: the source takes sound at the speed of sound.
        if source.capture_frame(&frame).await.is_err() {
            return;
        }
    }
}

async fn show(source: NativeVideoSource) {
    let mut ticks = tokio::time::interval(Duration::from_millis(1000 / FRAMES_PER_S));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut number = 0_usize;
    loop {
        ticks.tick().await;
        let mut buffer = I420Buffer::new(WIDTH, HEIGHT);
        let (y, u, v) = buffer.data_mut();
        u.fill(128);
        v.fill(128);
        for (at, luma) in y.iter_mut().enumerate() {
            *luma = ((at * 7 / 3 + at / 320 * 5 + number * 9) % 220) as u8;
        }
        number += 1;
        source.capture_frame(&VideoFrame::new(VideoRotation::VideoRotation0, buffer));
    }
}

async fn count(tracks: &[RemoteTrack]) -> Counted {
    let mut counted = Counted::default();
    for track in tracks {
        let stats = match track {
            RemoteTrack::Audio(track) => track.get_stats().await,
            RemoteTrack::Video(track) => track.get_stats().await,
        };
        for entry in stats.unwrap_or_default() {
            if let RtcStats::InboundRtp(stream) = entry {
                let packets = stream.received.packets_received;
                match track {
                    RemoteTrack::Audio(_) => counted.audio += packets,
                    RemoteTrack::Video(_) => counted.video += packets,
                }
                counted.frames += u64::from(stream.inbound.frames_decoded);
                counted.bytes += stream.inbound.bytes_received;
                counted.packets += packets;
                counted.lost += stream.received.packets_lost;
            }
        }
    }
    counted
}

/// Share of what was sent that LiveKit says it did not get, per cent.
async fn lost_on_the_way_out(sender: &Connected) -> f64 {
    let Ok(stats) = sender.room.get_stats().await else { return 0.0 };
    let (mut packets, mut lost) = (0.0, 0.0);
    for entry in &stats.publisher_stats {
        match entry {
            RtcStats::OutboundRtp(stream) => packets += stream.sent.packets_sent as f64,
            RtcStats::RemoteInboundRtp(stream) => lost += stream.received.packets_lost.max(0) as f64,
            _ => {}
        }
    }
    if packets > 0.0 { (lost / packets * 100.0).clamp(0.0, 100.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(packets: u64, lost: i64, frames: u64, sent_loss: f64, trip: f32) -> Finding {
        let end = Counted { audio: 1, video: 1, frames, bytes: 100_000, lost, packets };
        judge(Counted::default(), end, sent_loss, Some(trip), || "by UDP".into())
    }

    #[test]
    fn what_came_back_is_judged() {
        assert_eq!(of(300, 0, 60, 0.0, 20.0).cause, None);
        assert_eq!(of(300, 30, 60, 0.0, 20.0).cause, Some(Cause::MediaLossy));
        assert_eq!(of(300, 0, 60, 9.0, 20.0).about.as_deref(), Some("9 % lost"));
        assert_eq!(of(300, 0, 60, 0.0, 600.0).cause, Some(Cause::MediaSlow));
        assert_eq!(of(300, 0, 10, 0.0, 20.0).cause, Some(Cause::MediaSlow));
        assert_eq!(of(0, 0, 0, 0.0, 20.0).cause, Some(Cause::MediaNone));
    }
}
