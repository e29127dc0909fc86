//! One open camera: nokhwa's device, with its frames in I420.

use livekit::webrtc::video_frame::{I420Buffer, VideoFrame};
use nokhwa::NokhwaError;
use nokhwa::utils::{CameraFormat, FrameFormat, RequestedFormat, RequestedFormatType};

use super::list::Camera;
use super::{CameraError, format};
use crate::media::picture::{Converter, PictureError, Pixels};

/// A camera that is open and streaming.
pub(super) struct Capture {
    camera: nokhwa::Camera,
    format: CameraFormat,
    /// Bytes from one row to the next, 0 if the rows follow each other closely.
    stride: usize,
    converter: Converter,
}

impl Capture {
    /// Opens the camera in the one of these formats that suits best, and starts it.
    pub fn open(camera: &Camera, formats: &[FrameFormat]) -> Result<Self, CameraError> {
        let (request, stride) = prepare(camera, formats)?;
        let mut device =
            nokhwa::Camera::new(camera.index.clone(), RequestedFormat::with_formats(request, formats)).map_err(told)?;
        let mut format = device.camera_format();
        if cfg!(not(target_os = "linux")) {
            let offered = device.compatible_camera_formats().map_err(told)?;
            let offered = offered.into_iter().filter(|format| formats.contains(&format.format()));
            format = format::choose(offered).ok_or(CameraError::NoFormat)?;
            let exactly = RequestedFormat::with_formats(RequestedFormatType::Exact(format), formats);
            device.set_camera_requset(exactly).map_err(told)?;
        }
        device.open_stream().map_err(told)?;
        Ok(Self { camera: device, format, stride, converter: Converter::default() })
    }

    /// The format in use.
    pub fn format(&self) -> CameraFormat {
        self.format
    }

    /// Waits for the next frame. The outer error is the device's, after which it is of no more use; the inner one is
    /// the frame's.
    pub fn next(&mut self) -> Result<Result<&VideoFrame<I420Buffer>, PictureError>, CameraError> {
        // Not `frame()`, which copies.
        let data = self.camera.frame_raw().map_err(told)?;
        let (data, stride) = (data.as_ref(), self.stride);
        let pixels = match self.format.format() {
            FrameFormat::YUYV => Pixels::Yuyv { data, stride },
            FrameFormat::NV12 => Pixels::Nv12 { data, stride },
            FrameFormat::GRAY => Pixels::Gray { data, stride },
            FrameFormat::RAWRGB => Pixels::Rgb { data, stride },
            FrameFormat::RAWBGR => Pixels::Bgr { data, stride },
            FrameFormat::MJPEG => Pixels::Mjpeg(data),
        };
        Ok(self.converter.convert(pixels, self.format.width(), self.format.height()))
    }
}

/// Chooses the format and sets it on the device, before nokhwa opens it: nokhwa fails on a device whose present format
/// or rate (left there by another program) it has no name for, hides the system's error code, and does not tell the
/// stride. What is set stays set.
#[cfg(target_os = "linux")]
fn prepare(camera: &Camera, formats: &[FrameFormat]) -> Result<(RequestedFormatType, usize), CameraError> {
    use v4l::video::Capture as _;
    use v4l::video::capture::Parameters;

    let failed = |error: std::io::Error| told_by_system(&error);
    let device = v4l::Device::new(camera.index.as_index().map_err(told)? as usize).map_err(failed)?;
    let chosen = format::choose(offered(&device, formats)?).ok_or(CameraError::NoFormat)?;
    let fourcc = FOURCC.iter().find(|(format, _)| *format == chosen.format()).expect("only these are offered").1;
    let set = device.set_format(&v4l::Format::new(chosen.width(), chosen.height(), v4l::FourCC::new(fourcc)));
    let set = set.map_err(failed)?;
    if (set.width, set.height, &set.fourcc.repr) != (chosen.width(), chosen.height(), fourcc) {
        return Err(CameraError::Other(format!("it announced {chosen} and gives {}×{}", set.width, set.height)));
    }
    // A camera without a rate to set runs at its own.
    if let Err(error) = device.set_params(&Parameters::with_fps(chosen.frame_rate())) {
        tracing::debug!(%error, "the camera's rate cannot be set");
    }
    Ok((RequestedFormatType::Exact(chosen), set.stride as usize))
}

/// What nokhwa can open and its names in V4L2, GREY aside (nokhwa says "GRAY").
#[cfg(target_os = "linux")]
const FOURCC: &[(FrameFormat, &[u8; 4])] = &[
    (FrameFormat::NV12, b"NV12"),
    (FrameFormat::YUYV, b"YUYV"),
    (FrameFormat::RAWRGB, b"RGB3"),
    (FrameFormat::RAWBGR, b"BGR3"),
    (FrameFormat::MJPEG, b"MJPG"),
];

/// The formats of a V4L2 device that nokhwa lists too: discrete sizes at a whole number of frames a second.
#[cfg(target_os = "linux")]
fn offered(device: &v4l::Device, wanted: &[FrameFormat]) -> Result<Vec<CameraFormat>, CameraError> {
    use nokhwa::utils::Resolution;
    use v4l::frameinterval::FrameIntervalEnum;
    use v4l::framesize::FrameSizeEnum;
    use v4l::video::Capture as _;

    let present = device.enum_formats().map_err(|error| told_by_system(&error))?;
    let mut formats = Vec::new();
    let readable = FOURCC.iter().filter(|(format, fourcc)| {
        wanted.contains(format) && present.iter().any(|present| present.fourcc.repr == **fourcc)
    });
    for (format, fourcc) in readable {
        let fourcc = v4l::FourCC::new(fourcc);
        for size in device.enum_framesizes(fourcc).unwrap_or_default() {
            let FrameSizeEnum::Discrete(size) = size.size else { continue };
            for interval in device.enum_frameintervals(fourcc, size.width, size.height).unwrap_or_default() {
                if let FrameIntervalEnum::Discrete(interval) = interval.interval
                    && interval.numerator == 1
                {
                    let resolution = Resolution::new(size.width, size.height);
                    formats.push(CameraFormat::new(resolution, *format, interval.denominator));
                }
            }
        }
    }
    Ok(formats)
}

/// Elsewhere nokhwa opens the device with what there is, and is asked after that.
#[cfg(not(target_os = "linux"))]
fn prepare(_: &Camera, _: &[FrameFormat]) -> Result<(RequestedFormatType, usize), CameraError> {
    Ok((RequestedFormatType::AbsoluteHighestFrameRate, 0))
}

#[cfg(target_os = "linux")]
fn told_by_system(error: &std::io::Error) -> CameraError {
    // EBUSY, ENODEV, ENXIO: std has no kinds for the last two.
    match error.raw_os_error() {
        Some(16) => CameraError::Busy,
        Some(19 | 6 | 2) => CameraError::Gone,
        Some(1 | 13) => CameraError::Denied,
        _ => CameraError::Other(error.to_string()),
    }
}

/// nokhwa carries the system's error as text.
fn told(error: NokhwaError) -> CameraError {
    let text = error.to_string();
    let has = |number: u32| text.contains(&format!("(os error {number})"));
    if cfg!(target_os = "linux") {
        match () {
            () if has(16) => CameraError::Busy,
            () if has(19) || has(6) || has(2) => CameraError::Gone,
            () if has(1) || has(13) => CameraError::Denied,
            () => CameraError::Other(text),
        }
    } else if text.contains("Permission") || text.contains("denied") || text.contains("0x80070005") {
        CameraError::Denied
    } else {
        CameraError::Other(text)
    }
}
