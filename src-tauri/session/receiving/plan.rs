//! What is asked for of each of the others' pictures: what is seen, in the size it is seen in, as far as the connection
//! bears it. Decided here without doing anything.

use std::collections::HashMap;

use crate::video::TileId;

/// Sizes asked for are multiples of this, px: a window that is drawn larger is not a message a pixel.
const STEP: u32 = 64;

/// What is asked for of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wanted {
    /// It is not sent here.
    Nothing,
    /// The smallest layer.
    Smallest,
    /// The layer that fits this many pixels: width, height.
    Size(u32, u32),
    /// All of it: nobody knows where it is shown.
    All,
}

/// One of the others' pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Video {
    /// The tile that would show it.
    pub tile: TileId,
    /// A screen that is shared.
    pub screen: bool,
    /// Of somebody who speaks.
    pub speaking: bool,
    /// When its owner came; who was here first comes first.
    pub joined_at: i64,
}

/// What is wanted of each. `seen` has the sizes of the tiles in sight, px; none where no window shows any. `level` is how
/// much less the connection wants: 0 all, 1 the smallest layers, 2 one picture, 3 none.
pub fn plan(videos: &[Video], seen: Option<&HashMap<TileId, (u32, u32)>>, level: u8) -> Vec<Wanted> {
    let size = |video: &Video| match seen {
        None => Wanted::All,
        Some(seen) => seen.get(&video.tile).map_or(Wanted::Nothing, |(width, height)| {
            Wanted::Size(width.next_multiple_of(STEP), height.next_multiple_of(STEP))
        }),
    };
    let mut wanted: Vec<_> = videos.iter().map(size).collect();
    let rank = |(at, video): &(usize, &Video)| (!video.screen, !video.speaking, video.joined_at, *at);
    let in_sight = videos.iter().enumerate().filter(|(at, _)| wanted[*at] != Wanted::Nothing);
    let foremost = in_sight.min_by_key(rank).map(|(at, _)| at);
    for (at, wanted) in wanted.iter_mut().enumerate() {
        let most = match level {
            0 => Wanted::All,
            1 => Wanted::Smallest,
            2 if Some(at) == foremost => Wanted::Smallest,
            _ => Wanted::Nothing,
        };
        *wanted = (*wanted).min(most);
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::video::TileSource;

    fn video(who: &str, screen: bool, speaking: bool, joined_at: i64) -> Video {
        let source = if screen { TileSource::Screen } else { TileSource::Camera };
        Video { tile: TileId { identity: who.into(), source }, screen, speaking, joined_at }
    }

    fn sizes(videos: &[Video], of: &[(u32, u32)]) -> HashMap<TileId, (u32, u32)> {
        videos.iter().map(|video| video.tile.clone()).zip(of.iter().copied()).collect()
    }

    #[test]
    fn what_is_seen_is_asked_for_in_its_size() {
        let videos = [video("a", false, false, 1), video("b", false, false, 2), video("c", false, false, 3)];
        let seen = sizes(&videos[..2], &[(300, 170), (1280, 704)]);
        let expected = [Wanted::Size(320, 192), Wanted::Size(1280, 704), Wanted::Nothing];
        assert_eq!(plan(&videos, Some(&seen), 0), expected);
        assert_eq!(plan(&videos, Some(&HashMap::new()), 0), [Wanted::Nothing; 3], "a minimised window");
        assert_eq!(plan(&videos, None, 0), [Wanted::All; 3], "no window");
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
        use Wanted::{Nothing, Smallest};
        assert_eq!(plan(&videos, Some(&seen), 1), [Smallest, Smallest, Smallest, Nothing]);
        assert_eq!(plan(&videos, Some(&seen), 2), [Nothing, Smallest, Nothing, Nothing], "the screen in sight");
        assert_eq!(plan(&videos, Some(&seen), 3), [Nothing; 4]);
        assert_eq!(plan(&videos[..1], None, 2), [Smallest]);
        let seen = sizes(&videos[..1], &[(640, 384)]);
        assert_eq!(plan(&[videos[0].clone(), videos[2].clone()], Some(&seen), 2), [Smallest, Nothing], "who speaks");
    }
}
