//! Tracks: what is published, and what is received.

use std::sync::Arc;

use livekit_common::enum_dispatch;
use livekit_protocol as proto;
use parking_lot::{Mutex, RwLock};

use crate::{
    ffi::{self, FfiHandle, proto as library},
    id::TrackSid,
    room::{RoomError, RoomResult, error::check},
    webrtc::{media_stream_track::MediaStreamTrack, stats::RtcStats},
};

mod audio_track;
mod local_audio_track;
mod local_track;
mod local_video_track;
mod remote_audio_track;
mod remote_track;
mod remote_video_track;
mod video_track;

pub use audio_track::*;
pub use local_audio_track::*;
pub use local_track::*;
pub use local_video_track::*;
pub use remote_audio_track::*;
pub use remote_track::*;
pub use remote_video_track::*;
pub use video_track::*;

/// Why a track could not be used.
#[derive(thiserror::Error, Debug, Clone)]
pub enum TrackError {
    /// Nothing is published under this identifier.
    #[error("could not find published track with sid: {0:?}")]
    TrackNotFound(TrackSid),
}

/// Sound or picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrackKind {
    /// Sound.
    Audio,
    /// Picture.
    Video,
}

/// Whether the server sends a track now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamState {
    /// It does.
    Active,
    /// It paused it, for want of bandwidth.
    Paused,
}

/// Where a track comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrackSource {
    /// Not said.
    Unknown,
    /// A camera.
    Camera,
    /// A microphone.
    Microphone,
    /// A screen or window.
    Screenshare,
    /// The sound of what is shared.
    ScreenshareAudio,
}

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrackDimension(pub u32, pub u32);

/// A layer of a simulcast track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum VideoQuality {
    /// The smallest.
    Low,
    /// The middle one.
    Medium,
    /// The full picture.
    High,
}

impl From<VideoQuality> for proto::VideoQuality {
    fn from(quality: VideoQuality) -> Self {
        match quality {
            VideoQuality::Low => Self::Low,
            VideoQuality::Medium => Self::Medium,
            VideoQuality::High => Self::High,
        }
    }
}

impl From<VideoQuality> for library::VideoQuality {
    fn from(quality: VideoQuality) -> Self {
        match quality {
            VideoQuality::Low => Self::Low,
            VideoQuality::Medium => Self::Medium,
            VideoQuality::High => Self::High,
        }
    }
}

impl From<library::TrackSource> for TrackSource {
    fn from(source: library::TrackSource) -> Self {
        match source {
            library::TrackSource::SourceUnknown => Self::Unknown,
            library::TrackSource::SourceCamera => Self::Camera,
            library::TrackSource::SourceMicrophone => Self::Microphone,
            library::TrackSource::SourceScreenshare => Self::Screenshare,
            library::TrackSource::SourceScreenshareAudio => Self::ScreenshareAudio,
        }
    }
}

impl From<TrackSource> for library::TrackSource {
    fn from(source: TrackSource) -> Self {
        match source {
            TrackSource::Unknown => Self::SourceUnknown,
            TrackSource::Camera => Self::SourceCamera,
            TrackSource::Microphone => Self::SourceMicrophone,
            TrackSource::Screenshare => Self::SourceScreenshare,
            TrackSource::ScreenshareAudio => Self::SourceScreenshareAudio,
        }
    }
}

pub(crate) fn kind_from_library(kind: library::TrackKind) -> TrackKind {
    match kind {
        library::TrackKind::KindVideo => TrackKind::Video,
        library::TrackKind::KindAudio | library::TrackKind::KindUnknown => TrackKind::Audio,
    }
}

macro_rules! track_dispatch {
    ([$($variant:ident),+]) => {
        livekit_common::enum_dispatch!(
            [$($variant),+];
            pub fn sid(self: &Self) -> crate::id::TrackSid;
            pub fn name(self: &Self) -> String;
            pub fn kind(self: &Self) -> crate::track::TrackKind;
            pub fn source(self: &Self) -> crate::track::TrackSource;
            pub fn stream_state(self: &Self) -> crate::track::StreamState;
            pub fn is_enabled(self: &Self) -> bool;
            pub fn enable(self: &Self) -> ();
            pub fn disable(self: &Self) -> ();
            pub fn is_muted(self: &Self) -> bool;
            pub fn is_remote(self: &Self) -> bool;
            pub fn on_muted(self: &Self, on_mute: impl Fn(crate::track::Track) + Send + 'static) -> ();
            pub fn on_unmuted(self: &Self, on_unmute: impl Fn(crate::track::Track) + Send + 'static) -> ();
        );
    };
}
pub(crate) use track_dispatch;

/// The methods that tracks of all four types have.
macro_rules! track_methods {
    ($name:ident, $variant:ident, $rtc:ident, $rtc_variant:ident, $remote:literal) => {
        impl $name {
            /// The identifier that the server gave it; `TR_unknown` before it is published.
            pub fn sid(&self) -> crate::id::TrackSid {
                self.inner.info.read().sid.clone()
            }

            /// The publisher's name for it.
            pub fn name(&self) -> String {
                self.inner.info.read().name.clone()
            }

            /// Sound or picture.
            pub fn kind(&self) -> super::TrackKind {
                self.inner.kind
            }

            /// Where it comes from.
            pub fn source(&self) -> super::TrackSource {
                self.inner.info.read().source
            }

            /// Whether the server sends it now.
            pub fn stream_state(&self) -> super::StreamState {
                self.inner.info.read().stream_state
            }

            /// Whether it carries media here; a disabled one gives black or silence.
            pub fn is_enabled(&self) -> bool {
                self.inner.rtc_track.enabled()
            }

            /// Lets it carry media.
            pub fn enable(&self) {
                self.inner.rtc_track.set_enabled(true);
            }

            /// Makes it black or silent. It is still received: for that, use the publication.
            pub fn disable(&self) {
                self.inner.rtc_track.set_enabled(false);
            }

            /// Whether its publisher muted it.
            pub fn is_muted(&self) -> bool {
                self.inner.info.read().muted
            }

            /// WebRTC's side of it, to make streams from.
            pub fn rtc_track(&self) -> $rtc {
                match &self.inner.rtc_track {
                    crate::webrtc::media_stream_track::MediaStreamTrack::$rtc_variant(track) => track.clone(),
                    _ => unreachable!("a track is made with WebRTC's track of its kind"),
                }
            }

            /// Whether someone else publishes it.
            pub fn is_remote(&self) -> bool {
                $remote
            }

            /// The statistics of its sender or receiver.
            pub async fn get_stats(&self) -> crate::room::RoomResult<Vec<crate::webrtc::stats::RtcStats>> {
                super::get_stats(&self.inner).await
            }

            /// Calls `f` whenever it is muted.
            pub(crate) fn on_muted(&self, f: impl Fn(super::Track) + Send + 'static) {
                self.inner.events.lock().muted = Some(Box::new(f));
            }

            /// Calls `f` whenever it is unmuted.
            pub(crate) fn on_unmuted(&self, f: impl Fn(super::Track) + Send + 'static) {
                self.inner.events.lock().unmuted = Some(Box::new(f));
            }

            pub(crate) fn inner(&self) -> &std::sync::Arc<super::TrackInner> {
                &self.inner
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("sid", &self.sid())
                    .field("name", &self.name())
                    .field("source", &self.source())
                    .finish()
            }
        }
    };
}
pub(crate) use track_methods;

/// A track of any type.
#[derive(Clone, Debug)]
pub enum Track {
    /// Sound published here.
    LocalAudio(LocalAudioTrack),
    /// Picture published here.
    LocalVideo(LocalVideoTrack),
    /// Someone else's sound.
    RemoteAudio(RemoteAudioTrack),
    /// Someone else's picture.
    RemoteVideo(RemoteVideoTrack),
}

#[allow(missing_docs)] // The methods are documented at the tracks' types.
impl Track {
    track_dispatch!([LocalAudio, LocalVideo, RemoteAudio, RemoteVideo]);

    enum_dispatch!(
        [LocalAudio, LocalVideo, RemoteAudio, RemoteVideo];
        pub(crate) fn inner(self: &Self) -> &Arc<TrackInner>;
    );

    pub fn rtc_track(&self) -> MediaStreamTrack {
        self.inner().rtc_track.clone()
    }

    pub async fn get_stats(&self) -> RoomResult<Vec<RtcStats>> {
        get_stats(self.inner()).await
    }
}

type Handler = Box<dyn Fn(Track) + Send>;

#[derive(Default)]
struct TrackEvents {
    muted: Option<Handler>,
    unmuted: Option<Handler>,
}

struct TrackInfo {
    sid: TrackSid,
    name: String,
    source: TrackSource,
    stream_state: StreamState,
    muted: bool,
}

/// What tracks of all four types are made of.
pub(crate) struct TrackInner {
    kind: TrackKind,
    handle: Arc<FfiHandle>,
    rtc_track: MediaStreamTrack,
    info: RwLock<TrackInfo>,
    events: Mutex<TrackEvents>,
}

impl TrackInner {
    fn new(
        handle: Arc<FfiHandle>,
        info: library::TrackInfo,
        kind: TrackKind,
        rtc_track: MediaStreamTrack,
    ) -> Arc<Self> {
        let stream_state = match info.stream_state() {
            library::StreamState::StatePaused => StreamState::Paused,
            library::StreamState::StateActive | library::StreamState::StateUnknown => StreamState::Active,
        };
        let sid = TrackSid::from_library(info.sid);
        let info = TrackInfo { sid, name: info.name, source: TrackSource::Unknown, stream_state, muted: info.muted };
        Arc::new(Self { kind, handle, rtc_track, info: RwLock::new(info), events: Mutex::default() })
    }

    pub(crate) fn handle(&self) -> &Arc<FfiHandle> {
        &self.handle
    }

    /// What the publication knows and the track's own message does not say.
    pub(crate) fn set_published(&self, sid: TrackSid, source: TrackSource) {
        let mut info = self.info.write();
        info.sid = sid;
        info.source = source;
    }

    /// Notes that it was muted or unmuted and tells the handler.
    pub(crate) fn note_muted(&self, track: Track, muted: bool) {
        {
            let mut info = self.info.write();
            if info.muted == muted {
                return;
            }
            info.muted = muted;
        }
        let mut events = self.events.lock();
        let place = if muted { &mut events.muted } else { &mut events.unmuted };
        // Called outside the lock, then put back unless it was replaced meanwhile.
        if let Some(handler) = place.take() {
            drop(events);
            handler(track);
            let mut events = self.events.lock();
            let place = if muted { &mut events.muted } else { &mut events.unmuted };
            place.get_or_insert(handler);
        }
    }
}

fn local_info(name: &str) -> library::TrackInfo {
    library::TrackInfo { sid: "TR_unknown".into(), name: name.into(), ..Default::default() }
}

/// Mutes or unmutes a local track at the library, which tells the server if it is published.
fn set_muted(inner: &TrackInner, track: Track, muted: bool) {
    if inner.info.read().muted == muted {
        return;
    }
    let request = library::LocalTrackMuteRequest { track_handle: inner.handle.id(), mute: muted };
    match ffi::request(library::ffi_request::Message::LocalTrackMute(request)) {
        Ok(_) => inner.note_muted(track, muted),
        Err(error) => tracing::warn!(%error, muted, "a track could not be muted or unmuted"),
    }
}

async fn get_stats(inner: &TrackInner) -> RoomResult<Vec<RtcStats>> {
    let answer = ffi::call(|id| {
        library::ffi_request::Message::GetStats(library::GetStatsRequest {
            track_handle: inner.handle.id(),
            request_async_id: Some(id),
        })
    });
    match answer.await? {
        library::ffi_event::Message::GetStats(answer) => {
            check(answer.error)?;
            Ok(answer.stats.into_iter().filter_map(RtcStats::from_proto).collect())
        }
        _ => Err(RoomError::from(ffi::FfiError::Unexpected)),
    }
}
