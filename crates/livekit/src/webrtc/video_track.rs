//! Video tracks.

use super::media_stream_track::{TrackInner, media_stream_track};

/// A local or remote video track.
#[derive(Clone, Debug)]
pub struct RtcVideoTrack {
    pub(crate) inner: TrackInner,
}

media_stream_track!(RtcVideoTrack);
