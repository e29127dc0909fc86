//! What goes over the portable layer's socket. Numbers are little-endian.
//!
//! Rust → UI, binary, one message a picture: key (u32, names the tile), serial (u32), width and height (u16, px), 4 bytes of
//! nothing, then the Y, U and V planes without gaps, chroma halved both ways (rounded up). Rust → UI, text, before the
//! first picture of a tile: `{"key":1,"tile":{…}}`. UI → Rust: the token as text, before anything else; then
//! `{"scale":2.0,"shown":true,"width":1080.0,"height":720.0}` as text whenever that changes; and 8 bytes binary, key and
//! serial, for each picture once it is drawn.

use serde::{Deserialize, Serialize};

use crate::video::TileId;
use crate::video::picture::View;
use crate::video::pool::{Pixels, Pool};

/// Bytes before the planes.
pub const HEADER: usize = 16;

/// A picture's message; its key is written by [`address`].
pub fn message(pool: &Pool, view: &View) -> Pixels {
    let (chroma_width, chroma_height) = view.chroma();
    let (luma, chroma) = ((view.width * view.height) as usize, (chroma_width * chroma_height) as usize);
    let mut message = pool.take(HEADER + luma + 2 * chroma);
    let (header, planes) = message.as_mut().split_at_mut(HEADER);
    header.fill(0);
    // `View` holds no picture beyond 16 384 px a side.
    header[8..10].copy_from_slice(&(view.width as u16).to_le_bytes());
    header[10..12].copy_from_slice(&(view.height as u16).to_le_bytes());
    let (y, planes) = planes.split_at_mut(luma);
    let (u, v) = planes.split_at_mut(chroma);
    copy(y, view.y, view.y_stride, view.width);
    copy(u, view.u, view.u_stride, chroma_width);
    copy(v, view.v, view.v_stride, chroma_width);
    message
}

/// Says whose picture a message holds.
pub fn address(message: &mut [u8], key: u32, serial: u32) {
    message[0..4].copy_from_slice(&key.to_le_bytes());
    message[4..8].copy_from_slice(&serial.to_le_bytes());
}

/// Key and serial of a picture that is drawn.
pub fn drawn(bytes: &[u8]) -> Option<(u32, u32)> {
    let (key, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*key), u32::from_le_bytes(rest.try_into().ok()?)))
}

/// Names a tile, before its first picture.
#[derive(Serialize)]
pub struct Naming<'a> {
    /// In the header of its pictures.
    pub key: u32,
    /// Which tile.
    pub tile: &'a TileId,
}

/// What the page knows of itself.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Page {
    /// Device px in a CSS px.
    pub scale: f32,
    /// Whether it is seen.
    pub shown: bool,
    /// CSS px.
    pub width: f32,
    /// CSS px.
    pub height: f32,
}

fn copy(to: &mut [u8], from: &[u8], stride: u32, width: u32) {
    let (stride, width) = (stride as usize, width as usize);
    to.chunks_exact_mut(width).zip(from.chunks(stride)).for_each(|(to, from)| to.copy_from_slice(&from[..width]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledgements_are_read_and_nonsense_is_not() {
        assert_eq!(drawn(&[7, 0, 0, 0, 1, 2, 0, 0]), Some((7, 513)));
        assert_eq!(drawn(&[7, 0, 0, 0]), None);
        assert_eq!(drawn(&[0; 9]), None);
    }

    #[test]
    fn a_message_holds_the_planes_without_gaps() {
        let y = [1, 2, 3, 0, 4, 5, 6, 0];
        let (u, v) = ([7, 8], [9, 10]);
        let view = View { width: 3, height: 2, y: &y, y_stride: 4, u: &u, u_stride: 2, v: &v, v_stride: 2 };
        let mut message = message(&Pool::default(), &view);
        address(message.as_mut(), 5, 6);
        let expected = [5, 0, 0, 0, 6, 0, 0, 0, 3, 0, 2, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        assert_eq!(message.as_ref(), expected);
    }
}
