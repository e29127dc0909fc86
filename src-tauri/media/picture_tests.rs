use livekit::webrtc::video_frame::{I420Buffer, VideoBuffer, VideoFrame};

use super::{Converter, PictureError, Pixels};

const SIZES: [(u32, u32); 7] = [(1, 1), (1, 2), (3, 3), (5, 2), (17, 9), (641, 361), (640, 360)];

/// Whether all of a frame is this colour, give or take some steps.
fn assert_colour(frame: &VideoFrame<I420Buffer>, width: u32, height: u32, colour: [u8; 3], what: &str) {
    let buffer = &frame.buffer;
    assert_eq!((buffer.width(), buffer.height()), (width, height), "{what}");
    let ((y, u, v), (ys, us, vs)) = (buffer.data(), buffer.strides());
    let half = |side: u32| side.div_ceil(2) as usize;
    let planes = [
        (y, ys, width as usize, height as usize),
        (u, us, half(width), half(height)),
        (v, vs, half(width), half(height)),
    ];
    for ((plane, stride, width, height), want) in planes.into_iter().zip(colour) {
        for row in plane.chunks(stride as usize).take(height) {
            for pixel in &row[..width] {
                assert!(pixel.abs_diff(want) <= 3, "{what} {width}×{height}: {pixel}, not {want}");
            }
        }
    }
    assert!(frame.timestamp_us > 1_600_000_000_000_000, "{what}: no capture time");
}

/// Pure red in BT.601, limited range.
const RED: [u8; 3] = [81, 90, 240];

#[test]
fn every_format_becomes_i420_at_every_size_and_stride() {
    let mut converter = Converter::default();
    for (w, h) in SIZES {
        for padding in [0, 6] {
            let (width, height) = (w as usize, h as usize);
            let rows = |row: Vec<u8>, rows: usize| {
                let row: Vec<u8> = row.into_iter().chain(vec![7; padding]).collect();
                (row.repeat(rows), row.len())
            };
            let (data, stride) = rows([81, 90, 81, 240].repeat(width.div_ceil(2)), height);
            let frame = converter.convert(Pixels::Yuyv { data: &data, stride }, w, h).unwrap();
            assert_colour(frame, w, h, RED, "YUYV");

            let even = width.div_ceil(2) * 2;
            let (mut data, stride) = rows(vec![81; even], height);
            data.extend(rows([90, 240].repeat(even / 2), height.div_ceil(2)).0);
            let frame = converter.convert(Pixels::Nv12 { data: &data, stride }, w, h).unwrap();
            assert_colour(frame, w, h, RED, "NV12");

            let (data, stride) = rows(vec![200; width], height);
            let frame = converter.convert(Pixels::Gray { data: &data, stride }, w, h).unwrap();
            assert_colour(frame, w, h, [200, 128, 128], "GREY");

            let (data, stride) = rows([255, 0, 0].repeat(width), height);
            let frame = converter.convert(Pixels::Rgb { data: &data, stride }, w, h).unwrap();
            assert_colour(frame, w, h, RED, "RGB");

            let (data, stride) = rows([0, 0, 255].repeat(width), height);
            let frame = converter.convert(Pixels::Bgr { data: &data, stride }, w, h).unwrap();
            assert_colour(frame, w, h, RED, "BGR");

            let (data, stride) = rows([255, 0, 0, 9].repeat(width), height);
            let frame = converter.convert(Pixels::Rgba { data: &data, stride }, w, h).unwrap();
            assert_colour(frame, w, h, RED, "RGBA");
        }
    }
}

#[test]
fn mjpeg_brings_its_own_size_and_may_be_padded() {
    let mut converter = Converter::default();
    for (width, height) in SIZES {
        let mut data = Vec::new();
        let image = image::RgbImage::from_pixel(width, height, image::Rgb([255, 0, 0]));
        image::codecs::jpeg::JpegEncoder::new(&mut data).encode_image(&image).unwrap();
        data.extend([0; 1000]);
        let frame = converter.convert(Pixels::Mjpeg(&data), 640, 360).unwrap();
        assert_colour(frame, width, height, RED, "MJPEG");
    }
}

#[test]
fn cut_short_and_absurd_pictures_are_errors() {
    let mut converter = Converter::default();
    let data = [0; 100];
    let short = |pixels, converter: &mut Converter| {
        assert!(matches!(converter.convert(pixels, 640, 360), Err(PictureError::Short { got: 100, .. })), "{pixels:?}");
    };
    short(Pixels::Yuyv { data: &data, stride: 0 }, &mut converter);
    short(Pixels::Nv12 { data: &data, stride: 0 }, &mut converter);
    short(Pixels::Gray { data: &data, stride: 0 }, &mut converter);
    short(Pixels::Rgb { data: &data, stride: 0 }, &mut converter);
    short(Pixels::Bgr { data: &data, stride: 0 }, &mut converter);
    short(Pixels::Rgba { data: &data, stride: 0 }, &mut converter);
    for (width, height) in [(0, 0), (0, 9), (9, 0), (20_000, 1)] {
        let data = vec![0; 200_000];
        let got = converter.convert(Pixels::Gray { data: &data, stride: 0 }, width, height);
        assert!(matches!(got, Err(PictureError::Size { .. })), "{width}×{height}");
    }
    assert!(matches!(converter.convert(Pixels::Mjpeg(&data), 640, 360), Err(PictureError::Jpeg(_))));
    assert!(matches!(converter.convert(Pixels::Mjpeg(&[0xff, 0xd8, 0xff]), 640, 360), Err(PictureError::Jpeg(_))));
}
