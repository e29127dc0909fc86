//! From a decoded picture to what a tile shows: cut, scaled, turned, mirrored, and in the end BGRA.
//!
//! The planes are scaled before the colours are converted: 1.5 bytes a pixel are touched instead of 4. Colours are
//! BT.601, limited range: what libwebrtc's own conversions take and give, whatever the size; the SDK hands out no other
//! statement with a decoded frame.

use donfra_pixels::{Cut, Resizer, mirror_row, round_corners, turn_plane};
use livekit::webrtc::video_frame::VideoRotation;
use yuv::{YuvPlanarImage, YuvRange, YuvStandardMatrix};

use super::picture::{Picture, Planes, View};
use super::stage::Look;
use super::{Fit, Rgb};

/// Scales pictures, one after the other; keeps its memory from one to the next.
#[derive(Default)]
pub(super) struct Scaler {
    resizer: Resizer,
    scaled: Planes,
    turned: Planes,
}

impl Scaler {
    /// Fills `pixels` (BGRA, `size.0 * size.1 * 4` bytes) with what a tile of this size shows.
    pub fn bgra(&mut self, picture: &Picture, size: (u32, u32), look: Look, backdrop: Rgb, pixels: &mut [u8]) {
        let (width, height) = size;
        let upright = picture.upright_size();
        let (inner, cut) = match look.fit {
            Fit::Cover => (size, covering(upright, size)),
            Fit::Contain => (contained(upright, size), (1.0, 1.0)),
        };
        let view = self.upright(picture, cut, inner, look.mirror);
        let (left, top) = ((width - inner.0) / 2, (height - inner.1) / 2);
        let stride = width * 4;
        if inner != size {
            black_bars(pixels, stride as usize, (left, top), inner);
        }
        let image = YuvPlanarImage {
            y_plane: view.y,
            y_stride: view.y_stride,
            u_plane: view.u,
            u_stride: view.u_stride,
            v_plane: view.v,
            v_stride: view.v_stride,
            width: view.width,
            height: view.height,
        };
        let from = (top * stride + left * 4) as usize;
        yuv::yuv420_to_bgra(&image, &mut pixels[from..], stride, YuvRange::Limited, YuvStandardMatrix::Bt601)
            .expect("the planes and the tile are as large as they say");
        round_corners(pixels, size, look.radius, [backdrop.b, backdrop.g, backdrop.r]);
    }

    /// The whole picture upright, and smaller if a tile of this size shows it smaller.
    pub fn reduced<'a>(&'a mut self, picture: &'a Picture, size: (u32, u32), fit: Fit) -> View<'a> {
        let (width, height) = picture.upright_size();
        let (across, down) = (f64::from(size.0) / f64::from(width), f64::from(size.1) / f64::from(height));
        let factor = match fit {
            Fit::Cover => across.max(down),
            Fit::Contain => across.min(down),
        };
        let part = |side: u32| ((f64::from(side) * factor.min(1.0)).ceil() as u32).clamp(1, side);
        self.upright(picture, (1.0, 1.0), (part(width), part(height)), false)
    }

    /// The middle of a picture (`cut`: the parts of its width and height, upright), `size` large, upright.
    fn upright<'a>(&'a mut self, picture: &'a Picture, cut: (f64, f64), size: (u32, u32), mirror: bool) -> View<'a> {
        let view = picture.view();
        let turned = matches!(picture.rotation, VideoRotation::VideoRotation90 | VideoRotation::VideoRotation270);
        let (cut, size) = if turned { ((cut.1, cut.0), (size.1, size.0)) } else { (cut, size) };
        let whole = cut == (1.0, 1.0) && size == (view.width, view.height);
        if whole && !mirror && picture.rotation == VideoRotation::VideoRotation0 {
            return view;
        }
        if whole {
            self.scaled.copy_from(&view);
        } else {
            self.scale(&view, cut, size);
        }
        let upright = if picture.rotation == VideoRotation::VideoRotation0 {
            &mut self.scaled
        } else {
            turn(&self.scaled.view(), picture.rotation, &mut self.turned);
            &mut self.turned
        };
        if mirror {
            mirror_planes(upright);
        }
        upright.view()
    }

    fn scale(&mut self, view: &View, cut: (f64, f64), (width, height): (u32, u32)) {
        let (chroma_width, chroma_height) = (width.div_ceil(2), height.div_ceil(2));
        let (cut_width, cut_height) = (f64::from(view.width) * cut.0, f64::from(view.height) * cut.1);
        let luma = middle((view.width, view.height), (cut_width, cut_height));
        // At odd sizes the last chroma sample reaches beyond the picture: it stands for two pixels all the same.
        let beyond = |chroma: u32, luma: u32| f64::from(chroma) / f64::from(luma);
        let chroma_cut = (cut_width * beyond(chroma_width, width), cut_height * beyond(chroma_height, height));
        let chroma = within(view.chroma(), (luma.0 / 2.0, luma.1 / 2.0), chroma_cut);
        let [y, u, v] = self.scaled.shape(width, height);
        let resizer = &mut self.resizer;
        resizer.resize((view.y, view.y_stride, view.height), luma, (y, width, height));
        let source_height = view.chroma().1;
        resizer.resize((view.u, view.u_stride, source_height), chroma, (u, chroma_width, chroma_height));
        resizer.resize((view.v, view.v_stride, source_height), chroma, (v, chroma_width, chroma_height));
    }
}

fn middle(plane: (u32, u32), (width, height): (f64, f64)) -> Cut {
    within(plane, ((f64::from(plane.0) - width) / 2.0, (f64::from(plane.1) - height) / 2.0), (width, height))
}

fn within(plane: (u32, u32), (left, top): (f64, f64), (width, height): (f64, f64)) -> Cut {
    let (left, top) = (left.max(0.0), top.max(0.0));
    (left, top, width.min(f64::from(plane.0) - left), height.min(f64::from(plane.1) - top))
}

/// The parts of a picture's width and height that cover a tile.
fn covering(picture: (u32, u32), tile: (u32, u32)) -> (f64, f64) {
    let (across, down) = ratios(picture, tile);
    let factor = across.max(down);
    (across / factor, down / factor)
}

/// The size of a whole picture in a tile.
fn contained(picture: (u32, u32), tile: (u32, u32)) -> (u32, u32) {
    let (across, down) = ratios(picture, tile);
    let factor = across.min(down);
    let side = |side: u32, limit: u32| ((f64::from(side) * factor).round() as u32).clamp(1, limit);
    (side(picture.0, tile.0), side(picture.1, tile.1))
}

fn ratios(picture: (u32, u32), tile: (u32, u32)) -> (f64, f64) {
    (f64::from(tile.0) / f64::from(picture.0), f64::from(tile.1) / f64::from(picture.1))
}

/// Turns a picture clockwise.
fn turn(view: &View, rotation: VideoRotation, to: &mut Planes) {
    let swapped = matches!(rotation, VideoRotation::VideoRotation90 | VideoRotation::VideoRotation270);
    let (width, height) = if swapped { (view.height, view.width) } else { (view.width, view.height) };
    let (chroma_width, chroma_height) = view.chroma();
    let degrees = rotation as u32;
    let [y, u, v] = to.shape(width, height);
    let planes = [
        (y, view.y, view.y_stride, view.width, view.height),
        (u, view.u, view.u_stride, chroma_width, chroma_height),
        (v, view.v, view.v_stride, chroma_width, chroma_height),
    ];
    for (to, from, stride, width, height) in planes {
        turn_plane(from, (stride, width, height), degrees, to);
    }
}

fn mirror_planes(planes: &mut Planes) {
    let View { width, height, .. } = planes.view();
    let [y, u, v] = planes.shape(width, height);
    for (plane, width) in [(y, width), (u, width.div_ceil(2)), (v, width.div_ceil(2))] {
        plane.chunks_exact_mut(width as usize).for_each(mirror_row);
    }
}

fn black_bars(pixels: &mut [u8], stride: usize, (left, top): (u32, u32), (width, height): (u32, u32)) {
    let (left, right) = (left as usize * 4, (left + width) as usize * 4);
    for (at, row) in pixels.chunks_exact_mut(stride).enumerate() {
        if (top as usize..(top + height) as usize).contains(&at) {
            row[..left].fill(0);
            row[right..].fill(0);
        } else {
            row.fill(0);
        }
    }
}

#[cfg(test)]
#[path = "scale_tests.rs"]
mod tests;
