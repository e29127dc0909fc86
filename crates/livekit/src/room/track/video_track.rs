//! Video tracks of either side.

use super::{LocalVideoTrack, RemoteVideoTrack, Track, track_dispatch};
use crate::webrtc::video_track::RtcVideoTrack;

/// A video track, published here or elsewhere.
#[derive(Clone, Debug)]
pub enum VideoTrack {
    /// Published here.
    Local(LocalVideoTrack),
    /// Published elsewhere.
    Remote(RemoteVideoTrack),
}

#[allow(missing_docs)] // The methods are documented at the tracks' types.
impl VideoTrack {
    track_dispatch!([Local, Remote]);

    pub fn rtc_track(&self) -> RtcVideoTrack {
        match self {
            Self::Local(track) => track.rtc_track(),
            Self::Remote(track) => track.rtc_track(),
        }
    }
}

impl From<VideoTrack> for Track {
    fn from(track: VideoTrack) -> Self {
        match track {
            VideoTrack::Local(track) => Self::LocalVideo(track),
            VideoTrack::Remote(track) => Self::RemoteVideo(track),
        }
    }
}

impl TryFrom<Track> for VideoTrack {
    type Error = &'static str;

    fn try_from(track: Track) -> Result<Self, Self::Error> {
        match track {
            Track::LocalVideo(track) => Ok(Self::Local(track)),
            Track::RemoteVideo(track) => Ok(Self::Remote(track)),
            _ => Err("not a video track"),
        }
    }
}
