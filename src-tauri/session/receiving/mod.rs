//! Receives only what is seen: tells LiveKit which of the others' pictures are in sight and how large, and how much less of
//! them a bad connection bears. Sound is always received.

mod plan;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use livekit::prelude::{RemoteTrackPublication, Room, TrackKind, TrackSid, TrackSource};
use livekit::track::VideoQuality;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::people;
use crate::video::Seen;
use plan::{Video, Wanted, plan};

/// How often it is looked for pictures that came.
const INTERVAL: Duration = Duration::from_millis(500);

/// How long a picture goes on that is not seen any more, or smaller: a page that is turned back has it still.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks in one room until it is dropped.
#[derive(Debug)]
pub struct Receiving(AbortHandle);

impl Receiving {
    /// Begins; `seen` is what is in sight, `level` how much less the connection wants (0 all, 3 no picture).
    pub fn start(room: Arc<Room>, mut seen: Seen, mut level: watch::Receiver<u8>) -> Self {
        let task = tokio::spawn(async move {
            let mut asked = Asked::default();
            loop {
                let less = *level.borrow_and_update();
                asked.ask(&room, seen.sizes().as_ref(), less);
                tokio::select! {
                    () = tokio::time::sleep(INTERVAL) => {}
                    () = seen.changed() => {}
                    changed = level.changed() => {
                        if changed.is_err() {
                            return;
                        }
                    }
                }
            }
        });
        Self(task.abort_handle())
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What was asked for already.
#[derive(Default)]
struct Asked(HashMap<TrackSid, Known>);

struct Known {
    asked: Wanted,
    /// Since when less is wanted than was asked for.
    less_since: Option<Instant>,
}

impl Asked {
    fn ask(&mut self, room: &Room, seen: Option<&HashMap<crate::video::TileId, (u32, u32)>>, level: u8) {
        let (publications, videos): (Vec<_>, Vec<_>) = videos(room).into_iter().unzip();
        let mut before = std::mem::take(&mut self.0);
        for (publication, wanted) in publications.into_iter().zip(plan(&videos, seen, level)) {
            let sid = publication.sid();
            let known = before.remove(&sid);
            let known = known.unwrap_or(Known { asked: Wanted::High, less_since: None });
            self.0.insert(sid, step(known, wanted, level > 0, Instant::now(), |wanted| ask(&publication, wanted)));
        }
    }
}

/// More is asked for at once, and so is less for a bad connection; else less only when that has lasted.
fn step(known: Known, wanted: Wanted, urgent: bool, now: Instant, ask: impl FnOnce(Wanted)) -> Known {
    let Known { asked, less_since } = known;
    if wanted == asked {
        return Known { asked, less_since: None };
    }
    let since = less_since.unwrap_or(now);
    if wanted > asked || urgent || now.duration_since(since) >= PATIENCE {
        ask(wanted);
        return Known { asked: wanted, less_since: None };
    }
    Known { asked, less_since: Some(since) }
}

fn ask(publication: &RemoteTrackPublication, wanted: Wanted) {
    publication.set_enabled(wanted != Wanted::Nothing);
    if !publication.simulcasted() {
        return;
    }
    // By layer, not by size: the SDK takes a size that is asked for as the picture's own.
    match wanted {
        Wanted::Nothing => {}
        Wanted::Low => publication.set_video_quality(VideoQuality::Low),
        Wanted::Medium => publication.set_video_quality(VideoQuality::Medium),
        Wanted::High => publication.set_video_quality(VideoQuality::High),
    }
}

/// The others' pictures that are subscribed to.
fn videos(room: &Room) -> Vec<(RemoteTrackPublication, Video)> {
    let people = room.remote_participants().into_values();
    people
        .flat_map(|person| {
            let publications = person.track_publications().into_values();
            let subscribed = publications.filter(|one| one.kind() == TrackKind::Video && one.is_subscribed());
            subscribed
                .map(|publication| {
                    let video = Video {
                        tile: people::tile(&person, publication.source()),
                        size: (publication.dimension().0, publication.dimension().1),
                        screen: publication.source() == TrackSource::Screenshare,
                        speaking: person.is_speaking(),
                        joined_at: person.joined_at(),
                    };
                    (publication, video)
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_comes_at_once_and_less_when_it_lasts() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut asked = Vec::new();
        let mut known = Known { asked: Wanted::High, less_since: None };
        let mut go = |wanted, urgent, seconds| {
            let old = std::mem::replace(&mut known, Known { asked: Wanted::Nothing, less_since: None });
            known = step(old, wanted, urgent, at(seconds), |wanted| asked.push((seconds, wanted)));
        };
        go(Wanted::Nothing, false, 0);
        go(Wanted::Medium, false, 1);
        go(Wanted::Nothing, false, 3);
        go(Wanted::High, false, 4);
        go(Wanted::Nothing, false, 5);
        go(Wanted::Nothing, false, 7);
        go(Wanted::Medium, false, 8);
        go(Wanted::Low, true, 9);
        assert_eq!(
            asked,
            [(3, Wanted::Nothing), (4, Wanted::High), (7, Wanted::Nothing), (8, Wanted::Medium), (9, Wanted::Low)]
        );
    }
}
