//! Loops over pixels, in a crate of their own because it is compiled optimised in every profile: unoptimised, one
//! picture takes as long as the next one takes to come.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions};

/// Scales planes; keeps its memory from one to the next.
#[derive(Default)]
pub struct Resizer {
    convolution: fast_image_resize::Resizer,
    /// A row between two rows of the source, its last sample twice.
    row: Vec<u8>,
    /// For each column: the source's sample left of it, and how far it is to the next, in 1/256.
    columns: Vec<(u32, u32)>,
}

/// Left, top, width and height of what is taken of a plane, in pixels and parts of them.
pub type Cut = (f64, f64, f64, f64);

impl Resizer {
    /// Scales the `cut` of a plane of 8-bit samples to all of another plane: bilinear, and where it becomes less than half
    /// as large, averaged over all samples that fall together.
    ///
    /// `from`: samples, bytes from row to row, rows. `to`: samples without gaps, width, height.
    ///
    /// # Panics
    /// If a plane holds fewer samples than it says, or the cut is not within it.
    pub fn resize(&mut self, from: (&[u8], u32, u32), cut: Cut, to: (&mut [u8], u32, u32)) {
        if cut.2 > 2.0 * f64::from(to.1) || cut.3 > 2.0 * f64::from(to.2) {
            self.average(from, cut, to);
        } else {
            self.interpolate(from, cut, to);
        }
    }

    fn average(&mut self, from: (&[u8], u32, u32), cut: Cut, to: (&mut [u8], u32, u32)) {
        let (plane, stride, height) = from;
        // The gap at the end of a row is no part of the picture, and no cut reaches into it.
        let source = ImageRef::new(stride, height, &plane[..(stride * height) as usize], PixelType::U8)
            .expect("a plane is as large as it says");
        let (plane, width, height) = to;
        let mut target = Image::from_slice_u8(width, height, plane, PixelType::U8).expect("a plane of just this size");
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
            .crop(cut.0, cut.1, cut.2, cut.3);
        self.convolution.resize(&source, &mut target, &options).expect("the cut lies within the plane");
    }

    /// Two samples each way, in whole numbers: a third of the time that the general convolution takes to enlarge.
    fn interpolate(&mut self, from: (&[u8], u32, u32), cut: Cut, to: (&mut [u8], u32, u32)) {
        let (plane, stride, _) = from;
        let (to, width, height) = to;
        // Whole samples that the cut touches.
        let (left, right) = (cut.0.floor() as u32, (cut.0 + cut.2).ceil() as u32);
        let (top, bottom) = (cut.1.floor() as u32, (cut.1 + cut.3).ceil() as u32);
        self.columns.clear();
        self.columns.extend((0..width).map(|at| {
            let (sample, part) = between(at, width, (cut.0, cut.2), (left, right));
            (sample - left, part)
        }));
        let source = |row: u32| &plane[(row * stride + left) as usize..(row * stride + right) as usize];
        let count = (right - left) as usize;
        self.row.resize(count + 1, 0);
        for (at, line) in to.chunks_exact_mut(width as usize).take(height as usize).enumerate() {
            let (above, part) = between(at as u32, height, (cut.1, cut.3), (top, bottom));
            blend(source(above), source((above + 1).min(bottom - 1)), part as u16, &mut self.row[..count]);
            self.row[count] = self.row[count - 1];
            spread(&self.row, &self.columns, line);
        }
    }
}

/// Where the middle of sample `at` of `count` lies in a cut: the sample before it, and 1/256 of the way to the next.
fn between(at: u32, count: u32, (start, length): (f64, f64), (first, end): (u32, u32)) -> (u32, u32) {
    let place = start + (f64::from(at) + 0.5) * length / f64::from(count) - 0.5;
    let place = (place.clamp(f64::from(first), f64::from(end - 1)) * 256.0).round() as u32;
    (place / 256, place % 256)
}

fn blend(above: &[u8], below: &[u8], part: u16, row: &mut [u8]) {
    if part == 0 {
        row.copy_from_slice(above);
        return;
    }
    for ((sample, above), below) in row.iter_mut().zip(above).zip(below) {
        *sample = ((u16::from(*above) * (256 - part) + u16::from(*below) * part + 128) >> 8) as u8;
    }
}

fn spread(row: &[u8], columns: &[(u32, u32)], line: &mut [u8]) {
    for (sample, (at, part)) in line.iter_mut().zip(columns) {
        let at = *at as usize;
        let (left, right) = (u32::from(row[at]), u32::from(row[at + 1]));
        *sample = ((left * (256 - part) + right * part + 128) >> 8) as u8;
    }
}

/// Turns a plane clockwise. `size`: bytes from row to row, width, height of `from`; `to` has no gaps.
///
/// # Panics
/// If a plane is smaller than its size, or `degrees` no multiple of 90 below 360.
pub fn turn_plane(from: &[u8], size: (u32, u32, u32), degrees: u32, to: &mut [u8]) {
    let (stride, width, height) = (size.0 as usize, size.1 as usize, size.2 as usize);
    match degrees {
        0 => {
            to.chunks_exact_mut(width).zip(from.chunks(stride)).for_each(|(to, row)| to.copy_from_slice(&row[..width]))
        }
        90 => {
            for (column, row) in to.chunks_exact_mut(height).enumerate() {
                row.iter_mut().enumerate().for_each(|(at, pixel)| *pixel = from[(height - 1 - at) * stride + column]);
            }
        }
        180 => {
            for (at, row) in to.chunks_exact_mut(width).enumerate() {
                row.copy_from_slice(&from[(height - 1 - at) * stride..][..width]);
                row.reverse();
            }
        }
        270 => {
            for (at, row) in to.chunks_exact_mut(height).enumerate() {
                let column = width - 1 - at;
                row.iter_mut().enumerate().for_each(|(at, pixel)| *pixel = from[at * stride + column]);
            }
        }
        _ => panic!("a picture stands on one of its four sides"),
    }
}

/// Mirrors a row of 8-bit samples.
pub fn mirror_row(row: &mut [u8]) {
    row.reverse();
}

/// Blends the corners of a BGRA picture (rows without gaps) into `colour` (BGR), so that it stays opaque: the screen
/// gets it by plain copying.
///
/// # Panics
/// If there are fewer pixels than the size says.
pub fn round_corners(pixels: &mut [u8], size: (u32, u32), radius: f32, colour: [u8; 3]) {
    let (width, height) = (size.0 as usize, size.1 as usize);
    let reach = (radius.ceil() as usize).min(width.div_ceil(2)).min(height.div_ceil(2));
    for y in 0..reach {
        for x in 0..reach {
            let distance = (radius - x as f32 - 0.5).hypot(radius - y as f32 - 0.5);
            let covered = ((radius - distance + 0.5).clamp(0.0, 1.0) * 256.0) as u32;
            if covered == 256 {
                break;
            }
            for (x, y) in [(x, y), (width - 1 - x, y), (x, height - 1 - y), (width - 1 - x, height - 1 - y)] {
                let pixel = &mut pixels[(y * width + x) * 4..][..3];
                for (channel, under) in pixel.iter_mut().zip(colour) {
                    *channel = ((u32::from(*channel) * covered + u32::from(under) * (256 - covered)) / 256) as u8;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resized(from: &[u8], stride: u32, cut: Cut, (width, height): (u32, u32)) -> Vec<u8> {
        let mut to = vec![0; (width * height) as usize];
        let rows = from.len() as u32 / stride;
        Resizer::default().resize((from, stride, rows), cut, (&mut to, width, height));
        to
    }

    #[test]
    fn the_same_size_is_the_same_picture() {
        let plane: Vec<u8> = (0..12).collect();
        assert_eq!(resized(&plane, 4, (0.0, 0.0, 4.0, 3.0), (4, 3)), plane);
        assert_eq!(resized(&plane, 4, (1.0, 1.0, 2.0, 2.0), (2, 2)), [5, 6, 9, 10]);
    }

    #[test]
    fn enlarging_goes_straight_from_sample_to_sample() {
        assert_eq!(resized(&[0, 100], 2, (0.0, 0.0, 2.0, 1.0), (4, 1)), [0, 25, 75, 100]);
        assert_eq!(resized(&[0, 100], 1, (0.0, 0.0, 1.0, 2.0), (1, 4)), [0, 25, 75, 100]);
    }

    #[test]
    fn nothing_beyond_the_cut_bleeds_in() {
        let plane = [255, 10, 10, 255, 255, 10, 10, 255];
        for size in [(2, 2), (5, 3), (64, 33), (1, 1)] {
            assert!(resized(&plane, 4, (1.0, 0.0, 2.0, 2.0), size).iter().all(|sample| *sample == 10));
        }
    }

    #[test]
    fn reducing_averages_all_samples() {
        let checked: Vec<u8> = (0..32 * 32).map(|at| if (at + at / 32) % 2 == 0 { 0 } else { 200 }).collect();
        let small = resized(&checked, 32, (0.0, 0.0, 32.0, 32.0), (8, 8));
        assert!(small.iter().all(|sample| sample.abs_diff(100) <= 12), "{small:?}");
    }

    #[test]
    fn a_row_is_mirrored() {
        let mut row = [1, 2, 3, 4, 5];
        mirror_row(&mut row);
        assert_eq!(row, [5, 4, 3, 2, 1]);
    }
}
