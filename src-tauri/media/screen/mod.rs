//! The screen: the first monitor, whole, to the room and to the own preview.

use std::time::{Duration, Instant};

use livekit::webrtc::video_source::native::NativeVideoSource;
use xcap::Monitor;

use super::feed::{FeedThread, Reporter, Stop};
use super::picture::{Converter, PictureError, PictureOutput, Pixels, Publish};
use super::{DeviceState, test_source};

/// Least time from one picture to the next: 15 a second.
const INTERVAL: Duration = Duration::from_millis(66);
/// A screen that stands still is sent this often, so that who joins sees it and its quality builds up.
const STILL_INTERVAL: Duration = Duration::from_millis(500);
/// How long to wait after a failure.
const RETRY: Duration = Duration::from_secs(2);

/// Why the screen gives no picture.
#[derive(Debug, thiserror::Error)]
enum ScreenError {
    #[error("the system shows no monitor to this app")]
    NoMonitor,
    #[error("the screen could not be read ({0})")]
    Capture(#[from] xcap::XCapError),
    #[error(transparent)]
    Picture(#[from] PictureError),
}

/// A screen share. Dropping it ends it.
pub struct ScreenFeed {
    _thread: FeedThread,
}

impl ScreenFeed {
    /// Shares the first monitor, on a thread of its own: at most 15 pictures a second, fewer while nothing changes or
    /// where reading the screen is slow. Pictures go to `source` and `preview`; `on_state` is called on that thread,
    /// at each change. Returns at once.
    pub fn start(
        source: NativeVideoSource,
        preview: impl PictureOutput,
        on_state: impl Fn(DeviceState) + Send + Sync + 'static,
    ) -> Self {
        Self::start_into(Publish { source, preview }, on_state)
    }

    /// Like [`Self::start`], with the pictures going to `output`.
    pub fn start_into(output: impl PictureOutput, on_state: impl Fn(DeviceState) + Send + Sync + 'static) -> Self {
        let thread = FeedThread::spawn("screen", move |stop| {
            let mut reporter = Reporter::new(on_state);
            if test_source::enabled() {
                test_source::run_screen(stop, output, &mut reporter);
            } else {
                run(stop, output, &mut reporter);
            }
        });
        Self { _thread: thread }
    }
}

fn run(stop: &Stop, mut output: impl PictureOutput, reporter: &mut Reporter) {
    reporter.set(DeviceState::Starting);
    loop {
        let shown = show(stop, &mut output, reporter);
        output.no_picture();
        match shown {
            Ok(()) => return,
            Err(ScreenError::NoMonitor) => reporter.set(DeviceState::Missing),
            Err(error) => reporter.set(DeviceState::Failed { message: sentence(&error) }),
        }
        if !stop.wait(RETRY) {
            return;
        }
    }
}

/// Shows the first monitor until told to stop (`Ok`) or it fails.
fn show(stop: &Stop, output: &mut impl PictureOutput, reporter: &mut Reporter) -> Result<(), ScreenError> {
    let monitor = Monitor::all()?.into_iter().next().ok_or(ScreenError::NoMonitor)?;
    let name = monitor.friendly_name().or_else(|_| monitor.name()).unwrap_or_else(|_| "Screen".into());
    let mut converter = Converter::default();
    let mut last: Option<image::RgbaImage> = None;
    let mut sent = Instant::now();
    while !stop.stopped() {
        let start = Instant::now();
        // xcap makes a new image each time. What does not cost here is comparing it: a still screen costs no encoding.
        let image = monitor.capture_image()?;
        if last.as_ref() != Some(&image) || sent.elapsed() >= STILL_INTERVAL {
            // Encoders want even sides: an odd last row or column is left out.
            let (width, height) = (even(image.width()), even(image.height()));
            let pixels = Pixels::Rgba { data: image.as_raw(), stride: image.width() as usize * 4 };
            output.picture(converter.convert(pixels, width, height)?);
            reporter.set(DeviceState::On { name: name.clone() });
            sent = Instant::now();
            last = Some(image);
        }
        // At most half of a core, whatever reading the screen costs here.
        if !stop.wait(INTERVAL.saturating_sub(start.elapsed()).max(start.elapsed())) {
            break;
        }
    }
    Ok(())
}

fn even(side: u32) -> u32 {
    if side > 1 { side & !1 } else { side }
}

/// The error as a sentence for the tile.
fn sentence(error: &ScreenError) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect::<String>() + ".").unwrap_or_default()
}
