//! What is asked for of each of the others' pictures: what is seen, in the layer that fits the size it is seen in, as far as
//! the connection bears it. Decided here without doing anything.

use std::collections::HashMap;

use crate::video::TileId;

/// How much larger than the layer below a tile has to be for the next one: a little blown up nobody sees.
const TOLERANCE: f64 = 1.25;

/// What is asked for of a picture. A layer has half the sides of the one above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wanted {
    /// It is not sent here.
    Nothing,
    /// The smallest layer.
    Low,
    /// The one between.
    Medium,
    /// The largest.
    High,
}

/// One of the others' pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Video {
    /// The tile that would show it.
    pub tile: TileId,
    /// Width and height of its largest layer, px, as its sender declares them.
    pub size: (u32, u32),
    /// A screen that is shared.
    pub screen: bool,
    /// Of somebody who speaks.
    pub speaking: bool,
    /// When its owner came; who was here first comes first.
    pub joined_at: i64,
}

impl Video {
    /// The layer that fits a tile of this size, px.
    fn layer(&self, (width, height): (u32, u32)) -> Wanted {
        let part = |tile: u32, whole: u32| f64::from(tile) / f64::from(whole.max(1));
        let needed = part(width, self.size.0).max(part(height, self.size.1));
        if needed <= 0.25 * TOLERANCE {
            Wanted::Low
        } else if needed <= 0.5 * TOLERANCE {
            Wanted::Medium
        } else {
            Wanted::High
        }
    }
}

/// What is wanted of each. `seen` has the sizes of the tiles in sight, px; none where no window shows any. `level` is how
/// much less the connection wants: 0 all, 1 the smallest layers, 2 one picture, 3 none.
pub fn plan(videos: &[Video], seen: Option<&HashMap<TileId, (u32, u32)>>, level: u8) -> Vec<Wanted> {
    let layer = |video: &Video| match seen {
        None => Wanted::High,
        Some(seen) => seen.get(&video.tile).map_or(Wanted::Nothing, |size| video.layer(*size)),
    };
    let mut wanted: Vec<_> = videos.iter().map(layer).collect();
    let rank = |(at, video): &(usize, &Video)| (!video.screen, !video.speaking, video.joined_at, *at);
    let in_sight = videos.iter().enumerate().filter(|(at, _)| wanted[*at] != Wanted::Nothing);
    let foremost = in_sight.min_by_key(rank).map(|(at, _)| at);
    for (at, wanted) in wanted.iter_mut().enumerate() {
        let most = match level {
            0 => Wanted::High,
            1 => Wanted::Low,
            2 if Some(at) == foremost => Wanted::Low,
            _ => Wanted::Nothing,
        };
        *wanted = (*wanted).min(most);
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::Wanted::{High, Low, Medium, Nothing};
    use super::*;
    use crate::video::TileSource;

    fn video(who: &str, screen: bool, speaking: bool, joined_at: i64) -> Video {
        let source = if screen { TileSource::Screen } else { TileSource::Camera };
        Video { tile: TileId { identity: who.into(), source }, size: (1280, 720), screen, speaking, joined_at }
    }

    fn sizes(videos: &[Video], of: &[(u32, u32)]) -> HashMap<TileId, (u32, u32)> {
        videos.iter().map(|video| video.tile.clone()).zip(of.iter().copied()).collect()
    }

    #[test]
    fn what_is_seen_is_asked_for_in_the_layer_that_fits() {
        let videos: Vec<_> = (0..5).map(|number| video(&number.to_string(), false, false, number)).collect();
        let seen = sizes(&videos[..4], &[(320, 180), (640, 480), (700, 700), (3000, 2000)]);
        assert_eq!(plan(&videos, Some(&seen), 0), [Low, High, High, High, Nothing]);
        let seen = sizes(&videos[..2], &[(720, 400), (200, 200)]);
        assert_eq!(plan(&videos[..2], Some(&seen), 0), [Medium, Low]);
        assert_eq!(plan(&videos[..1], Some(&HashMap::new()), 0), [Nothing], "a minimised window");
        assert_eq!(plan(&videos[..1], None, 0), [High], "no window");
        let strange = Video { size: (0, 0), ..videos[0].clone() };
        assert_eq!(plan(&[strange], Some(&seen), 0), [High]);
    }

    #[test]
    fn a_bad_connection_gets_less_of_what_is_seen() {
        let videos = [
            video("a", false, true, 1),
            video("b", true, false, 2),
            video("c", false, false, 3),
            video("d", true, true, 0),
        ];
        let seen = sizes(&videos[..3], &[(640, 384), (1280, 704), (64, 64)]);
        assert_eq!(plan(&videos, Some(&seen), 1), [Low, Low, Low, Nothing]);
        assert_eq!(plan(&videos, Some(&seen), 2), [Nothing, Low, Nothing, Nothing], "the screen in sight");
        assert_eq!(plan(&videos, Some(&seen), 3), [Nothing; 4]);
        assert_eq!(plan(&videos[..1], None, 2), [Low]);
        let seen = sizes(&videos[..1], &[(640, 384)]);
        assert_eq!(plan(&[videos[0].clone(), videos[2].clone()], Some(&seen), 2), [Low, Nothing], "who speaks");
    }
}
