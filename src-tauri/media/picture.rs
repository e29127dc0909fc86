//! Pictures from devices: whatever the device gives, in I420, and where they go.

use livekit::webrtc::video_frame::{I420Buffer, VideoFrame, VideoRotation};
use livekit::webrtc::video_source::native::NativeVideoSource;
use yuv::{
    BufferStoreMut, YuvConversionMode, YuvError, YuvPackedImage, YuvPlanarImageMut, YuvRange, YuvStandardMatrix,
    rgb_to_yuv420, rgba_to_yuv420, yuyv422_to_yuv420,
};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Pictures larger than this on a side are refused: no device of today gives them, and a broken header might.
pub const LARGEST_SIDE: u32 = 16_384;

/// A picture as a device gives it, rows from the top. Strides are in bytes.
#[derive(Clone, Copy, Debug)]
pub enum Pixels<'a> {
    /// Y0 U Y1 V, two pixels in four bytes.
    Yuyv {
        /// The rows.
        data: &'a [u8],
        /// Bytes from one row to the next.
        stride: usize,
    },
    /// A plane of luma, then a plane of UV pairs at half size, both of this stride.
    Nv12 {
        /// Both planes.
        data: &'a [u8],
        /// Bytes from one row to the next.
        stride: usize,
    },
    /// Luma only.
    Gray {
        /// The rows.
        data: &'a [u8],
        /// Bytes from one row to the next.
        stride: usize,
    },
    /// R, G, B.
    Rgb {
        /// The rows.
        data: &'a [u8],
        /// Bytes from one row to the next.
        stride: usize,
    },
    /// B, G, R.
    Bgr {
        /// The rows.
        data: &'a [u8],
        /// Bytes from one row to the next.
        stride: usize,
    },
    /// R, G, B, A; A is ignored.
    Rgba {
        /// The rows.
        data: &'a [u8],
        /// Bytes from one row to the next.
        stride: usize,
    },
    /// A baseline or progressive JPEG file, perhaps followed by padding.
    Mjpeg(&'a [u8]),
}

/// Why a picture could not be converted. The feed drops it and takes the next.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// Fewer bytes than the size needs (a frame cut short by the device).
    #[error("{got} bytes for a picture that needs {needed}")]
    Short {
        /// Bytes received.
        got: usize,
        /// Bytes needed.
        needed: usize,
    },
    /// No or absurd dimensions.
    #[error("{width}×{height} is no picture size")]
    Size {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The JPEG is broken.
    #[error("broken JPEG: {0}")]
    Jpeg(String),
    /// The conversion refused.
    #[error(transparent)]
    Convert(#[from] YuvError),
}

/// Converts pictures to I420 (BT.601, limited range, as everywhere in WebRTC), odd sizes too. It reuses its memory:
/// in a steady state nothing is allocated, JPEG's tables aside.
#[derive(Default)]
pub struct Converter {
    /// Frames in turn: WebRTC may still read the last ones while the next is being filled.
    ring: [Option<VideoFrame<I420Buffer>>; 4],
    next: usize,
    rgb: Vec<u8>,
}

impl Converter {
    /// The picture in I420, stamped with the present time. JPEG brings its own size; `width` and `height` are what
    /// the device announced, in pixels.
    pub fn convert(
        &mut self,
        pixels: Pixels<'_>,
        width: u32,
        height: u32,
    ) -> Result<&VideoFrame<I420Buffer>, PictureError> {
        let (w, h) = (width as usize, height as usize);
        match pixels {
            Pixels::Yuyv { data, stride } => {
                let stride = stride.max(w.div_ceil(2) * 4);
                enough(data, stride, h, w.div_ceil(2) * 4)?;
                // The fast conversion wants whole pairs.
                if w % 2 == 1 || h % 2 == 1 {
                    return self.fill(width, height, |buffer| {
                        yuyv_odd(data, stride, buffer);
                        Ok(())
                    });
                }
                self.draw(width, height, |to| {
                    let image = YuvPackedImage { yuy: data, yuy_stride: stride as u32, width, height };
                    Ok(yuyv422_to_yuv420(to, &image)?)
                })
            }
            Pixels::Nv12 { data, stride } => {
                let (stride, pairs) = (stride.max(w), w.div_ceil(2));
                let chroma = stride * h;
                enough(data, stride, h + h.div_ceil(2), pairs * 2)?;
                self.fill(width, height, |buffer| {
                    let (ys, us, vs) = strides(buffer);
                    let (y, u, v) = buffer.data_mut();
                    for (to, from) in y.chunks_mut(ys).zip(data.chunks(stride)) {
                        to[..w].copy_from_slice(&from[..w]);
                    }
                    let rows = u.chunks_mut(us).zip(v.chunks_mut(vs)).zip(data[chroma..].chunks(stride));
                    for ((u, v), uv) in rows.take(h.div_ceil(2)) {
                        for ((u, v), pair) in u[..pairs].iter_mut().zip(&mut v[..pairs]).zip(uv.chunks_exact(2)) {
                            (*u, *v) = (pair[0], pair[1]);
                        }
                    }
                    Ok(())
                })
            }
            Pixels::Gray { data, stride } => {
                let stride = stride.max(w);
                enough(data, stride, h, w)?;
                self.fill(width, height, |buffer| {
                    let ys = strides(buffer).0;
                    let (y, u, v) = buffer.data_mut();
                    for (to, from) in y.chunks_mut(ys).zip(data.chunks(stride)) {
                        to[..w].copy_from_slice(&from[..w]);
                    }
                    u.fill(128);
                    v.fill(128);
                    Ok(())
                })
            }
            Pixels::Rgb { data, stride } => {
                let stride = stride.max(w * 3);
                enough(data, stride, h, w * 3)?;
                self.draw(width, height, |to| Ok(rgb_to_yuv420(to, data, stride as u32, RANGE, MATRIX, MODE)?))
            }
            Pixels::Bgr { data, stride } => {
                let stride = stride.max(w * 3);
                enough(data, stride, h, w * 3)?;
                self.draw(width, height, |to| Ok(yuv::bgr_to_yuv420(to, data, stride as u32, RANGE, MATRIX, MODE)?))
            }
            Pixels::Rgba { data, stride } => {
                let stride = stride.max(w * 4);
                enough(data, stride, h, w * 4)?;
                self.draw(width, height, |to| Ok(rgba_to_yuv420(to, data, stride as u32, RANGE, MATRIX, MODE)?))
            }
            Pixels::Mjpeg(data) => {
                let mut rgb = std::mem::take(&mut self.rgb);
                let drawn = decode(data, &mut rgb).and_then(|(width, height)| {
                    self.draw(width, height, |to| Ok(rgb_to_yuv420(to, &rgb, width * 3, RANGE, MATRIX, MODE)?))?;
                    Ok(())
                });
                self.rgb = rgb;
                drawn?;
                Ok(self.ring[self.next].as_ref().expect("the slot has just been filled"))
            }
        }
    }

    /// A frame of this size, filled by `fill` (which finds old pixels in it), stamped with the present time.
    pub fn fill(
        &mut self,
        width: u32,
        height: u32,
        fill: impl FnOnce(&mut I420Buffer) -> Result<(), PictureError>,
    ) -> Result<&VideoFrame<I420Buffer>, PictureError> {
        if !(1..=LARGEST_SIDE).contains(&width) || !(1..=LARGEST_SIDE).contains(&height) {
            return Err(PictureError::Size { width, height });
        }
        self.next = (self.next + 1) % self.ring.len();
        let slot = &mut self.ring[self.next];
        if slot.as_ref().is_some_and(|frame| size(&frame.buffer) != (width, height)) {
            *slot = None;
        }
        let frame =
            slot.get_or_insert_with(|| VideoFrame::new(VideoRotation::VideoRotation0, I420Buffer::new(width, height)));
        fill(&mut frame.buffer)?;
        frame.timestamp_us = now_us();
        Ok(frame)
    }

    fn draw(
        &mut self,
        width: u32,
        height: u32,
        draw: impl FnOnce(&mut YuvPlanarImageMut<'_, u8>) -> Result<(), PictureError>,
    ) -> Result<&VideoFrame<I420Buffer>, PictureError> {
        self.fill(width, height, |buffer| {
            let (y_stride, u_stride, v_stride) = buffer.strides();
            let (y, u, v) = buffer.data_mut();
            draw(&mut YuvPlanarImageMut {
                y_plane: BufferStoreMut::Borrowed(y),
                y_stride,
                u_plane: BufferStoreMut::Borrowed(u),
                u_stride,
                v_plane: BufferStoreMut::Borrowed(v),
                v_stride,
                width,
                height,
            })
        })
    }
}

const RANGE: YuvRange = YuvRange::Limited;
const MATRIX: YuvStandardMatrix = YuvStandardMatrix::Bt601;
const MODE: YuvConversionMode = YuvConversionMode::Balanced;

/// Decodes a JPEG to RGB; returns its width and height in pixels.
fn decode(data: &[u8], rgb: &mut Vec<u8>) -> Result<(u32, u32), PictureError> {
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::RGB)
        .set_max_width(LARGEST_SIDE as usize)
        .set_max_height(LARGEST_SIDE as usize);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(data), options);
    let broken = |error| PictureError::Jpeg(format!("{error:?}"));
    decoder.decode_headers().map_err(broken)?;
    let header = decoder.info().zip(decoder.output_buffer_size());
    let (info, size) = header.ok_or_else(|| PictureError::Jpeg("no dimensions".into()))?;
    rgb.resize(size, 0);
    decoder.decode_into(rgb).map_err(broken)?;
    Ok((info.width.into(), info.height.into()))
}

fn size(buffer: &I420Buffer) -> (u32, u32) {
    use livekit::webrtc::video_frame::VideoBuffer;
    (buffer.width(), buffer.height())
}

fn strides(buffer: &I420Buffer) -> (usize, usize, usize) {
    let (y, u, v) = buffer.strides();
    (y as usize, u as usize, v as usize)
}

/// YUYV of odd sides, pixel by pixel: no camera of today has any, and none is to bring the app down.
fn yuyv_odd(data: &[u8], stride: usize, buffer: &mut I420Buffer) {
    let ((width, _), (ys, us, vs)) = (size(buffer), strides(buffer));
    let (y, u, v) = buffer.data_mut();
    for (to, from) in y.chunks_mut(ys).zip(data.chunks(stride)) {
        to[..width as usize].iter_mut().zip(from.iter().step_by(2)).for_each(|(to, from)| *to = *from);
    }
    for ((u, v), from) in u.chunks_mut(us).zip(v.chunks_mut(vs)).zip(data.chunks(stride).step_by(2)) {
        for ((u, v), pair) in u.iter_mut().zip(v).zip(from.chunks_exact(4)) {
            (*u, *v) = (pair[1], pair[3]);
        }
    }
}

/// Whether `data` holds `rows` rows, the last one perhaps without its padding.
fn enough(data: &[u8], stride: usize, rows: usize, last: usize) -> Result<(), PictureError> {
    let needed = if rows == 0 { 0 } else { stride * (rows - 1) + last };
    if data.len() < needed { Err(PictureError::Short { got: data.len(), needed }) } else { Ok(()) }
}

/// Microseconds since 1970, what WebRTC takes as capture time.
fn now_us() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_micros() as i64)
}

/// Where a feed's pictures go. Called on the feed's thread, in order.
pub trait PictureOutput: Send + 'static {
    /// The next picture.
    fn picture(&mut self, frame: &VideoFrame<I420Buffer>);

    /// There is no picture until the next (the device is gone).
    fn no_picture(&mut self) {}
}

impl<F: FnMut(&VideoFrame<I420Buffer>) + Send + 'static> PictureOutput for F {
    fn picture(&mut self, frame: &VideoFrame<I420Buffer>) {
        self(frame);
    }
}

/// To the room, and to the own preview.
pub(super) struct Publish<P> {
    pub source: NativeVideoSource,
    pub preview: P,
}

impl<P: PictureOutput> PictureOutput for Publish<P> {
    fn picture(&mut self, frame: &VideoFrame<I420Buffer>) {
        self.source.capture_frame(frame);
        self.preview.picture(frame);
    }

    fn no_picture(&mut self) {
        self.preview.no_picture();
    }
}

#[cfg(test)]
#[path = "picture_tests.rs"]
mod tests;
