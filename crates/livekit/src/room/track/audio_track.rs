//! Audio tracks of either side.

use super::{LocalAudioTrack, RemoteAudioTrack, Track, track_dispatch};
use crate::webrtc::audio_track::RtcAudioTrack;

/// A audio track, published here or elsewhere.
#[derive(Clone, Debug)]
pub enum AudioTrack {
    /// Published here.
    Local(LocalAudioTrack),
    /// Published elsewhere.
    Remote(RemoteAudioTrack),
}

#[allow(missing_docs)] // The methods are documented at the tracks' types.
impl AudioTrack {
    track_dispatch!([Local, Remote]);

    pub fn rtc_track(&self) -> RtcAudioTrack {
        match self {
            Self::Local(track) => track.rtc_track(),
            Self::Remote(track) => track.rtc_track(),
        }
    }
}

impl From<AudioTrack> for Track {
    fn from(track: AudioTrack) -> Self {
        match track {
            AudioTrack::Local(track) => Self::LocalAudio(track),
            AudioTrack::Remote(track) => Self::RemoteAudio(track),
        }
    }
}

impl TryFrom<Track> for AudioTrack {
    type Error = &'static str;

    fn try_from(track: Track) -> Result<Self, Self::Error> {
        match track {
            Track::LocalAudio(track) => Ok(Self::Local(track)),
            Track::RemoteAudio(track) => Ok(Self::Remote(track)),
            _ => Err("not a audio track"),
        }
    }
}
