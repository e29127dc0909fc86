//! Conversions between pixel formats, on plain memory.
//!
//! As in libyuv, the packed formats are named by a little-endian 32-bit word, so in memory ARGB is B, G, R, A; ABGR is
//! R, G, B, A; BGRA is A, R, G, B; RGBA is A, B, G, R; and RGB24 is B, G, R. Colours are BT.601, limited range. Strides
//! are bytes from one row to the next; every plane must hold its stride times its rows. A negative height turns the
//! picture upside down.
//!
//! Bad arguments (no pixels, a plane or stride too small) change nothing and are logged as an error.

#![allow(clippy::too_many_arguments, reason = "the official signatures")]

mod planar;

pub use planar::{i420_to_nv12, i422_to_i420, i444_to_i420, nv12_to_i420};

use yuv::{
    BufferStoreMut, YuvBiPlanarImage, YuvBiPlanarImageMut, YuvConversionMode, YuvError, YuvPlanarImage,
    YuvPlanarImageMut, YuvRange, YuvStandardMatrix,
};

const RANGE: YuvRange = YuvRange::Limited;
const MATRIX: YuvStandardMatrix = YuvStandardMatrix::Bt601;
const MODE: YuvConversionMode = YuvConversionMode::Balanced;

/// Why nothing was converted.
#[derive(Debug, thiserror::Error)]
enum ConvertError {
    #[error("a picture of {0}×{1} has no pixels")]
    Size(i32, i32),
    #[error("a plane of {len} bytes cannot hold {rows} rows of {width} bytes with a stride of {stride}")]
    Plane { len: usize, rows: usize, width: usize, stride: usize },
    #[error(transparent)]
    Yuv(#[from] YuvError),
}

/// Runs a conversion for its effect; a failure is a mistake of the caller's and is logged.
fn report(function: &str, convert: impl FnOnce() -> Result<(), ConvertError>) {
    if let Err(error) = convert() {
        tracing::error!(function, %error, "pixels were not converted");
    }
}

#[derive(Clone, Copy)]
struct Size {
    width: u32,
    height: u32,
    flip: bool,
}

impl Size {
    fn new(width: i32, height: i32) -> Result<Self, ConvertError> {
        match (u32::try_from(width), height.unsigned_abs()) {
            (Ok(w @ 1..), h @ 1..) => Ok(Self { width: w, height: h, flip: height < 0 }),
            _ => Err(ConvertError::Size(width, height)),
        }
    }

    fn half_width(self) -> u32 {
        self.width.div_ceil(2)
    }

    fn half_height(self) -> u32 {
        self.height.div_ceil(2)
    }
}

fn check(len: usize, stride: u32, width: u32, rows: u32) -> Result<usize, ConvertError> {
    let (stride, width, rows) = (stride as usize, width as usize, rows as usize);
    match stride.checked_mul(rows) {
        Some(need) if need <= len && width <= stride => Ok(need),
        _ => Err(ConvertError::Plane { len, rows, width, stride }),
    }
}

fn plane(data: &[u8], stride: u32, width: u32, rows: u32) -> Result<&[u8], ConvertError> {
    Ok(&data[..check(data.len(), stride, width, rows)?])
}

fn plane_mut(data: &mut [u8], stride: u32, width: u32, rows: u32) -> Result<&mut [u8], ConvertError> {
    let need = check(data.len(), stride, width, rows)?;
    Ok(&mut data[..need])
}

/// Swaps the rows of a plane, top to bottom.
fn flip(data: &mut [u8], stride: u32) {
    let stride = stride as usize;
    let rows = data.len() / stride;
    let (top, bottom) = data.split_at_mut(rows / 2 * stride);
    for (upper, lower) in top.chunks_exact_mut(stride).zip(bottom.chunks_exact_mut(stride).rev()) {
        upper.swap_with_slice(lower);
    }
}

/// The order of the bytes of a packed pixel in memory.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    Bgra,
    Rgba,
    Argb,
    Abgr,
}

type Packer = fn(&YuvPlanarImage<'_, u8>, &mut [u8], u32, YuvRange, YuvStandardMatrix) -> Result<(), YuvError>;

/// Any planar format to packed pixels. `chroma` is the width and height of the chroma planes.
fn planar_to_packed(
    (src_y, stride_y): (&[u8], u32),
    (src_u, stride_u): (&[u8], u32),
    (src_v, stride_v): (&[u8], u32),
    (dst, dst_stride): (&mut [u8], u32),
    size: Size,
    chroma: (u32, u32),
    (to_rgba, to_bgra): (Packer, Packer),
    order: Order,
) -> Result<(), ConvertError> {
    let image = YuvPlanarImage {
        y_plane: plane(src_y, stride_y, size.width, size.height)?,
        y_stride: stride_y,
        u_plane: plane(src_u, stride_u, chroma.0, chroma.1)?,
        u_stride: stride_u,
        v_plane: plane(src_v, stride_v, chroma.0, chroma.1)?,
        v_stride: stride_v,
        width: size.width,
        height: size.height,
    };
    let dst = plane_mut(dst, dst_stride, size.width.saturating_mul(4), size.height)?;
    match order {
        Order::Rgba | Order::Argb => to_rgba(&image, dst, dst_stride, RANGE, MATRIX)?,
        Order::Bgra | Order::Abgr => to_bgra(&image, dst, dst_stride, RANGE, MATRIX)?,
    }
    if matches!(order, Order::Argb | Order::Abgr) {
        for row in dst.chunks_exact_mut(dst_stride as usize) {
            for pixel in row[..size.width as usize * 4].as_chunks_mut::<4>().0 {
                *pixel = u32::from_le_bytes(*pixel).rotate_left(8).to_le_bytes();
            }
        }
    }
    if size.flip {
        flip(dst, dst_stride);
    }
    Ok(())
}

macro_rules! planar_to_packed {
    ($($(#[$doc:meta])* $name:ident: $order:ident, $rgba:ident, $bgra:ident, $chroma:expr;)*) => {$(
        $(#[$doc])*
        pub fn $name(
            src_y: &[u8],
            src_stride_y: u32,
            src_u: &[u8],
            src_stride_u: u32,
            src_v: &[u8],
            src_stride_v: u32,
            dst: &mut [u8],
            dst_stride: u32,
            width: i32,
            height: i32,
        ) {
            report(stringify!($name), || {
                let size = Size::new(width, height)?;
                let chroma: fn(Size) -> (u32, u32) = $chroma;
                planar_to_packed(
                    (src_y, src_stride_y),
                    (src_u, src_stride_u),
                    (src_v, src_stride_v),
                    (dst, dst_stride),
                    size,
                    chroma(size),
                    (yuv::$rgba, yuv::$bgra),
                    Order::$order,
                )
            });
        }
    )*};
}

planar_to_packed! {
    /// I420 to ARGB (memory: B, G, R, A).
    i420_to_argb: Bgra, yuv420_to_rgba, yuv420_to_bgra, |s| (s.half_width(), s.half_height());
    /// I420 to ABGR (memory: R, G, B, A).
    i420_to_abgr: Rgba, yuv420_to_rgba, yuv420_to_bgra, |s| (s.half_width(), s.half_height());
    /// I420 to BGRA (memory: A, R, G, B).
    i420_to_bgra: Argb, yuv420_to_rgba, yuv420_to_bgra, |s| (s.half_width(), s.half_height());
    /// I420 to RGBA (memory: A, B, G, R).
    i420_to_rgba: Abgr, yuv420_to_rgba, yuv420_to_bgra, |s| (s.half_width(), s.half_height());
    /// I422 to ARGB (memory: B, G, R, A).
    i422_to_argb: Bgra, yuv422_to_rgba, yuv422_to_bgra, |s| (s.half_width(), s.height);
    /// I422 to ABGR (memory: R, G, B, A).
    i422_to_abgr: Rgba, yuv422_to_rgba, yuv422_to_bgra, |s| (s.half_width(), s.height);
    /// I444 to ARGB (memory: B, G, R, A).
    i444_to_argb: Bgra, yuv444_to_rgba, yuv444_to_bgra, |s| (s.width, s.height);
    /// I444 to ABGR (memory: R, G, B, A).
    i444_to_abgr: Rgba, yuv444_to_rgba, yuv444_to_bgra, |s| (s.width, s.height);
}

macro_rules! packed_to_i420 {
    ($($(#[$doc:meta])* $name:ident: $convert:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(
            src_argb: &[u8],
            src_stride_argb: u32,
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
                let (half_width, half_height) = (size.half_width(), size.half_height());
                let src = plane(src_argb, src_stride_argb, size.width.saturating_mul(4), size.height)?;
                let y = plane_mut(dst_y, dst_stride_y, size.width, size.height)?;
                let u = plane_mut(dst_u, dst_stride_u, half_width, half_height)?;
                let v = plane_mut(dst_v, dst_stride_v, half_width, half_height)?;
                let mut image = YuvPlanarImageMut {
                    y_plane: BufferStoreMut::Borrowed(y),
                    y_stride: dst_stride_y,
                    u_plane: BufferStoreMut::Borrowed(u),
                    u_stride: dst_stride_u,
                    v_plane: BufferStoreMut::Borrowed(v),
                    v_stride: dst_stride_v,
                    width: size.width,
                    height: size.height,
                };
                yuv::$convert(&mut image, src, src_stride_argb, RANGE, MATRIX, MODE)?;
                if size.flip {
                    flip(image.y_plane.borrow_mut(), dst_stride_y);
                    flip(image.u_plane.borrow_mut(), dst_stride_u);
                    flip(image.v_plane.borrow_mut(), dst_stride_v);
                }
                Ok(())
            });
        }
    )*};
}

packed_to_i420! {
    /// ARGB (memory: B, G, R, A) to I420; alpha is ignored.
    argb_to_i420: bgra_to_yuv420;
    /// ABGR (memory: R, G, B, A) to I420; alpha is ignored.
    abgr_to_i420: rgba_to_yuv420;
}

macro_rules! nv12_to_packed {
    ($($(#[$doc:meta])* $name:ident: $convert:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(
            src_y: &[u8],
            src_stride_y: u32,
            src_uv: &[u8],
            src_stride_uv: u32,
            dst: &mut [u8],
            dst_stride: u32,
            width: i32,
            height: i32,
        ) {
            report(stringify!($name), || {
                let size = Size::new(width, height)?;
                let image = YuvBiPlanarImage {
                    y_plane: plane(src_y, src_stride_y, size.width, size.height)?,
                    y_stride: src_stride_y,
                    uv_plane: plane(src_uv, src_stride_uv, 2 * size.half_width(), size.half_height())?,
                    uv_stride: src_stride_uv,
                    width: size.width,
                    height: size.height,
                };
                let dst = plane_mut(dst, dst_stride, size.width.saturating_mul(4), size.height)?;
                yuv::$convert(&image, dst, dst_stride, RANGE, MATRIX, MODE)?;
                if size.flip {
                    flip(dst, dst_stride);
                }
                Ok(())
            });
        }
    )*};
}

nv12_to_packed! {
    /// NV12 to ARGB (memory: B, G, R, A).
    nv12_to_argb: yuv_nv12_to_bgra;
    /// NV12 to ABGR (memory: R, G, B, A).
    nv12_to_abgr: yuv_nv12_to_rgba;
}

macro_rules! packed_to_nv12 {
    ($($(#[$doc:meta])* $name:ident: $convert:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(
            src_argb: &[u8],
            src_stride_argb: u32,
            dst_y: &mut [u8],
            dst_stride_y: u32,
            dst_uv: &mut [u8],
            dst_stride_uv: u32,
            width: i32,
            height: i32,
        ) {
            report(stringify!($name), || {
                let size = Size::new(width, height)?;
                let src = plane(src_argb, src_stride_argb, size.width.saturating_mul(4), size.height)?;
                let mut image = YuvBiPlanarImageMut {
                    y_plane: BufferStoreMut::Borrowed(plane_mut(dst_y, dst_stride_y, size.width, size.height)?),
                    y_stride: dst_stride_y,
                    uv_plane: BufferStoreMut::Borrowed(plane_mut(
                        dst_uv,
                        dst_stride_uv,
                        2 * size.half_width(),
                        size.half_height(),
                    )?),
                    uv_stride: dst_stride_uv,
                    width: size.width,
                    height: size.height,
                };
                yuv::$convert(&mut image, src, src_stride_argb, RANGE, MATRIX, MODE)?;
                if size.flip {
                    flip(image.y_plane.borrow_mut(), dst_stride_y);
                    flip(image.uv_plane.borrow_mut(), dst_stride_uv);
                }
                Ok(())
            });
        }
    )*};
}

packed_to_nv12! {
    /// ARGB (memory: B, G, R, A) to NV12; alpha is ignored.
    argb_to_nv12: bgra_to_yuv_nv12;
    /// ABGR (memory: R, G, B, A) to NV12; alpha is ignored.
    abgr_to_nv12: rgba_to_yuv_nv12;
}

/// ARGB (memory: B, G, R, A) to RGB24 (memory: B, G, R).
pub fn argb_to_rgb24(
    src_argb: &[u8],
    src_stride_argb: u32,
    dst_rgb24: &mut [u8],
    dst_stride_rgb24: u32,
    width: i32,
    height: i32,
) {
    report("argb_to_rgb24", || {
        let size = Size::new(width, height)?;
        let src = plane(src_argb, src_stride_argb, size.width.saturating_mul(4), size.height)?;
        let dst = plane_mut(dst_rgb24, dst_stride_rgb24, size.width.saturating_mul(3), size.height)?;
        for (from, to) in
            src.chunks_exact(src_stride_argb as usize).zip(dst.chunks_exact_mut(dst_stride_rgb24 as usize))
        {
            for (from, to) in from.chunks_exact(4).zip(to.chunks_exact_mut(3)).take(size.width as usize) {
                to.copy_from_slice(&from[..3]);
            }
        }
        if size.flip {
            flip(dst, dst_stride_rgb24);
        }
        Ok(())
    });
}

#[cfg(test)]
mod tests;
