//! Loops over pixels, in a crate of their own because it is compiled optimised in every profile: unoptimised, one
//! picture takes as long as the next one takes to come.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions};

/// Memory that resizing keeps from one picture to the next.
pub use fast_image_resize::Resizer;

/// Left, top, width and height of what is taken of a plane, in pixels and parts of them.
pub type Cut = (f64, f64, f64, f64);

/// Scales the `cut` of a plane of 8-bit samples to all of another plane, smoothed.
///
/// `from`: samples, bytes from row to row, rows. `to`: samples without gaps, width, height.
///
/// # Panics
/// If a plane holds fewer samples than it says, or the cut is not within it.
pub fn resize(resizer: &mut Resizer, from: (&[u8], u32, u32), cut: Cut, to: (&mut [u8], u32, u32)) {
    let (plane, stride, height) = from;
    // The gap at the end of a row is no part of the picture, and no cut reaches into it.
    let source = ImageRef::new(stride, height, &plane[..(stride * height) as usize], PixelType::U8)
        .expect("a plane is as large as it says");
    let (plane, width, height) = to;
    let mut target = Image::from_slice_u8(width, height, plane, PixelType::U8).expect("a plane of just this size");
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).crop(cut.0, cut.1, cut.2, cut.3);
    resizer.resize(&source, &mut target, &options).expect("the cut lies within the plane");
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
