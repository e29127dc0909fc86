use super::*;

/// Two halves, left and right, of plain colour; alpha opaque.
fn packed(width: usize, height: usize, left: [u8; 4], right: [u8; 4]) -> Vec<u8> {
    (0..width * height).flat_map(|at| if at % width < width / 2 { left } else { right }).collect()
}

#[test]
fn packed_colours_survive_i420_and_nv12() {
    // Halves of an even number of columns, so that no chroma sample is shared between them.
    for (width, height) in [(64usize, 36usize), (644, 359), (4, 1), (8, 3)] {
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        let (w, h, cw) = (width as u32, height as u32, half_width as u32);
        let stride = w * 4;
        // Memory B, G, R, A: orange and teal.
        let src = packed(width, height, [0, 128, 255, 255], [128, 128, 0, 255]);
        let (mut y, mut u, mut v) =
            (vec![0; width * height], vec![0; half_width * half_height], vec![0; half_width * half_height]);
        argb_to_i420(&src, stride, &mut y, w, &mut u, cw, &mut v, cw, w as i32, h as i32);
        let mut through_i420 = vec![0; src.len()];
        i420_to_argb(&y, w, &u, cw, &v, cw, &mut through_i420, stride, w as i32, h as i32);

        let mut uv = vec![0; half_width * 2 * half_height];
        argb_to_nv12(&src, stride, &mut y, w, &mut uv, cw * 2, w as i32, h as i32);
        let mut through_nv12 = vec![0; src.len()];
        nv12_to_argb(&y, w, &uv, cw * 2, &mut through_nv12, stride, w as i32, h as i32);

        for result in [&through_i420, &through_nv12] {
            for (at, (before, after)) in src.iter().zip(result).enumerate() {
                assert!(before.abs_diff(*after) <= 6, "{width}×{height}, byte {at}: {before} became {after}");
            }
        }
    }
}

#[test]
fn abgr_is_argb_with_red_and_blue_swapped() {
    let argb = packed(8, 4, [10, 200, 90, 255], [200, 10, 30, 255]);
    let abgr: Vec<u8> = argb.chunks_exact(4).flat_map(|p| [p[2], p[1], p[0], p[3]]).collect();
    let (mut y, mut u, mut v) = ([0; 32], [0; 8], [0; 8]);
    argb_to_i420(&argb, 32, &mut y, 8, &mut u, 4, &mut v, 4, 8, 4);
    let expected = (y, u, v);
    abgr_to_i420(&abgr, 32, &mut y, 8, &mut u, 4, &mut v, 4, 8, 4);
    assert_eq!((y, u, v), expected);
}

#[test]
fn rgb24_drops_alpha_and_negative_heights_flip() {
    let src = [1, 2, 3, 255, 4, 5, 6, 255];
    let mut dst = [0; 6];
    argb_to_rgb24(&src, 4, &mut dst, 3, 1, 2);
    assert_eq!(dst, [1, 2, 3, 4, 5, 6]);
    argb_to_rgb24(&src, 4, &mut dst, 3, 1, -2);
    assert_eq!(dst, [4, 5, 6, 1, 2, 3]);
}

#[test]
fn nv12_and_i420_hold_the_same_samples_at_odd_sizes() {
    let (w, h, cw, ch) = (5u32, 3u32, 3u32, 2u32);
    let y: Vec<u8> = (0..w * h).map(|at| at as u8).collect();
    let u: Vec<u8> = (0..cw * ch).map(|at| 100 + at as u8).collect();
    let v: Vec<u8> = (0..cw * ch).map(|at| 200 + at as u8).collect();
    let (mut y2, mut uv) = (vec![0; 15], vec![0; 12]);
    i420_to_nv12(&y, w, &u, cw, &v, cw, &mut y2, w, &mut uv, cw * 2, w as i32, h as i32);
    assert_eq!(uv, [100, 200, 101, 201, 102, 202, 103, 203, 104, 204, 105, 205]);
    let (mut y3, mut u3, mut v3) = (vec![0; 15], vec![0; 6], vec![0; 6]);
    nv12_to_i420(&y2, w, &uv, cw * 2, &mut y3, w, &mut u3, cw, &mut v3, cw, w as i32, h as i32);
    assert_eq!((y3, u3, v3), (y, u, v));
}

#[test]
fn short_planes_change_nothing() {
    let mut dst = [9u8; 16];
    i420_to_argb(&[0; 3], 2, &[0; 1], 1, &[0; 1], 1, &mut dst, 8, 2, 2);
    i420_to_argb(&[0; 4], 2, &[], 1, &[0; 1], 1, &mut dst, 8, 2, 2);
    i420_to_argb(&[0; 4], 2, &[0; 1], 1, &[0; 1], 1, &mut dst[..15], 8, 2, 2);
    nv12_to_argb(&[0; 4], 2, &[0; 1], 1, &mut dst, 8, 2, 2);
    assert_eq!(dst, [9; 16]);
}
