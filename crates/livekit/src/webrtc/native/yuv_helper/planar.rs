//! Between planar formats.

use super::{ConvertError, Size, flip, plane, plane_mut, report};

/// I420 to NV12.
pub fn i420_to_nv12(
    src_y: &[u8],
    src_stride_y: u32,
    src_u: &[u8],
    src_stride_u: u32,
    src_v: &[u8],
    src_stride_v: u32,
    dst_y: &mut [u8],
    dst_stride_y: u32,
    dst_uv: &mut [u8],
    dst_stride_uv: u32,
    width: i32,
    height: i32,
) {
    report("i420_to_nv12", || {
        let size = Size::new(width, height)?;
        let (half_width, half_height) = (size.half_width(), size.half_height());
        let u = plane(src_u, src_stride_u, half_width, half_height)?;
        let v = plane(src_v, src_stride_v, half_width, half_height)?;
        let uv = plane_mut(dst_uv, dst_stride_uv, 2 * half_width, half_height)?;
        copy_plane((src_y, src_stride_y), (dst_y, dst_stride_y), size.width, size)?;
        let rows = u.chunks_exact(src_stride_u as usize).zip(v.chunks_exact(src_stride_v as usize));
        for ((u, v), uv) in rows.zip(uv.chunks_exact_mut(dst_stride_uv as usize)) {
            for ((u, v), uv) in u.iter().zip(v).zip(uv.chunks_exact_mut(2)).take(half_width as usize) {
                (uv[0], uv[1]) = (*u, *v);
            }
        }
        if size.flip {
            flip(uv, dst_stride_uv);
        }
        Ok(())
    });
}

/// NV12 to I420.
pub fn nv12_to_i420(
    src_y: &[u8],
    src_stride_y: u32,
    src_uv: &[u8],
    src_stride_uv: u32,
    dst_y: &mut [u8],
    dst_stride_y: u32,
    dst_u: &mut [u8],
    dst_stride_u: u32,
    dst_v: &mut [u8],
    dst_stride_v: u32,
    width: i32,
    height: i32,
) {
    report("nv12_to_i420", || {
        let size = Size::new(width, height)?;
        let (half_width, half_height) = (size.half_width(), size.half_height());
        let uv = plane(src_uv, src_stride_uv, 2 * half_width, half_height)?;
        let u = plane_mut(dst_u, dst_stride_u, half_width, half_height)?;
        let v = plane_mut(dst_v, dst_stride_v, half_width, half_height)?;
        copy_plane((src_y, src_stride_y), (dst_y, dst_stride_y), size.width, size)?;
        let rows = u.chunks_exact_mut(dst_stride_u as usize).zip(v.chunks_exact_mut(dst_stride_v as usize));
        for ((u, v), uv) in rows.zip(uv.chunks_exact(src_stride_uv as usize)) {
            for ((u, v), uv) in u.iter_mut().zip(v).zip(uv.chunks_exact(2)).take(half_width as usize) {
                (*u, *v) = (uv[0], uv[1]);
            }
        }
        if size.flip {
            flip(u, dst_stride_u);
            flip(v, dst_stride_v);
        }
        Ok(())
    });
}

/// Copies the rows of a plane; upside down if the size says so. Rows are all of `size`.
fn copy_plane(
    (src, src_stride): (&[u8], u32),
    (dst, dst_stride): (&mut [u8], u32),
    width: u32,
    size: Size,
) -> Result<(), ConvertError> {
    let src = plane(src, src_stride, width, size.height)?;
    let dst = plane_mut(dst, dst_stride, width, size.height)?;
    let width = width as usize;
    for (from, to) in src.chunks_exact(src_stride as usize).zip(dst.chunks_exact_mut(dst_stride as usize)) {
        to[..width].copy_from_slice(&from[..width]);
    }
    if size.flip {
        flip(dst, dst_stride);
    }
    Ok(())
}

/// Averages blocks of `across`×2 samples; at an odd edge the last row or column counts twice.
fn halve(
    (src, src_stride): (&[u8], u32),
    src_size: (u32, u32),
    (dst, dst_stride): (&mut [u8], u32),
    dst_size: (u32, u32),
    flipped: bool,
) -> Result<(), ConvertError> {
    let src = plane(src, src_stride, src_size.0, src_size.1)?;
    let dst = plane_mut(dst, dst_stride, dst_size.0, dst_size.1)?;
    let (src_width, src_rows) = (src_size.0 as usize, src_size.1 as usize);
    let across = if dst_size.0 == src_size.0 { 1 } else { 2 };
    for (y, to) in dst.chunks_exact_mut(dst_stride as usize).enumerate() {
        let row = |y: usize| &src[y.min(src_rows - 1) * src_stride as usize..][..src_width];
        let (upper, lower) = (row(2 * y), row(2 * y + 1));
        for (x, to) in to[..dst_size.0 as usize].iter_mut().enumerate() {
            let (left, right) = (x * across, (x * across + across - 1).min(src_width - 1));
            let sum =
                u16::from(upper[left]) + u16::from(upper[right]) + u16::from(lower[left]) + u16::from(lower[right]);
            *to = ((sum + 2) / 4) as u8;
        }
    }
    if flipped {
        flip(dst, dst_stride);
    }
    Ok(())
}

macro_rules! to_i420 {
    ($($(#[$doc:meta])* $name:ident: $chroma:expr;)*) => {$(
        $(#[$doc])*
        pub fn $name(
            src_y: &[u8],
            src_stride_y: u32,
            src_u: &[u8],
            src_stride_u: u32,
            src_v: &[u8],
            src_stride_v: u32,
            dst_y: &mut [u8],
            dst_stride_y: u32,
            dst_u: &mut [u8],
            dst_stride_u: u32,
            dst_v: &mut [u8],
            dst_stride_v: u32,
            width: i32,
            height: i32,
        ) {
            report(stringify!($name), || {
                let size = Size::new(width, height)?;
                let chroma: fn(Size) -> (u32, u32) = $chroma;
                let (from, to) = (chroma(size), (size.half_width(), size.half_height()));
                copy_plane((src_y, src_stride_y), (dst_y, dst_stride_y), size.width, size)?;
                halve((src_u, src_stride_u), from, (dst_u, dst_stride_u), to, size.flip)?;
                halve((src_v, src_stride_v), from, (dst_v, dst_stride_v), to, size.flip)
            });
        }
    )*};
}

to_i420! {
    /// I422 to I420.
    i422_to_i420: |size| (size.half_width(), size.height);
    /// I444 to I420.
    i444_to_i420: |size| (size.width, size.height);
}
