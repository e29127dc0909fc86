//! The buffers: I420, I422, I444 and NV12.

use std::fmt;

use super::{
    VideoBuffer, VideoBufferType, VideoFormatType, internal,
    planes::{LibraryPlanes, Planes},
    scale,
};
use crate::{
    ffi::{FfiHandle, proto},
    webrtc::native::yuv_helper,
};

/// Bytes of `rows` rows.
///
/// # Panics
/// If a row is longer than its stride, or the plane larger than a signed 32-bit number (the limit of libwebrtc).
fn plane_len(stride: u32, width: u32, rows: u32) -> usize {
    assert!(stride >= width, "a stride of {stride} bytes cannot hold a row of {width}");
    let length = u64::from(stride) * u64::from(rows);
    assert!(length <= i32::MAX as u64, "a plane of {length} bytes is too large");
    length as usize
}

/// What every type of buffer implements in the same way.
macro_rules! buffer_type {
    ($name:ident, $as:ident, $type:ident) => {
        impl VideoBuffer for $name {
            fn width(&self) -> u32 {
                self.width
            }

            fn height(&self) -> u32 {
                self.height
            }

            fn buffer_type(&self) -> VideoBufferType {
                VideoBufferType::$type
            }

            fn $as(&self) -> Option<&$name> {
                Some(self)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("width", &self.width)
                    .field("height", &self.height)
                    .finish_non_exhaustive()
            }
        }

        impl AsRef<dyn VideoBuffer> for $name {
            fn as_ref(&self) -> &(dyn VideoBuffer + 'static) {
                self
            }
        }
    };
}

/// A buffer of three 8-bit planes.
macro_rules! planar_buffer {
    ($(#[$doc:meta])* $name:ident, $as:ident, $type:ident, chroma $chroma_width:expr, $chroma_height:expr) => {
        $(#[$doc])*
        pub struct $name {
            width: u32,
            height: u32,
            strides: [u32; 3],
            planes: Planes<3>,
        }

        buffer_type!($name, $as, $type);

        impl $name {
            /// A buffer whose planes have these strides (bytes from row to row). The bytes are zero.
            ///
            /// # Panics
            /// If a stride is shorter than its row, or a plane longer than 2³¹−1 bytes.
            pub fn with_strides(width: u32, height: u32, stride_y: u32, stride_u: u32, stride_v: u32) -> Self {
                let (chroma_width, chroma_height) = ($chroma_width(width), $chroma_height(height));
                let planes = Planes::zeroed([
                    plane_len(stride_y, width, height),
                    plane_len(stride_u, chroma_width, chroma_height),
                    plane_len(stride_v, chroma_width, chroma_height),
                ]);
                Self { width, height, strides: [stride_y, stride_u, stride_v], planes }
            }

            /// A buffer without padding between its rows. The bytes are zero.
            ///
            /// # Panics
            /// If a plane is longer than 2³¹−1 bytes.
            pub fn new(width: u32, height: u32) -> Self {
                Self::with_strides(width, height, width, $chroma_width(width), $chroma_width(width))
            }

            /// Samples in a row of chroma.
            pub fn chroma_width(&self) -> u32 {
                $chroma_width(self.width)
            }

            /// Rows of chroma.
            pub fn chroma_height(&self) -> u32 {
                $chroma_height(self.height)
            }

            /// Bytes from row to row, of Y, U and V.
            pub fn strides(&self) -> (u32, u32, u32) {
                (self.strides[0], self.strides[1], self.strides[2])
            }

            /// The planes Y, U and V, each its stride times its rows.
            pub fn data(&self) -> (&[u8], &[u8], &[u8]) {
                let [y, u, v] = self.planes.get();
                (y, u, v)
            }

            /// The planes Y, U and V for writing. A received buffer is copied the first time.
            pub fn data_mut(&mut self) -> (&mut [u8], &mut [u8], &mut [u8]) {
                let [y, u, v] = self.planes.get_mut();
                (y, u, v)
            }

            /// A copy of another size: averaged when smaller, interpolated when larger. A size below 1 gives an empty
            /// buffer.
            pub fn scale(&mut self, scaled_width: i32, scaled_height: i32) -> Self {
                let (width, height) = scale::target(scaled_width, scaled_height);
                let mut scaled = Self::new(width, height);
                let chroma_from = (self.chroma_width(), self.chroma_height());
                let chroma_to = (scaled.chroma_width(), scaled.chroma_height());
                let to_strides = scaled.strides;
                let (from, to) = (self.planes.get(), scaled.planes.get_mut());
                for (index, (from, to)) in from.into_iter().zip(to).enumerate() {
                    let (from_size, to_size) =
                        if index == 0 { ((self.width, self.height), (width, height)) } else { (chroma_from, chroma_to) };
                    scale::plane::<1>((from, self.strides[index], from_size), (to, to_strides[index], to_size));
                }
                scaled
            }
        }
    };
}

fn half(length: u32) -> u32 {
    length.div_ceil(2)
}

fn full(length: u32) -> u32 {
    length
}

planar_buffer! {
    /// Three 8-bit planes, chroma halved both ways (rounded up): what encoders and decoders work on.
    I420Buffer, as_i420, I420, chroma half, half
}

planar_buffer! {
    /// Three 8-bit planes, chroma halved across (rounded up).
    I422Buffer, as_i422, I422, chroma half, full
}

planar_buffer! {
    /// Three 8-bit planes of full size.
    I444Buffer, as_i444, I444, chroma full, full
}

impl I420Buffer {
    /// Like [`I420Buffer::new`], but black (Y 0, U and V 128).
    pub fn new_black(width: u32, height: u32) -> Self {
        let mut buffer = Self::new(width, height);
        let (_, u, v) = buffer.data_mut();
        u.fill(128);
        v.fill(128);
        buffer
    }

    /// A received frame, with its pixels left where the library keeps them. `None` if the library's description of it
    /// makes no sense.
    pub(crate) fn from_library(owned: proto::OwnedVideoBuffer) -> Option<Self> {
        let handle = FfiHandle::new(owned.handle);
        let info = owned.info;
        let (width, height) = (info.width, info.height);
        let rows = [height, half(height), half(height)];
        let widths = [width, half(width), half(width)];
        if info.r#type() != proto::VideoBufferType::I420 || info.components.len() < 3 || width == 0 || height == 0 {
            return None;
        }
        let mut parts = [(0, 0); 3];
        let mut strides = [0; 3];
        for (index, component) in info.components.iter().take(3).enumerate() {
            let length = component.stride.checked_mul(rows[index])?;
            if component.data_ptr == 0 || component.size < length || component.stride < widths[index] {
                return None;
            }
            parts[index] = (component.data_ptr as usize, length as usize);
            strides[index] = component.stride;
        }
        // SAFETY: the library describes with these addresses and sizes a buffer that it made for the owner of `handle`
        // alone, and keeps as it is until the handle is dropped; the lengths are within the sizes, checked above.
        let planes = Planes::Library(unsafe { LibraryPlanes::new(handle, parts) });
        Some(Self { width, height, strides, planes })
    }
}

impl internal::BufferSealed for I420Buffer {
    fn to_i420(&self) -> I420Buffer {
        let [y, u, v] = self.planes.get();
        let bytes = [y, u, v].concat().into_boxed_slice();
        let planes = Planes::Owned { bytes, lengths: [y.len(), u.len(), v.len()] };
        I420Buffer { width: self.width, height: self.height, strides: self.strides, planes }
    }

    fn to_argb(&self, format: VideoFormatType, dst: &mut [u8], dst_stride: u32, dst_width: i32, dst_height: i32) {
        let convert = match format {
            VideoFormatType::ARGB => yuv_helper::i420_to_argb,
            VideoFormatType::BGRA => yuv_helper::i420_to_bgra,
            VideoFormatType::ABGR => yuv_helper::i420_to_abgr,
            VideoFormatType::RGBA => yuv_helper::i420_to_rgba,
        };
        let [y, u, v] = self.planes.get();
        let [stride_y, stride_u, stride_v] = self.strides;
        convert(y, stride_y, u, stride_u, v, stride_v, dst, dst_stride, dst_width, dst_height);
    }
}

/// The conversions of a planar type through I420.
macro_rules! through_i420 {
    ($name:ident, $convert:ident) => {
        impl internal::BufferSealed for $name {
            fn to_i420(&self) -> I420Buffer {
                let mut i420 = I420Buffer::new(self.width, self.height);
                let (stride_y, stride_u, stride_v) = i420.strides();
                let [y, u, v] = self.planes.get();
                let (to_y, to_u, to_v) = i420.data_mut();
                yuv_helper::$convert(
                    y,
                    self.strides[0],
                    u,
                    self.strides[1],
                    v,
                    self.strides[2],
                    to_y,
                    stride_y,
                    to_u,
                    stride_u,
                    to_v,
                    stride_v,
                    // A plane's length fits in 31 bits, so its sides do.
                    self.width as i32,
                    self.height as i32,
                );
                i420
            }

            fn to_argb(&self, format: VideoFormatType, dst: &mut [u8], dst_stride: u32, width: i32, height: i32) {
                internal::BufferSealed::to_argb(&self.to_i420(), format, dst, dst_stride, width, height);
            }
        }
    };
}

through_i420!(I422Buffer, i422_to_i420);
through_i420!(I444Buffer, i444_to_i420);

/// A plane of luma, and one of interleaved chroma (U, V) halved both ways (rounded up): what many cameras give.
pub struct NV12Buffer {
    width: u32,
    height: u32,
    strides: [u32; 2],
    planes: Planes<2>,
}

buffer_type!(NV12Buffer, as_nv12, NV12);

impl NV12Buffer {
    /// A buffer whose planes have these strides (bytes from row to row). The bytes are zero.
    ///
    /// # Panics
    /// If a stride is shorter than its row, or a plane longer than 2³¹−1 bytes.
    pub fn with_strides(width: u32, height: u32, stride_y: u32, stride_uv: u32) -> Self {
        let planes = Planes::zeroed([
            plane_len(stride_y, width, height),
            plane_len(stride_uv, half(width).saturating_mul(2), half(height)),
        ]);
        Self { width, height, strides: [stride_y, stride_uv], planes }
    }

    /// A buffer without padding between its rows. The bytes are zero.
    ///
    /// # Panics
    /// If a plane is longer than 2³¹−1 bytes.
    pub fn new(width: u32, height: u32) -> Self {
        Self::with_strides(width, height, width, half(width).saturating_mul(2))
    }

    /// Pairs of chroma samples in a row.
    pub fn chroma_width(&self) -> u32 {
        half(self.width)
    }

    /// Rows of chroma.
    pub fn chroma_height(&self) -> u32 {
        half(self.height)
    }

    /// Bytes from row to row, of Y and UV.
    pub fn strides(&self) -> (u32, u32) {
        (self.strides[0], self.strides[1])
    }

    /// The planes Y and UV, each its stride times its rows.
    pub fn data(&self) -> (&[u8], &[u8]) {
        let [y, uv] = self.planes.get();
        (y, uv)
    }

    /// The planes Y and UV for writing.
    pub fn data_mut(&mut self) -> (&mut [u8], &mut [u8]) {
        let [y, uv] = self.planes.get_mut();
        (y, uv)
    }

    /// A copy of another size: averaged when smaller, interpolated when larger. A size below 1 gives an empty buffer.
    pub fn scale(&mut self, scaled_width: i32, scaled_height: i32) -> Self {
        let (width, height) = scale::target(scaled_width, scaled_height);
        let mut scaled = Self::new(width, height);
        let (from_chroma, to_chroma) = ((half(self.width), half(self.height)), (half(width), half(height)));
        let [stride_y, stride_uv] = scaled.strides;
        let ([from_y, from_uv], [to_y, to_uv]) = (self.planes.get(), scaled.planes.get_mut());
        scale::plane::<1>((from_y, self.strides[0], (self.width, self.height)), (to_y, stride_y, (width, height)));
        scale::plane::<2>((from_uv, self.strides[1], from_chroma), (to_uv, stride_uv, to_chroma));
        scaled
    }
}

impl internal::BufferSealed for NV12Buffer {
    fn to_i420(&self) -> I420Buffer {
        let mut i420 = I420Buffer::new(self.width, self.height);
        let (stride_y, stride_u, stride_v) = i420.strides();
        let [y, uv] = self.planes.get();
        let (to_y, to_u, to_v) = i420.data_mut();
        let (width, height) = (self.width as i32, self.height as i32);
        let [from_y, from_uv] = self.strides;
        yuv_helper::nv12_to_i420(y, from_y, uv, from_uv, to_y, stride_y, to_u, stride_u, to_v, stride_v, width, height);
        i420
    }

    fn to_argb(&self, format: VideoFormatType, dst: &mut [u8], dst_stride: u32, dst_width: i32, dst_height: i32) {
        let convert = match format {
            VideoFormatType::ARGB => yuv_helper::nv12_to_argb,
            VideoFormatType::ABGR => yuv_helper::nv12_to_abgr,
            // Rare enough to go the long way.
            VideoFormatType::BGRA | VideoFormatType::RGBA => {
                let i420 = internal::BufferSealed::to_i420(self);
                return internal::BufferSealed::to_argb(&i420, format, dst, dst_stride, dst_width, dst_height);
            }
        };
        let [y, uv] = self.planes.get();
        convert(y, self.strides[0], uv, self.strides[1], dst, dst_stride, dst_width, dst_height);
    }
}
