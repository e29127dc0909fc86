//! Which of a camera's formats to take.

use nokhwa::utils::{CameraFormat, FrameFormat};

/// All formats that this app reads.
pub const ALL: &[FrameFormat] = &[
    FrameFormat::NV12,
    FrameFormat::YUYV,
    FrameFormat::RAWRGB,
    FrameFormat::RAWBGR,
    FrameFormat::MJPEG,
    FrameFormat::GRAY,
];

/// Pixels of the picture that is wanted most: 640×360. Simulcast makes the lower layers from it.
const WANTED_PIXELS: f64 = 640.0 * 360.0;
/// Width over height that a tile shows without cutting.
const WANTED_SHAPE: f64 = 16.0 / 9.0;

/// The best of these formats for a live session: 30 frames a second before slower and faster ones, about 640×360 in
/// 16:9, and one that needs little work to become I420 before MJPEG. `None` if there is none.
pub fn choose(formats: impl IntoIterator<Item = CameraFormat>) -> Option<CameraFormat> {
    formats
        .into_iter()
        .filter(|format| format.width() >= 160 && format.height() >= 120 && format.frame_rate() > 0)
        .min_by(|a, b| cost(a).total_cmp(&cost(b)))
}

/// How far from ideal a format is; 0 is ideal. The weights say what is given up for what: a frame rate of 15 is worse
/// than any size up to 1080p, MJPEG worse than 4:3.
fn cost(format: &CameraFormat) -> f64 {
    let rate = f64::from(format.frame_rate());
    let rate = if rate < 30.0 { (30.0 - rate) / 5.0 } else { (rate - 30.0) / 60.0 };
    let pixels = f64::from(format.width()) * f64::from(format.height());
    let size = (pixels / WANTED_PIXELS).log2();
    // Too small is worse than too large.
    let size = if size < 0.0 { -2.0 * size } else { 0.5 * size };
    let shape = ((f64::from(format.width()) / f64::from(format.height())) / WANTED_SHAPE).log2().abs();
    let pixels = match format.format() {
        FrameFormat::NV12 => 0.0,
        FrameFormat::YUYV => 0.05,
        FrameFormat::RAWRGB | FrameFormat::RAWBGR => 0.4,
        FrameFormat::MJPEG => 0.6,
        FrameFormat::GRAY => 4.0,
    };
    rate + size + shape + pixels
}

#[cfg(test)]
mod tests {
    use nokhwa::utils::Resolution;

    use super::*;

    fn format(width: u32, height: u32, format: FrameFormat, rate: u32) -> CameraFormat {
        CameraFormat::new(Resolution::new(width, height), format, rate)
    }

    #[test]
    fn a_usual_webcam_gives_360p_uncompressed() {
        let best = format(640, 360, FrameFormat::YUYV, 30);
        let formats = [
            format(1280, 720, FrameFormat::MJPEG, 30),
            format(1280, 720, FrameFormat::YUYV, 10),
            format(640, 480, FrameFormat::YUYV, 30),
            format(640, 360, FrameFormat::MJPEG, 30),
            best,
            format(320, 180, FrameFormat::YUYV, 30),
        ];
        assert_eq!(choose(formats), Some(best));
    }

    #[test]
    fn a_steady_picture_is_worth_mjpeg() {
        let best = format(1280, 720, FrameFormat::MJPEG, 30);
        assert_eq!(choose([format(1280, 720, FrameFormat::YUYV, 10), best]), Some(best));
    }

    #[test]
    fn nothing_usable_is_none() {
        assert_eq!(choose([]), None);
        assert_eq!(choose([format(16, 16, FrameFormat::NV12, 30)]), None);
    }
}
