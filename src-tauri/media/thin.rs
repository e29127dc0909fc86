//! Sends fewer and smaller pictures of the camera while the connection does not carry all. The own preview stays as it
//! is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use donfra_pixels::Resizer;
use livekit::webrtc::video_frame::{I420Buffer, VideoBuffer, VideoFrame, VideoRotation};
use livekit::webrtc::video_source::native::NativeVideoSource;

use super::picture::PictureOutput;

/// How much is sent: 0 all; 1 every second picture; 2 these at half their width and height; 3 every sixth at a quarter.
/// Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct SendLimit(Arc<AtomicU8>);

impl SendLimit {
    /// From the next picture on.
    pub fn set(&self, level: u8) {
        self.0.store(level, Ordering::Relaxed);
    }

    /// Of how many pictures one is sent, and by what its sides are divided.
    fn thinning(&self) -> (u32, u32) {
        match self.0.load(Ordering::Relaxed) {
            0 => (1, 1),
            1 => (2, 1),
            2 => (2, 2),
            _ => (6, 4),
        }
    }
}

/// To the room as the limit allows, and to the own preview.
pub struct Thinned<P> {
    source: NativeVideoSource,
    preview: P,
    limit: SendLimit,
    count: u32,
    resizer: Resizer,
    small: Option<VideoFrame<I420Buffer>>,
}

impl<P: PictureOutput> Thinned<P> {
    /// Sends to `source`, shows in `preview`.
    pub fn new(source: NativeVideoSource, preview: P, limit: SendLimit) -> Self {
        Self { source, preview, limit, count: 0, resizer: Resizer::default(), small: None }
    }
}

impl<P: PictureOutput> PictureOutput for Thinned<P> {
    fn picture(&mut self, frame: &VideoFrame<I420Buffer>) {
        let (one_of, divisor) = self.limit.thinning();
        self.count = self.count.wrapping_add(1);
        if self.count.is_multiple_of(one_of) {
            if divisor == 1 {
                self.small = None;
                self.source.capture_frame(frame);
            } else if let Some(small) = shrink(&mut self.resizer, &mut self.small, frame, divisor) {
                self.source.capture_frame(small);
            }
        }
        self.preview.picture(frame);
    }

    fn no_picture(&mut self) {
        self.preview.no_picture();
    }
}

/// The frame with its sides divided, in memory used before. None if nothing would be left of it.
fn shrink<'a>(
    resizer: &mut Resizer,
    small: &'a mut Option<VideoFrame<I420Buffer>>,
    frame: &VideoFrame<I420Buffer>,
    divisor: u32,
) -> Option<&'a VideoFrame<I420Buffer>> {
    let (from_width, from_height) = (frame.buffer.width(), frame.buffer.height());
    // Even sides, so that the chroma planes cover the picture exactly.
    let (width, height) = ((from_width / divisor) & !1, (from_height / divisor) & !1);
    if width == 0 || height == 0 {
        return None;
    }
    if small.as_ref().is_some_and(|small| (small.buffer.width(), small.buffer.height()) != (width, height)) {
        *small = None;
    }
    let to =
        small.get_or_insert_with(|| VideoFrame::new(VideoRotation::VideoRotation0, I420Buffer::new(width, height)));
    to.timestamp_us = frame.timestamp_us;
    to.rotation = frame.rotation;
    let ((ys, us, vs), (y, u, v)) = (frame.buffer.strides(), frame.buffer.data());
    let chroma = (from_width.div_ceil(2), from_height.div_ceil(2));
    let (to_y, to_u, to_v) = to.buffer.data_mut();
    let mut plane = |from: (&[u8], u32), (w, h): (u32, u32), to: (&mut [u8], u32, u32)| {
        resizer.resize((from.0, from.1, h), (0.0, 0.0, f64::from(w), f64::from(h)), to);
    };
    plane((y, ys), (from_width, from_height), (to_y, width, height));
    plane((u, us), chroma, (to_u, width / 2, height / 2));
    plane((v, vs), chroma, (to_v, width / 2, height / 2));
    Some(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_shrunk_with_its_colours() {
        let mut frame = VideoFrame::new(VideoRotation::VideoRotation0, I420Buffer::new(640, 360));
        frame.timestamp_us = 7;
        let (y, u, v) = frame.buffer.data_mut();
        y.fill(100);
        u.fill(50);
        v.fill(200);
        let mut small = None;
        let to = shrink(&mut Resizer::default(), &mut small, &frame, 2).expect("there is something left");
        assert_eq!((to.buffer.width(), to.buffer.height(), to.timestamp_us), (320, 180, 7));
        let (y, u, v) = to.buffer.data();
        assert!(y.iter().all(|y| *y == 100) && u.iter().all(|u| *u == 50) && v.iter().all(|v| *v == 200));
    }

    #[test]
    fn odd_and_tiny_frames_do_no_harm() {
        let mut small = None;
        for (width, height) in [(1, 1), (3, 3), (641, 361), (7, 200)] {
            let frame = VideoFrame::new(VideoRotation::VideoRotation0, I420Buffer::new(width, height));
            for divisor in [2, 4] {
                if let Some(to) = shrink(&mut Resizer::default(), &mut small, &frame, divisor) {
                    assert!(to.buffer.width() <= width && to.buffer.height() <= height);
                }
            }
        }
    }
}
