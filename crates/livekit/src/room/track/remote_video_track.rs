//! Someone else's video.

use std::sync::Arc;

use super::{TrackInner, TrackKind, track_methods};
use crate::{
    ffi::{FfiHandle, proto},
    webrtc::{media_stream_track::MediaStreamTrack, video_track::RtcVideoTrack},
};

/// Someone else's video track, as long as it is subscribed to. A cheap clone of the same.
#[derive(Clone)]
pub struct RemoteVideoTrack {
    inner: Arc<TrackInner>,
}

track_methods!(RemoteVideoTrack, RemoteVideo, RtcVideoTrack, Video, true);

impl RemoteVideoTrack {
    pub(crate) fn new(track: proto::OwnedTrack) -> Self {
        let handle = Arc::new(FfiHandle::new(track.handle));
        let rtc_track = RtcVideoTrack::from_handle(handle.clone(), track.info.sid.clone(), true);
        let inner = TrackInner::new(handle, track.info, TrackKind::Video, MediaStreamTrack::Video(rtc_track));
        Self { inner }
    }
}
