//! The video that is published here.

use std::sync::Arc;

use super::{Track, TrackInner, TrackKind, local_info, set_muted, track_methods};
use crate::{
    ffi::{self, FfiHandle, proto},
    webrtc::{media_stream_track::MediaStreamTrack, video_source::RtcVideoSource, video_track::RtcVideoTrack},
};

/// A video track of what a source captures. A cheap clone of the same.
#[derive(Clone)]
pub struct LocalVideoTrack {
    inner: Arc<TrackInner>,
    source: RtcVideoSource,
}

track_methods!(LocalVideoTrack, LocalVideo, RtcVideoTrack, Video, false);

impl LocalVideoTrack {
    /// A track that is not published yet. If the library cannot make it, publishing it fails with the reason.
    pub fn create_video_track(name: &str, source: RtcVideoSource) -> LocalVideoTrack {
        let owned = match &source {
            RtcVideoSource::Native(native) => create(name, native.ffi_handle()),
            #[allow(unreachable_patterns)]
            _ => {
                tracing::error!("only native video sources can be published");
                None
            }
        };
        let (handle, info) = match owned {
            Some(track) => (FfiHandle::new(track.handle), track.info),
            None => (FfiHandle::invalid(), local_info(name)),
        };
        let handle = Arc::new(handle);
        let rtc_track = RtcVideoTrack::from_handle(handle.clone(), info.sid.clone(), false);
        let info = proto::TrackInfo { muted: false, ..local_info(name) };
        let inner = TrackInner::new(handle, info, TrackKind::Video, MediaStreamTrack::Video(rtc_track));
        Self { inner, source }
    }

    /// Stops sending, and tells the others if it is published.
    pub fn mute(&self) {
        set_muted(&self.inner, Track::LocalVideo(self.clone()), true);
    }

    /// Sends again.
    pub fn unmute(&self) {
        set_muted(&self.inner, Track::LocalVideo(self.clone()), false);
    }

    /// What it is captured from.
    pub fn rtc_source(&self) -> RtcVideoSource {
        self.source.clone()
    }
}

fn create(name: &str, source: &FfiHandle) -> Option<proto::OwnedTrack> {
    let request = proto::CreateVideoTrackRequest { name: name.into(), source_handle: source.id() };
    match ffi::request(proto::ffi_request::Message::CreateVideoTrack(request)) {
        Ok(proto::ffi_response::Message::CreateVideoTrack(response)) => Some(response.track),
        Ok(_) => None,
        Err(error) => {
            tracing::error!(%error, "a video track could not be made");
            None
        }
    }
}
