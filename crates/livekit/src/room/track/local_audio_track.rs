//! The audio that is published here.

use std::sync::Arc;

use super::{Track, TrackInner, TrackKind, local_info, set_muted, track_methods};
use crate::{
    ffi::{self, FfiHandle, proto},
    webrtc::{audio_source::RtcAudioSource, audio_track::RtcAudioTrack, media_stream_track::MediaStreamTrack},
};

/// A audio track of what a source captures. A cheap clone of the same.
#[derive(Clone)]
pub struct LocalAudioTrack {
    inner: Arc<TrackInner>,
    source: RtcAudioSource,
}

track_methods!(LocalAudioTrack, LocalAudio, RtcAudioTrack, Audio, false);

impl LocalAudioTrack {
    /// A track that is not published yet. If the library cannot make it, publishing it fails with the reason.
    pub fn create_audio_track(name: &str, source: RtcAudioSource) -> LocalAudioTrack {
        let owned = match &source {
            RtcAudioSource::Native(native) => create(name, native.ffi_handle()),
            #[allow(unreachable_patterns)]
            _ => {
                tracing::error!("only native audio sources can be published");
                None
            }
        };
        let (handle, info) = match owned {
            Some(track) => (FfiHandle::new(track.handle), track.info),
            None => (FfiHandle::invalid(), local_info(name)),
        };
        let handle = Arc::new(handle);
        let rtc_track = RtcAudioTrack::from_handle(handle.clone(), info.sid.clone(), false);
        let info = proto::TrackInfo { muted: false, ..local_info(name) };
        let inner = TrackInner::new(handle, info, TrackKind::Audio, MediaStreamTrack::Audio(rtc_track));
        Self { inner, source }
    }

    /// Stops sending, and tells the others if it is published.
    pub fn mute(&self) {
        set_muted(&self.inner, Track::LocalAudio(self.clone()), true);
    }

    /// Sends again.
    pub fn unmute(&self) {
        set_muted(&self.inner, Track::LocalAudio(self.clone()), false);
    }

    /// What it is captured from.
    pub fn rtc_source(&self) -> RtcAudioSource {
        self.source.clone()
    }
}

fn create(name: &str, source: &FfiHandle) -> Option<proto::OwnedTrack> {
    let request = proto::CreateAudioTrackRequest { name: name.into(), source_handle: source.id() };
    match ffi::request(proto::ffi_request::Message::CreateAudioTrack(request)) {
        Ok(proto::ffi_response::Message::CreateAudioTrack(response)) => Some(response.track),
        Ok(_) => None,
        Err(error) => {
            tracing::error!(%error, "a audio track could not be made");
            None
        }
    }
}
