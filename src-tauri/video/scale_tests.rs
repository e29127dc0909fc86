//! Colours, places and sizes, also odd ones.

use livekit::webrtc::video_frame::{I420Buffer, VideoFrame};

use super::*;

const RED: (u8, u8, u8) = (81, 90, 240);
const BLUE: (u8, u8, u8) = (41, 240, 110);
const GREEN: (u8, u8, u8) = (145, 54, 34);
const LOOK: Look = Look { fit: Fit::Cover, mirror: false, radius: 0.0 };

/// A picture whose pixel is `colour` of its place, with strides that are no multiple of anything.
fn picture(width: u32, height: u32, rotation: VideoRotation, colour: impl Fn(u32, u32) -> (u8, u8, u8)) -> Picture {
    let mut buffer = I420Buffer::with_strides(width, height, width + 3, width.div_ceil(2) + 1, width.div_ceil(2) + 5);
    let (y_stride, u_stride, v_stride) = buffer.strides();
    let (y, u, v) = buffer.data_mut();
    for row in 0..height {
        for column in 0..width {
            let (luma, blue, red) = colour(column, row);
            y[(row * y_stride + column) as usize] = luma;
            u[(row / 2 * u_stride + column / 2) as usize] = blue;
            v[(row / 2 * v_stride + column / 2) as usize] = red;
        }
    }
    Picture::copied(&VideoFrame::new(rotation, buffer), Planes::default()).unwrap()
}

fn draw(picture: &Picture, size: (u32, u32), look: Look) -> Vec<u8> {
    let mut pixels = vec![9; (size.0 * size.1 * 4) as usize];
    Scaler::default().bgra(picture, size, look, Rgb { r: 10, g: 20, b: 30 }, &mut pixels);
    pixels
}

#[track_caller]
fn assert_colour(pixels: &[u8], width: u32, (x, y): (u32, u32), rgb: [u8; 3]) {
    let at = ((y * width + x) * 4) as usize;
    let found = [pixels[at + 2], pixels[at + 1], pixels[at]];
    let near = found.iter().zip(rgb).all(|(a, b)| a.abs_diff(b) <= 6);
    assert!(near, "at {x},{y}: {found:?}, not {rgb:?}");
}

const RED_RGB: [u8; 3] = [254, 0, 0];
const BLUE_RGB: [u8; 3] = [0, 0, 255];
const GREEN_RGB: [u8; 3] = [0, 255, 1];
const BLACK: [u8; 3] = [0, 0, 0];

fn left_red_right_blue(width: u32) -> impl Fn(u32, u32) -> (u8, u8, u8) {
    move |x, _| if x < width / 2 { RED } else { BLUE }
}

#[test]
fn colours_are_bt601_limited() {
    let picture = picture(64, 36, VideoRotation::VideoRotation0, left_red_right_blue(64));
    for size in [(64, 36), (32, 18), (200, 113), (33, 19)] {
        let pixels = draw(&picture, size, LOOK);
        assert_colour(&pixels, size.0, (1, 1), RED_RGB);
        assert_colour(&pixels, size.0, (size.0 - 2, size.1 - 2), BLUE_RGB);
    }
}

#[test]
fn a_mirrored_picture_has_its_sides_swapped() {
    for width in [64, 37, 16, 7] {
        let picture = picture(width, 36, VideoRotation::VideoRotation0, left_red_right_blue(width));
        let pixels = draw(&picture, (width, 36), Look { mirror: true, ..LOOK });
        assert_colour(&pixels, width, (0, 3), BLUE_RGB);
        assert_colour(&pixels, width, (width - 1, 3), RED_RGB);
    }
}

#[test]
fn covering_cuts_both_sides_alike() {
    // Red, green, blue thirds of a wide picture in a square tile: the middle stays.
    let picture = picture(90, 30, VideoRotation::VideoRotation0, |x, _| [RED, GREEN, BLUE][(x / 30) as usize]);
    let pixels = draw(&picture, (60, 60), LOOK);
    for at in [(3, 3), (30, 30), (56, 56)] {
        assert_colour(&pixels, 60, at, GREEN_RGB);
    }
}

#[test]
fn containing_leaves_black_bars() {
    let picture = picture(64, 36, VideoRotation::VideoRotation0, |_, _| RED);
    let contain = Look { fit: Fit::Contain, ..LOOK };
    let pixels = draw(&picture, (64, 64), contain);
    assert_colour(&pixels, 64, (32, 12), BLACK);
    assert_colour(&pixels, 64, (32, 15), RED_RGB);
    assert_colour(&pixels, 64, (32, 48), RED_RGB);
    assert_colour(&pixels, 64, (32, 51), BLACK);
    let pixels = draw(&picture, (101, 37), contain);
    assert_colour(&pixels, 101, (16, 18), BLACK);
    assert_colour(&pixels, 101, (20, 18), RED_RGB);
    assert_colour(&pixels, 101, (80, 18), RED_RGB);
    assert_colour(&pixels, 101, (85, 18), BLACK);
}

#[test]
fn turned_pictures_stand_upright() {
    // The first row is red, the last blue; the first column of the rest green.
    let colour = |x, y| match (x, y) {
        (_, 0..16) => RED,
        (0..16, _) => GREEN,
        _ => BLUE,
    };
    let corners = |rotation, size: (u32, u32)| {
        let pixels = draw(&picture(64, 48, rotation, colour), size, LOOK);
        let (right, bottom) = (size.0 - 3, size.1 - 3);
        [(2, 2), (right, 2), (2, bottom), (right, bottom)].map(|(x, y)| {
            let at = ((y * size.0 + x) * 4) as usize;
            let bgr = &pixels[at..at + 3];
            if bgr[2] > 200 {
                'r'
            } else if bgr[1] > 200 {
                'g'
            } else {
                'b'
            }
        })
    };
    assert_eq!(corners(VideoRotation::VideoRotation0, (64, 48)), ['r', 'r', 'g', 'b']);
    assert_eq!(corners(VideoRotation::VideoRotation90, (48, 64)), ['g', 'r', 'b', 'r']);
    assert_eq!(corners(VideoRotation::VideoRotation180, (64, 48)), ['b', 'g', 'r', 'r']);
    assert_eq!(corners(VideoRotation::VideoRotation270, (48, 64)), ['r', 'b', 'r', 'g']);
    assert_eq!(corners(VideoRotation::VideoRotation90, (96, 128)), ['g', 'r', 'b', 'r']);
}

#[test]
fn corners_are_the_backdrop() {
    let picture = picture(64, 64, VideoRotation::VideoRotation0, |_, _| RED);
    let pixels = draw(&picture, (64, 64), Look { radius: 16.0, ..LOOK });
    for corner in [(0, 0), (63, 0), (0, 63), (63, 63)] {
        assert_colour(&pixels, 64, corner, [10, 20, 30]);
    }
    assert_colour(&pixels, 64, (16, 0), RED_RGB);
    assert_colour(&pixels, 64, (32, 32), RED_RGB);
}

#[test]
fn any_size_is_drawn() {
    for (width, height) in [(1, 1), (2, 1), (3, 5), (17, 9), (641, 361)] {
        let picture = picture(width, height, VideoRotation::VideoRotation90, |_, _| RED);
        for size in [(1, 1), (1, 40), (5, 3), (320, 181)] {
            for fit in [Fit::Cover, Fit::Contain] {
                let pixels = draw(&picture, size, Look { fit, mirror: true, radius: 0.5 });
                assert_colour(&pixels, size.0, ((size.0 - 1) / 2, (size.1 - 1) / 2), RED_RGB);
            }
        }
    }
}

#[test]
fn a_message_is_never_larger_than_the_tile_or_the_picture() {
    let picture = picture(640, 360, VideoRotation::VideoRotation0, |_, _| RED);
    let size = |tile, fit| {
        let mut scaler = Scaler::default();
        let view = scaler.reduced(&picture, tile, fit);
        (view.width, view.height)
    };
    assert_eq!(size((320, 180), Fit::Cover), (320, 180));
    assert_eq!(size((1280, 720), Fit::Cover), (640, 360));
    assert_eq!(size((180, 180), Fit::Contain), (180, 102));
    assert_eq!(size((180, 180), Fit::Cover), (320, 180));
}

/// `cargo test --release -p donfra-live scale_speed -- --ignored --nocapture`
#[test]
#[ignore = "prints figures"]
fn scale_speed() {
    for (source, size) in [
        ((640, 360), (640, 360)),
        ((640, 360), (350, 230)),
        ((640, 360), (1080, 640)),
        ((1280, 720), (350, 230)),
        ((1280, 720), (1280, 720)),
        ((1920, 1080), (1080, 640)),
    ] {
        let picture = picture(source.0, source.1, VideoRotation::VideoRotation0, |x, y| (x as u8, y as u8, 128));
        let mut scaler = Scaler::default();
        let mut pixels = vec![0; (size.0 * size.1 * 4) as usize];
        for mirror in [false, true] {
            let began = std::time::Instant::now();
            for _ in 0..100 {
                scaler.bgra(&picture, size, Look { mirror, radius: 12.0, ..LOOK }, Rgb::default(), &mut pixels);
            }
            println!("{source:?} -> {size:?} mirror {mirror}: {:.3} ms", began.elapsed().as_secs_f64() * 10.0);
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    /// Peers choose a picture's size, the window a tile's: any goes with any.
    #[test]
    fn a_picture_of_any_size_fits_a_tile_of_any_size(
        (width, height) in proptest::prop_oneof![(1u32..40, 1u32..40), (1u32..3, 1u32..5000), (1u32..5000, 1u32..3)],
        size in proptest::prop_oneof![(1u32..300, 1u32..300), (1u32..3, 1u32..2000), (1u32..2000, 1u32..3)],
        turned in 0usize..4,
        (cover, mirror, rounded) in (proptest::bool::ANY, proptest::bool::ANY, proptest::bool::ANY),
    ) {
        let rotation = [
            VideoRotation::VideoRotation0,
            VideoRotation::VideoRotation90,
            VideoRotation::VideoRotation180,
            VideoRotation::VideoRotation270,
        ][turned];
        let picture = picture(width, height, rotation, |_, _| RED);
        let fit = if cover { Fit::Cover } else { Fit::Contain };
        let radius = if rounded { size.0.min(size.1) as f32 / 2.0 } else { 0.0 };
        let pixels = draw(&picture, size, Look { fit, mirror, radius });
        proptest::prop_assert_eq!(pixels.len(), (size.0 * size.1 * 4) as usize);
        if cover && !rounded {
            assert_colour(&pixels, size.0, (size.0 / 2, size.1 / 2), RED_RGB);
        }
        let mut scaler = Scaler::default();
        let view = scaler.reduced(&picture, size, fit);
        proptest::prop_assert!(view.width >= 1 && view.height >= 1);
        proptest::prop_assert!(view.width <= width.max(height) && view.height <= width.max(height));
    }
}
