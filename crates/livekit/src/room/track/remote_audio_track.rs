//! Someone else's audio.

use std::sync::Arc;

use super::{TrackInner, TrackKind, track_methods};
use crate::{
    ffi::{FfiHandle, proto},
    webrtc::{audio_track::RtcAudioTrack, media_stream_track::MediaStreamTrack},
};

/// Someone else's audio track, as long as it is subscribed to. A cheap clone of the same.
#[derive(Clone)]
pub struct RemoteAudioTrack {
    inner: Arc<TrackInner>,
}

track_methods!(RemoteAudioTrack, RemoteAudio, RtcAudioTrack, Audio, true);

impl RemoteAudioTrack {
    pub(crate) fn new(track: proto::OwnedTrack) -> Self {
        let handle = Arc::new(FfiHandle::new(track.handle));
        let rtc_track = RtcAudioTrack::from_handle(handle.clone(), track.info.sid.clone(), true);
        let inner = TrackInner::new(handle, track.info, TrackKind::Audio, MediaStreamTrack::Audio(rtc_track));
        Self { inner }
    }
}
