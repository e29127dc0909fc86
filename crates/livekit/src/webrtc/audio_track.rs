//! Audio tracks.

use super::media_stream_track::{TrackInner, media_stream_track};

/// A local or remote audio track.
#[derive(Clone, Debug)]
pub struct RtcAudioTrack {
    pub(crate) inner: TrackInner,
}

media_stream_track!(RtcAudioTrack);
