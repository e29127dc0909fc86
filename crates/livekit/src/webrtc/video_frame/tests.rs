use super::{native::VideoFrameBufferExt, *};
use crate::webrtc::native::yuv_helper;

/// BT.601, limited range.
const RED: [u8; 3] = [81, 90, 240];
const BLUE: [u8; 3] = [41, 240, 110];

fn filled(width: u32, height: u32, [y, u, v]: [u8; 3]) -> I420Buffer {
    let mut buffer = I420Buffer::new(width, height);
    let (to_y, to_u, to_v) = buffer.data_mut();
    to_y.fill(y);
    to_u.fill(u);
    to_v.fill(v);
    buffer
}

fn close(a: u8, b: u8) -> bool {
    a.abs_diff(b) <= 3
}

#[test]
fn planes_have_the_lengths_that_strides_say() {
    let buffer = I420Buffer::new(641, 359);
    assert_eq!(buffer.strides(), (641, 321, 321));
    assert_eq!((buffer.chroma_width(), buffer.chroma_height()), (321, 180));
    let (y, u, v) = buffer.data();
    assert_eq!((y.len(), u.len(), v.len()), (641 * 359, 321 * 180, 321 * 180));

    let padded = I420Buffer::with_strides(641, 359, 704, 352, 384);
    let (y, u, v) = padded.data();
    assert_eq!((y.len(), u.len(), v.len()), (704 * 359, 352 * 180, 384 * 180));

    let nv12 = NV12Buffer::new(641, 359);
    assert_eq!(nv12.strides(), (641, 642));
    assert_eq!(nv12.data().1.len(), 642 * 180);
    assert_eq!(I422Buffer::new(641, 359).data().1.len(), 321 * 359);
    assert_eq!(I444Buffer::new(641, 359).data().1.len(), 641 * 359);
}

#[test]
fn black_is_black() {
    let buffer = I420Buffer::new_black(64, 32);
    let (y, u, v) = buffer.data();
    assert!(y.iter().all(|y| *y == 0) && u.iter().chain(v).all(|c| *c == 128));
}

#[test]
fn every_packed_format_has_its_bytes_in_place() {
    for (width, height) in [(64, 36), (641, 359), (1, 1), (2, 3), (17, 5)] {
        let buffer = filled(width, height, RED);
        for (format, red_at, alpha_at) in [
            (VideoFormatType::ARGB, 2, 3),
            (VideoFormatType::ABGR, 0, 3),
            (VideoFormatType::BGRA, 1, 0),
            (VideoFormatType::RGBA, 3, 0),
        ] {
            let stride = width * 4 + 12;
            let mut packed = vec![7u8; (stride * height) as usize];
            buffer.to_argb(format, &mut packed, stride, width as i32, height as i32);
            for row in packed.chunks_exact(stride as usize) {
                let (pixels, padding) = row.split_at(width as usize * 4);
                for pixel in pixels.chunks_exact(4) {
                    for (at, byte) in pixel.iter().enumerate() {
                        let expected = if at == red_at || at == alpha_at { 255 } else { 0 };
                        assert!(close(*byte, expected), "{format:?} {width}×{height}: {pixel:?}");
                    }
                }
                assert!(padding.iter().all(|byte| *byte == 7), "the padding is left alone");
            }
        }
    }
}

#[test]
fn nv12_and_planar_types_give_the_same_picture() {
    let (width, height) = (33, 17);
    let expected = filled(width, height, BLUE);
    let mut nv12 = NV12Buffer::new(width, height);
    {
        let (stride_y, stride_uv) = nv12.strides();
        let (from_y, from_u, from_v) = expected.data();
        let (sy, su, sv) = expected.strides();
        let (y, uv) = nv12.data_mut();
        yuv_helper::i420_to_nv12(
            from_y,
            sy,
            from_u,
            su,
            from_v,
            sv,
            y,
            stride_y,
            uv,
            stride_uv,
            width as i32,
            height as i32,
        );
    }
    assert_eq!(&nv12.data().1[..2], &BLUE[1..]);
    assert_eq!(nv12.to_i420().data(), expected.data());

    let mut i444 = I444Buffer::new(width, height);
    let (y, u, v) = i444.data_mut();
    y.fill(BLUE[0]);
    u.fill(BLUE[1]);
    v.fill(BLUE[2]);
    assert_eq!(i444.to_i420().data(), expected.data());
    let mut i422 = I422Buffer::new(width, height);
    let (y, u, v) = i422.data_mut();
    y.fill(BLUE[0]);
    u.fill(BLUE[1]);
    v.fill(BLUE[2]);
    assert_eq!(i422.to_i420().data(), expected.data());

    let boxed: Vec<BoxVideoBuffer> = vec![Box::new(nv12), Box::new(i444), Box::new(i422), Box::new(expected)];
    for buffer in boxed {
        for (format, blue_at) in [(VideoFormatType::ARGB, 0), (VideoFormatType::RGBA, 1)] {
            let mut packed = vec![0u8; (width * height * 4) as usize];
            buffer.to_argb(format, &mut packed, width * 4, width as i32, height as i32);
            assert!(packed.chunks_exact(4).all(|pixel| close(pixel[blue_at], 255)), "{buffer:?} {format:?}");
        }
    }
}

#[test]
fn a_negative_height_turns_the_picture_upside_down() {
    let mut buffer = filled(4, 3, [16, 128, 128]);
    buffer.data_mut().0[8..].fill(235);
    let mut packed = vec![0u8; 48];
    buffer.to_argb(VideoFormatType::ABGR, &mut packed, 16, 4, -3);
    assert!(packed[..3].iter().all(|byte| close(*byte, 255)), "{packed:?}");
    assert!(packed[32..35].iter().all(|byte| close(*byte, 0)), "{packed:?}");
}

#[test]
fn bad_arguments_change_nothing() {
    let buffer = filled(16, 16, RED);
    let mut packed = vec![7u8; 16 * 16 * 4];
    buffer.to_argb(VideoFormatType::ARGB, &mut packed, 64, 0, 16);
    buffer.to_argb(VideoFormatType::ARGB, &mut packed, 64, -1, 16);
    buffer.to_argb(VideoFormatType::ARGB, &mut packed, 64, 16, 0);
    buffer.to_argb(VideoFormatType::ARGB, &mut packed, 63, 16, 16);
    buffer.to_argb(VideoFormatType::ARGB, &mut packed, 64, 16, 17);
    buffer.to_argb(VideoFormatType::ARGB, &mut packed, 68, 17, 16);
    buffer.to_argb(VideoFormatType::ARGB, &mut packed, u32::MAX, 16, 16);
    buffer.to_argb(VideoFormatType::ARGB, &mut packed, 64, i32::MAX, i32::MIN);
    buffer.to_argb(VideoFormatType::ARGB, &mut packed[..1023], 64, 16, 16);
    assert!(packed.iter().all(|byte| *byte == 7));

    let empty = I420Buffer::new(0, 0);
    empty.to_argb(VideoFormatType::ARGB, &mut packed, 64, 16, 16);
    assert!(packed.iter().all(|byte| *byte == 7));
    assert!(empty.to_i420().data().0.is_empty());
}

#[test]
#[should_panic(expected = "cannot hold a row")]
fn a_stride_shorter_than_its_row_is_refused() {
    I420Buffer::with_strides(64, 64, 63, 32, 32);
}

#[test]
fn scaling_keeps_areas_where_they_are() {
    let mut buffer = filled(641, 359, [16, 90, 240]);
    {
        let (y, _, _) = buffer.data_mut();
        for row in y.chunks_exact_mut(641) {
            row[320..].fill(235);
        }
    }
    for (width, height) in [(160, 90), (321, 181), (640, 360), (1282, 718), (100, 700), (1, 1), (641, 359)] {
        let scaled = buffer.scale(width, height);
        assert_eq!((scaled.width(), scaled.height()), (width as u32, height as u32));
        let (y, u, v) = scaled.data();
        if width > 4 {
            for row in y.chunks_exact(width as usize) {
                assert!(close(row[0], 16) && close(row[width as usize / 4], 16), "{width}×{height}");
                assert!(close(row[width as usize - 1], 235) && close(row[width as usize * 3 / 4], 235));
            }
        }
        assert!(u.iter().all(|u| *u == 90) && v.iter().all(|v| *v == 240), "{width}×{height}");
    }
    assert_eq!(buffer.scale(0, 100).width(), 0);
    assert_eq!(buffer.scale(100, -1).height(), 0);

    let mut nv12 = NV12Buffer::new(64, 64);
    for pair in nv12.data_mut().1.chunks_exact_mut(2) {
        (pair[0], pair[1]) = (90, 240);
    }
    for (width, height) in [(21, 11), (128, 100)] {
        let scaled = nv12.scale(width, height);
        assert!(scaled.data().1.chunks_exact(2).all(|pair| pair == [90, 240]));
    }
}
