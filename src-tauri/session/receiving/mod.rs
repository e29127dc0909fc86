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
use crate::video::{Frames, TileId};
use plan::{Video, Wanted, plan};

/// How often it is looked for pictures that came.
const INTERVAL: Duration = Duration::from_millis(500);

/// How long a picture goes on that is not seen any more, or smaller: a page that is turned back has it still.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a camera's picture that is in sight may stand still; then it is asked for anew.
const STANDS: Duration = Duration::from_secs(5);

/// How often that is done before it moves: a sender may have nothing to send.
const ANEW_MOST: u32 = 3;

/// Asks in one room until it is dropped.
#[derive(Debug)]
pub struct Receiving(AbortHandle);

impl Receiving {
    /// Begins; `frames` knows what is in sight and what was drawn, `level` is how much less the connection wants (0 all, 3
    /// no picture).
    pub fn start(room: Arc<Room>, frames: Frames, mut level: watch::Receiver<u8>) -> Self {
        let task = tokio::spawn(async move {
            let mut asked = Asked::default();
            let mut seen = frames.seen();
            loop {
                let less = *level.borrow_and_update();
                asked.ask(&room, seen.sizes().as_ref(), less, &frames);
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
    motion: Motion,
}

/// Whether a picture moves that was asked for.
#[derive(Default)]
struct Motion {
    /// How many frames of it were drawn, and since when it is no more.
    drawn: Option<(u32, Instant)>,
    /// How often it was asked for anew since.
    anew: u32,
}

impl Motion {
    /// Whether it is to be asked for anew, with so many frames drawn; none: it need not move.
    fn has_stopped(&mut self, drawn: Option<u32>, now: Instant) -> bool {
        let Some(drawn) = drawn else {
            *self = Self::default();
            return false;
        };
        match self.drawn {
            Some((before, since)) if before == drawn => {
                let stopped = now.duration_since(since) >= STANDS && self.anew < ANEW_MOST;
                if stopped {
                    self.drawn = Some((drawn, now));
                    self.anew += 1;
                }
                stopped
            }
            _ => {
                *self = Self { drawn: Some((drawn, now)), anew: 0 };
                false
            }
        }
    }
}

impl Asked {
    fn ask(&mut self, room: &Room, seen: Option<&HashMap<TileId, (u32, u32)>>, level: u8, frames: &Frames) {
        let (publications, videos): (Vec<_>, Vec<_>) = videos(room).into_iter().unzip();
        let now = Instant::now();
        let drawn: HashMap<_, _> = frames.meters().into_iter().map(|one| (one.tile, one.frames)).collect();
        let mut before = std::mem::take(&mut self.0);
        let wanted = plan(&videos, seen, level);
        for ((publication, video), wanted) in publications.into_iter().zip(videos).zip(wanted) {
            let sid = publication.sid();
            let known = before.remove(&sid);
            let known = known.unwrap_or(Known { asked: Wanted::High, less_since: None, motion: Motion::default() });
            let mut known = step(known, wanted, level > 0, now, |wanted| ask(&publication, wanted));
            let moves = seen.is_some() && wanted != Wanted::Nothing && !video.screen && !publication.is_muted();
            let drawn = moves.then(|| drawn.get(&video.tile).copied().unwrap_or_default());
            if known.motion.has_stopped(drawn, now) {
                tracing::info!(%sid, "a picture stands still: it is asked for anew");
                ask(&publication, Wanted::Nothing);
                // More than that is asked for at the next step.
                known.asked = Wanted::Nothing;
            }
            self.0.insert(sid, known);
        }
    }
}

/// More is asked for at once, and so is less for a bad connection; else less only when that has lasted.
fn step(known: Known, wanted: Wanted, urgent: bool, now: Instant, ask: impl FnOnce(Wanted)) -> Known {
    let Known { asked, less_since, motion } = known;
    if wanted == asked {
        return Known { asked, less_since: None, motion };
    }
    let since = less_since.unwrap_or(now);
    if wanted > asked || urgent || now.duration_since(since) >= PATIENCE {
        ask(wanted);
        return Known { asked: wanted, less_since: None, motion };
    }
    Known { asked, less_since: Some(since), motion }
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
        let fresh = |asked| Known { asked, less_since: None, motion: Motion::default() };
        let mut known = fresh(Wanted::High);
        let mut go = |wanted, urgent, seconds| {
            let old = std::mem::replace(&mut known, fresh(Wanted::Nothing));
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

    #[test]
    fn a_picture_that_stands_still_is_asked_for_anew_a_few_times() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut motion = Motion::default();
        let stops = |motion: &mut Motion, drawn, from, to| -> Vec<_> {
            (from..to).filter(|second| motion.has_stopped(drawn, at(*second))).collect()
        };
        assert!(stops(&mut motion, Some(0), 0, 5).is_empty());
        assert!(stops(&mut motion, Some(1), 5, 10).is_empty(), "it begins");
        assert!(stops(&mut motion, None, 10, 20).is_empty(), "out of sight");
        assert_eq!(stops(&mut motion, Some(1), 20, 60), [25, 30, 35]);
        assert_eq!(stops(&mut motion, Some(2), 60, 80), [65, 70, 75], "it moved in between");
    }
}
