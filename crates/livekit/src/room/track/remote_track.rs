//! Tracks published elsewhere, of either kind.

use super::{RemoteAudioTrack, RemoteVideoTrack, Track, track_dispatch};
use crate::{
    room::RoomResult,
    webrtc::{media_stream_track::MediaStreamTrack, stats::RtcStats},
};

/// A track that is published elsewhere.
#[derive(Clone, Debug)]
pub enum RemoteTrack {
    /// Sound.
    Audio(RemoteAudioTrack),
    /// Picture.
    Video(RemoteVideoTrack),
}

#[allow(missing_docs)] // The methods are documented at the tracks' types.
impl RemoteTrack {
    track_dispatch!([Audio, Video]);

    pub fn rtc_track(&self) -> MediaStreamTrack {
        match self {
            Self::Audio(track) => track.rtc_track().into(),
            Self::Video(track) => track.rtc_track().into(),
        }
    }

    pub async fn get_stats(&self) -> RoomResult<Vec<RtcStats>> {
        match self {
            Self::Audio(track) => track.get_stats().await,
            Self::Video(track) => track.get_stats().await,
        }
    }
}

impl RemoteTrack {
    /// It is not received any more, and never again: a new subscription is a new track.
    pub(crate) fn end(&self) {
        match self {
            Self::Audio(track) => track.rtc_track().end(),
            Self::Video(track) => track.rtc_track().end(),
        }
    }
}

impl From<RemoteTrack> for Track {
    fn from(track: RemoteTrack) -> Self {
        match track {
            RemoteTrack::Audio(track) => Self::RemoteAudio(track),
            RemoteTrack::Video(track) => Self::RemoteVideo(track),
        }
    }
}

impl TryFrom<Track> for RemoteTrack {
    type Error = &'static str;

    fn try_from(track: Track) -> Result<Self, Self::Error> {
        match track {
            Track::RemoteAudio(track) => Ok(Self::Audio(track)),
            Track::RemoteVideo(track) => Ok(Self::Video(track)),
            _ => Err("not a remote track"),
        }
    }
}
