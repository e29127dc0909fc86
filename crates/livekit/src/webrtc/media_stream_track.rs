//! A track as libwebrtc knows it: the handle that streams are made from.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use parking_lot::Mutex;

use super::{audio_track::RtcAudioTrack, video_track::RtcVideoTrack};
use crate::ffi::{
    self, FfiHandle,
    events::MediaEnd,
    proto::{self, ffi_request},
};

/// Whether a track can still carry media.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub enum RtcTrackState {
    /// It can.
    Live,
    /// It never will again.
    Ended,
}

/// A track of either kind.
#[derive(Debug, Clone)]
pub enum MediaStreamTrack {
    /// Video.
    Video(RtcVideoTrack),
    /// Audio.
    Audio(RtcAudioTrack),
}

impl MediaStreamTrack {
    fn inner(&self) -> &TrackInner {
        match self {
            Self::Video(track) => &track.inner,
            Self::Audio(track) => &track.inner,
        }
    }

    /// The track's id.
    pub fn id(&self) -> String {
        self.inner().id()
    }

    /// Whether it carries media; `false` means black or silence.
    pub fn enabled(&self) -> bool {
        self.inner().enabled()
    }

    /// Turns a remote track to black or silence, or back; `false` if that was not possible. For a local track it is only
    /// remembered: mute it instead.
    pub fn set_enabled(&self, enabled: bool) -> bool {
        self.inner().set_enabled(enabled)
    }

    /// Whether it can still carry media.
    pub fn state(&self) -> RtcTrackState {
        self.inner().state()
    }
}

impl From<RtcAudioTrack> for MediaStreamTrack {
    fn from(track: RtcAudioTrack) -> Self {
        Self::Audio(track)
    }
}

impl From<RtcVideoTrack> for MediaStreamTrack {
    fn from(track: RtcVideoTrack) -> Self {
        Self::Video(track)
    }
}

/// What both kinds of track share. The library's object lives as long as the last clone or stream of it.
#[derive(Clone)]
pub(crate) struct TrackInner {
    handle: Arc<FfiHandle>,
    shared: Arc<Shared>,
}

struct Shared {
    id: String,
    remote: bool,
    enabled: AtomicBool,
    ended: AtomicBool,
    streams: Mutex<Vec<MediaEnd>>,
}

impl TrackInner {
    pub(crate) fn new(handle: Arc<FfiHandle>, id: String, remote: bool) -> Self {
        let shared = Shared {
            id,
            remote,
            enabled: AtomicBool::new(true),
            ended: AtomicBool::new(false),
            streams: Mutex::new(Vec::new()),
        };
        Self { handle, shared: Arc::new(shared) }
    }

    pub(crate) fn ffi_handle(&self) -> &Arc<FfiHandle> {
        &self.handle
    }

    /// Marks the track as ended, and ends its streams: it was unpublished or unsubscribed, or its room is gone.
    pub(crate) fn end(&self) {
        let streams = {
            let mut streams = self.shared.streams.lock();
            self.shared.ended.store(true, Ordering::Relaxed);
            std::mem::take(&mut *streams)
        };
        streams.iter().for_each(MediaEnd::end);
    }

    /// Ends a stream with the track.
    pub(crate) fn add_stream(&self, stream: MediaEnd) {
        let mut streams = self.shared.streams.lock();
        if self.state() == RtcTrackState::Ended {
            stream.end();
        } else {
            streams.retain(MediaEnd::is_live);
            streams.push(stream);
        }
    }

    pub(crate) fn id(&self) -> String {
        self.shared.id.clone()
    }

    pub(crate) fn enabled(&self) -> bool {
        self.shared.enabled.load(Ordering::Relaxed)
    }

    pub(crate) fn set_enabled(&self, enabled: bool) -> bool {
        if !self.shared.remote {
            self.shared.enabled.store(enabled, Ordering::Relaxed);
            return true;
        }
        let request = proto::EnableRemoteTrackRequest { track_handle: self.handle.id(), enabled };
        match ffi::request(ffi_request::Message::EnableRemoteTrack(request)) {
            Ok(_) => {
                self.shared.enabled.store(enabled, Ordering::Relaxed);
                true
            }
            Err(error) => {
                tracing::warn!(track = self.shared.id, %error, "a remote track could not be enabled or disabled");
                false
            }
        }
    }

    pub(crate) fn state(&self) -> RtcTrackState {
        if self.shared.ended.load(Ordering::Relaxed) { RtcTrackState::Ended } else { RtcTrackState::Live }
    }
}

impl fmt::Debug for TrackInner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Track")
            .field("id", &self.shared.id)
            .field("enabled", &self.enabled())
            .field("state", &self.state())
            .finish()
    }
}

/// The methods of a track of one kind.
macro_rules! media_stream_track {
    ($name:ident) => {
        impl $name {
            /// Over the library's object; `id` is the track's id.
            pub(crate) fn from_handle(
                handle: std::sync::Arc<$crate::ffi::FfiHandle>,
                id: String,
                remote: bool,
            ) -> Self {
                Self { inner: $crate::webrtc::media_stream_track::TrackInner::new(handle, id, remote) }
            }

            /// The library's object.
            pub(crate) fn ffi_handle(&self) -> &std::sync::Arc<$crate::ffi::FfiHandle> {
                self.inner.ffi_handle()
            }

            /// Marks the track as ended, and ends its streams.
            pub(crate) fn end(&self) {
                self.inner.end();
            }

            /// The track's id.
            pub fn id(&self) -> String {
                self.inner.id()
            }

            /// Whether it carries media; `false` means black or silence.
            pub fn enabled(&self) -> bool {
                self.inner.enabled()
            }

            /// Turns a remote track to black or silence, or back; `false` if that was not possible. To receive nothing,
            /// disable the publication. For a local track it is only remembered: mute it instead.
            pub fn set_enabled(&self, enabled: bool) -> bool {
                self.inner.set_enabled(enabled)
            }

            /// Whether it can still carry media.
            pub fn state(&self) -> $crate::webrtc::media_stream_track::RtcTrackState {
                self.inner.state()
            }
        }
    };
}

pub(crate) use media_stream_track;
