//! Which of the others' tracks are received: what one participant publishes costs no more than a bound.

use std::collections::{HashMap, HashSet};

use livekit::prelude::{RemoteTrackPublication, TrackSid};

use crate::video::TileId;

/// Most sounds of one participant that are played: a microphone, a screen's sound, and two that nobody expects.
const MOST_SOUNDS: usize = 4;

/// Largest picture that is received, in pixels: a screen of 5120 by 2880 fits. The decoder alone keeps about eight bytes
/// for each.
pub const MOST_PIXELS: u64 = 16 * 1024 * 1024;

/// Whether a picture of this size is too large to be received.
pub fn is_too_large(width: u32, height: u32) -> bool {
    u64::from(width) * u64::from(height) > MOST_PIXELS
}

/// What is received in one room. `P` is a publication, which can be asked not to be sent any more.
pub struct Received<P = RemoteTrackPublication> {
    /// By participant.
    sounds: HashMap<String, Vec<TrackSid>>,
    /// What each tile shows.
    pictures: HashMap<TileId, (TrackSid, P)>,
    /// Tiles of which the picture is too large, and which of their tracks it is.
    too_large: HashMap<TileId, TrackSid>,
    /// Participants of whom a sound was refused: told once of each.
    told: HashSet<String>,
}

impl<P> Default for Received<P> {
    fn default() -> Self {
        Self { sounds: HashMap::new(), pictures: HashMap::new(), too_large: HashMap::new(), told: HashSet::new() }
    }
}

/// What of a publication is needed here.
pub trait Publication {
    /// Of its track.
    fn sid(&self) -> TrackSid;
    /// The picture's width and height, as its sender declares them.
    fn declared_size(&self) -> (u32, u32);
    /// LiveKit is not to send it any more.
    fn refuse(&self);
}

impl Publication for RemoteTrackPublication {
    fn sid(&self) -> TrackSid {
        Self::sid(self)
    }

    fn declared_size(&self) -> (u32, u32) {
        let size = self.dimension();
        (size.0, size.1)
    }

    fn refuse(&self) {
        self.set_subscribed(false);
    }
}

impl<P: Publication> Received<P> {
    /// A sound of a participant came. Whether it is to be played; else LiveKit is asked not to send it.
    pub fn sound(&mut self, identity: &str, publication: &P) -> bool {
        let sounds = self.sounds.entry(identity.to_owned()).or_default();
        let sid = publication.sid();
        if sounds.contains(&sid) {
            return true;
        }
        if sounds.len() < MOST_SOUNDS {
            sounds.push(sid);
            return true;
        }
        publication.refuse();
        if self.told.insert(identity.to_owned()) {
            tracing::warn!(most = MOST_SOUNDS, "somebody publishes more sounds than are played: the rest is left out");
        }
        false
    }

    /// A sound is gone.
    pub fn sound_gone(&mut self, identity: &str, sid: &TrackSid) {
        if let Some(sounds) = self.sounds.get_mut(identity) {
            sounds.retain(|one| one != sid);
            if sounds.is_empty() {
                self.sounds.remove(identity);
            }
        }
    }

    /// A picture for a tile came. Whether it is to be shown. A tile shows one: the earlier is not received any more.
    pub fn picture(&mut self, tile: &TileId, publication: P) -> bool {
        let (sid, (width, height)) = (publication.sid(), publication.declared_size());
        if is_too_large(width, height) {
            self.refuse_picture(tile, publication, width, height);
            return false;
        }
        self.too_large.remove(tile);
        if let Some((before, earlier)) = self.pictures.insert(tile.clone(), (sid.clone(), publication))
            && before != sid
        {
            tracing::info!(source = ?tile.source, "a second picture of the same kind: the first is left out");
            earlier.refuse();
        }
        true
    }

    /// A picture turned out to be larger than its sender declared. Whether the tile showed just that.
    pub fn picture_is_too_large(&mut self, tile: &TileId, sid: &TrackSid, width: u32, height: u32) -> bool {
        let shown = self.pictures.get(tile).is_some_and(|(shown, _)| shown == sid);
        if shown && let Some((_, publication)) = self.pictures.remove(tile) {
            self.refuse_picture(tile, publication, width, height);
        }
        shown
    }

    fn refuse_picture(&mut self, tile: &TileId, publication: P, width: u32, height: u32) {
        tracing::warn!(width, height, source = ?tile.source, "a picture is too large: it is not received");
        self.too_large.insert(tile.clone(), publication.sid());
        publication.refuse();
    }

    /// A picture's track ended, or LiveKit stopped sending it. Whether the tile showed just that.
    pub fn picture_gone(&mut self, tile: &TileId, sid: &TrackSid) -> bool {
        let shown = self.pictures.get(tile).is_some_and(|(shown, _)| shown == sid);
        if shown {
            self.pictures.remove(tile);
        }
        shown
    }

    /// A track is not published any more.
    pub fn unpublished(&mut self, sid: &TrackSid) {
        self.too_large.retain(|_, of| of != sid);
    }

    /// Somebody left.
    pub fn left(&mut self, identity: &str) {
        self.sounds.remove(identity);
        self.told.remove(identity);
        self.pictures.retain(|tile, _| tile.identity != identity);
        self.too_large.retain(|tile, _| tile.identity != identity);
    }

    /// Whether the picture of this tile is too large to be received.
    pub fn is_too_large(&self, tile: &TileId) -> bool {
        self.too_large.contains_key(tile)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;
    use crate::video::TileSource;

    #[derive(Clone)]
    struct Track {
        sid: TrackSid,
        size: (u32, u32),
        refused: Rc<Cell<bool>>,
    }

    impl Publication for Track {
        fn sid(&self) -> TrackSid {
            self.sid.clone()
        }

        fn declared_size(&self) -> (u32, u32) {
            self.size
        }

        fn refuse(&self) {
            self.refused.set(true);
        }
    }

    fn track(number: usize, size: (u32, u32)) -> Track {
        let sid = TrackSid::try_from(format!("TR_{number}")).unwrap();
        Track { sid, size, refused: Rc::default() }
    }

    fn camera(identity: &str) -> TileId {
        TileId { identity: identity.into(), source: TileSource::Camera }
    }

    #[test]
    fn so_many_sounds_of_each_are_played() {
        let mut received = Received::<Track>::default();
        let tracks: Vec<_> = (0..10).map(|number| track(number, (0, 0))).collect();
        let played = tracks.iter().filter(|track| received.sound("eve", track)).count();
        assert_eq!(played, MOST_SOUNDS);
        assert_eq!(tracks.iter().filter(|track| track.refused.get()).count(), 10 - MOST_SOUNDS);
        assert!(received.sound("eve", &tracks[0]), "one that is played stays");
        assert!(received.sound("ada", &track(11, (0, 0))), "others are not concerned");
        received.sound_gone("eve", &tracks[0].sid);
        assert!(received.sound("eve", &track(12, (0, 0))));
        received.left("eve");
        assert_eq!(received.sounds.len(), 1);
    }

    #[test]
    fn a_tile_receives_one_picture() {
        let mut received = Received::<Track>::default();
        let (first, second) = (track(1, (640, 360)), track(2, (640, 360)));
        assert!(received.picture(&camera("eve"), first.clone()) && received.picture(&camera("eve"), second.clone()));
        assert!(first.refused.get() && !second.refused.get());
        assert!(!received.picture_gone(&camera("eve"), &first.sid), "its end is not the tile's");
        assert!(received.picture_gone(&camera("eve"), &second.sid));
    }

    #[test]
    fn what_is_too_large_is_not_received_whatever_it_declares() {
        let mut received = Received::<Track>::default();
        let honest = track(1, (8192, 8192));
        assert!(!received.picture(&camera("eve"), honest.clone()) && honest.refused.get());
        assert!(received.is_too_large(&camera("eve")));
        received.unpublished(&honest.sid);
        assert!(!received.is_too_large(&camera("eve")));
        let liar = track(2, (640, 360));
        assert!(received.picture(&camera("eve"), liar.clone()));
        received.picture_is_too_large(&camera("eve"), &honest.sid, 8192, 8192);
        assert!(!liar.refused.get(), "an earlier track's size says nothing of this one");
        received.picture_is_too_large(&camera("eve"), &liar.sid, 8192, 8192);
        assert!(liar.refused.get() && received.is_too_large(&camera("eve")));
        assert!(received.picture(&camera("eve"), track(3, (5120, 2880))) && !received.is_too_large(&camera("eve")));
        assert!(!is_too_large(4096, 4096) && is_too_large(u32::MAX, u32::MAX));
    }
}
