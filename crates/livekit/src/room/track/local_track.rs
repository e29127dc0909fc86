//! Tracks published here, of either kind.

use super::{LocalAudioTrack, LocalVideoTrack, Track, track_dispatch};
use crate::{
    room::RoomResult,
    webrtc::{media_stream_track::MediaStreamTrack, stats::RtcStats},
};

/// A track that is published here.
#[derive(Clone, Debug)]
pub enum LocalTrack {
    /// Sound.
    Audio(LocalAudioTrack),
    /// Picture.
    Video(LocalVideoTrack),
}

#[allow(missing_docs)] // The methods are documented at the tracks' types.
impl LocalTrack {
    track_dispatch!([Audio, Video]);

    livekit_common::enum_dispatch!(
        [Audio, Video];
        pub fn mute(self: &Self) -> ();
        pub fn unmute(self: &Self) -> ();
    );

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

impl From<LocalTrack> for Track {
    fn from(track: LocalTrack) -> Self {
        match track {
            LocalTrack::Audio(track) => Self::LocalAudio(track),
            LocalTrack::Video(track) => Self::LocalVideo(track),
        }
    }
}

impl TryFrom<Track> for LocalTrack {
    type Error = &'static str;

    fn try_from(track: Track) -> Result<Self, Self::Error> {
        match track {
            Track::LocalAudio(track) => Ok(Self::Audio(track)),
            Track::LocalVideo(track) => Ok(Self::Video(track)),
            _ => Err("not a local track"),
        }
    }
}
