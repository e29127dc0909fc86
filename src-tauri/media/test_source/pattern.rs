//! The moving patterns, drawn straight into I420.

use std::time::{SystemTime, UNIX_EPOCH};

use livekit::webrtc::video_frame::{I420Buffer, VideoBuffer};

use super::digits;

/// Bits of the time code, most significant first, left to right along the bottom edge.
const CODE_BITS: u32 = 32;
/// Luma of black and white.
const BLACK: u8 = 16;
const WHITE: u8 = 235;

/// Which of the two patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// One colour with a bright bar that moves to the right.
    Camera,
    /// A chequerboard that moves to the left.
    Screen,
}

/// A pattern with its colour.
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    scene: Scene,
    y: u8,
    u: u8,
    v: u8,
}

impl Pattern {
    /// A pattern in this colour (degrees on the colour wheel).
    pub fn new(scene: Scene, hue: f32) -> Self {
        let [r, g, b] = [5.0, 3.0, 1.0].map(|offset: f32| {
            // HSV with saturation 0.7 and value 0.8.
            let k = (offset + hue.rem_euclid(360.0) / 60.0) % 6.0;
            0.8 - 0.8 * 0.7 * k.min(4.0 - k).clamp(0.0, 1.0)
        });
        // BT.601, limited range.
        let y = 0.299 * r + 0.587 * g + 0.114 * b;
        let (u, v) = ((b - y) / 1.772, (r - y) / 1.402);
        Self { scene, y: (16.0 + 219.0 * y) as u8, u: (128.0 + 224.0 * u) as u8, v: (128.0 + 224.0 * v) as u8 }
    }

    /// Draws frame `number`, stamped with `time`: as digits in the middle (UTC), and as a code that
    /// [`read_time_code`] reads along the bottom.
    pub fn draw(&self, buffer: &mut I420Buffer, number: u32, time: SystemTime) {
        let (width, height) = (buffer.width() as usize, buffer.height() as usize);
        let (stride, _, _) = buffer.strides();
        let stride = stride as usize;
        let (y, u, v) = buffer.data_mut();
        u.fill(self.u);
        v.fill(self.v);
        match self.scene {
            Scene::Camera => {
                let bar = width / 8;
                let left = (number as usize * width / 60) % width;
                let (first, rest) = y.split_at_mut(stride.min(y.len()));
                for (x, pixel) in first.iter_mut().enumerate() {
                    *pixel = if (x + width - left) % width < bar { self.y.saturating_add(60) } else { self.y };
                }
                rest.chunks_mut(stride).for_each(|row| row.copy_from_slice(&first[..row.len()]));
            }
            Scene::Screen => {
                let (cell, shift) = (width / 16, number as usize * 4);
                for (line, row) in y.chunks_mut(stride).enumerate() {
                    for (x, pixel) in row.iter_mut().enumerate() {
                        let dark = ((x + shift) / cell.max(1) + line / cell.max(1)) % 2 == 0;
                        *pixel = if dark { self.y.saturating_sub(50).max(BLACK) } else { self.y };
                    }
                }
            }
        }
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut fill = |left: usize, top: usize, w: usize, h: usize, luma: u8| {
            for row in y.chunks_mut(stride).skip(top).take(h.min(height.saturating_sub(top))) {
                row[left.min(width)..(left + w).min(width)].fill(luma);
            }
        };
        // The digits: "HH:MM:SS.mmm", half the width of the picture.
        let cell = (width / (2 * 12 * digits::ADVANCE)).max(1);
        let text = clock(since.as_millis() as u64);
        let text_width = text.len() * digits::ADVANCE * cell;
        let (left, top) = (width.saturating_sub(text_width) / 2, height.saturating_sub(digits::HEIGHT * cell) / 2);
        fill(left.saturating_sub(2 * cell), top.saturating_sub(2 * cell), text_width + 3 * cell, 9 * cell, BLACK);
        for (place, character) in text.iter().enumerate() {
            for (line, bits) in digits::rows(*character).into_iter().enumerate() {
                for column in (0..3).filter(|column| bits & (0b100 >> column) != 0) {
                    fill(left + (place * digits::ADVANCE + column) * cell, top + line * cell, cell, cell, WHITE);
                }
            }
        }
        // The code.
        let side = width / CODE_BITS as usize;
        for bit in 0..CODE_BITS {
            let on = since.as_millis() as u32 & (1 << (CODE_BITS - 1 - bit)) != 0;
            fill(bit as usize * side, height.saturating_sub(side), side, side, if on { WHITE } else { BLACK });
        }
    }
}

/// The time of day of this many milliseconds since 1970, UTC, as "HH:MM:SS.mmm".
fn clock(ms: u64) -> [u8; 12] {
    let digit = |value: u64| b'0' + (value % 10) as u8;
    let (h, m, s) = (ms / 3_600_000 % 24, ms / 60_000 % 60, ms / 1000 % 60);
    let pair = |value: u64| [digit(value / 10), digit(value)];
    let ([a, b], [c, d], [e, f]) = (pair(h), pair(m), pair(s));
    [a, b, b':', c, d, b':', e, f, b'.', digit(ms / 100), digit(ms / 10), digit(ms)]
}

/// Reads the time that a test pattern carries, from its luma plane: the low 32 bits of the milliseconds since 1970.
/// `None` if this is no such pattern. Survives lossy coding and scaling to any width of 128 px and more.
pub fn read_time_code(y: &[u8], stride: usize, width: usize, height: usize) -> Option<u32> {
    let side = width as f32 / CODE_BITS as f32;
    if side < 4.0 || y.len() < stride * height.checked_sub(1)? + width {
        return None;
    }
    let line = height - (side / 2.0).ceil() as usize;
    (0..CODE_BITS).try_fold(0, |code, bit| {
        let pixel = y[line * stride + ((bit as f32 + 0.5) * side) as usize];
        // In between is neither black nor white: something else is there.
        if (100..150).contains(&pixel) { None } else { Some(code << 1 | u32::from(pixel >= 150)) }
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn drawn(scene: Scene, hue: f32, number: u32, ms: u64) -> I420Buffer {
        let mut buffer = I420Buffer::new(640, 360);
        Pattern::new(scene, hue).draw(&mut buffer, number, UNIX_EPOCH + Duration::from_millis(ms));
        buffer
    }

    #[test]
    fn the_picture_moves_and_tells_the_time() {
        for scene in [Scene::Camera, Scene::Screen] {
            let (one, two) = (drawn(scene, 0.0, 1, 1_700_000_000_123), drawn(scene, 0.0, 2, 1_700_000_000_156));
            let changed = one.data().0.iter().zip(two.data().0).filter(|(a, b)| a != b).count();
            assert!(changed > 2000, "{scene:?}: {changed} px changed");
            assert_eq!(read_time_code(one.data().0, 640, 640, 360), Some(1_700_000_000_123_u64 as u32));
            assert_eq!(read_time_code(two.data().0, 640, 640, 360), Some(1_700_000_000_156_u64 as u32));
        }
    }

    #[test]
    fn hues_differ() {
        let chroma = |hue| (drawn(Scene::Camera, hue, 0, 0).data().1[0], drawn(Scene::Camera, hue, 0, 0).data().2[0]);
        // Red: V above the middle, U below. Blue: the other way round.
        let (red, blue) = (chroma(0.0), chroma(240.0));
        assert!(red.0 < 118 && red.1 > 170, "{red:?}");
        assert!(blue.0 > 170 && blue.1 < 128, "{blue:?}");
    }

    #[test]
    fn any_size_is_drawn() {
        for (width, height) in [(1, 1), (3, 7), (127, 5), (641, 361)] {
            let mut buffer = I420Buffer::new(width, height);
            Pattern::new(Scene::Screen, 90.0).draw(&mut buffer, u32::MAX, SystemTime::now());
            Pattern::new(Scene::Camera, -90.0).draw(&mut buffer, u32::MAX, SystemTime::now());
        }
    }

    #[test]
    fn the_clock_reads_right() {
        assert_eq!(&clock(45_296_789), b"12:34:56.789");
    }
}
