//! Does what was decided: thins out the own camera, asks for less of the others' pictures.

use std::collections::HashMap;

use livekit::prelude::{RemoteTrackPublication, Room, TrackKind, TrackSid, TrackSource};
use livekit::track::VideoQuality;

use super::Levels;
use crate::media::thin::SendLimit;

/// What is asked for of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    All,
    Small,
    Nothing,
}

/// Does it in one room. Dropping it sends all again.
#[derive(Debug)]
pub struct Adapter {
    limit: SendLimit,
    asked: HashMap<TrackSid, Wanted>,
}

impl Adapter {
    /// Nothing is held back. `limit` is the own camera's.
    pub fn new(limit: SendLimit) -> Self {
        limit.set(0);
        Self { limit, asked: HashMap::new() }
    }

    /// Sends and receives at these levels. Tracks that came since the last time get what the others have.
    pub fn apply(&mut self, room: &Room, levels: Levels) {
        self.limit.set(levels.sending);
        let videos = videos(room);
        let kept = if levels.receiving == 2 { most_wanted(&videos) } else { None };
        let mut asked = HashMap::new();
        for Video { publication, .. } in videos {
            let sid = publication.sid();
            let wanted = match levels.receiving {
                0 => Wanted::All,
                1 => Wanted::Small,
                2 if kept.as_ref() == Some(&sid) => Wanted::Small,
                _ => Wanted::Nothing,
            };
            if self.asked.get(&sid).copied().unwrap_or(Wanted::All) != wanted {
                ask(&publication, wanted);
            }
            asked.insert(sid, wanted);
        }
        self.asked = asked;
    }
}

impl Drop for Adapter {
    fn drop(&mut self) {
        self.limit.set(0);
    }
}

struct Video {
    publication: RemoteTrackPublication,
    speaking: bool,
    joined_at: i64,
}

fn videos(room: &Room) -> Vec<Video> {
    let people = room.remote_participants().into_values();
    let of = people.flat_map(|person| {
        let (speaking, joined_at) = (person.is_speaking(), person.joined_at());
        let publications = person.track_publications().into_values();
        publications.map(move |publication| Video { publication, speaking, joined_at })
    });
    of.filter(|video| video.publication.kind() == TrackKind::Video && video.publication.is_subscribed()).collect()
}

/// The one picture to keep: a screen, else who speaks, else who was here first.
fn most_wanted(videos: &[Video]) -> Option<TrackSid> {
    let rank = |video: &&Video| {
        let screen = video.publication.source() == TrackSource::Screenshare;
        (!screen, !video.speaking, video.joined_at, video.publication.sid().to_string())
    };
    videos.iter().min_by_key(rank).map(|video| video.publication.sid())
}

fn ask(publication: &RemoteTrackPublication, wanted: Wanted) {
    publication.set_enabled(wanted != Wanted::Nothing);
    if publication.simulcasted() {
        publication.set_video_quality(if wanted == Wanted::All { VideoQuality::High } else { VideoQuality::Low });
    }
}
