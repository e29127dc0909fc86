//! The camera: from the device to the room, and to the own preview.

mod capture;
pub mod format;
pub mod list;

use std::time::{Duration, Instant};

use livekit::webrtc::video_source::native::NativeVideoSource;
use nokhwa::utils::FrameFormat;

use super::feed::{FeedThread, Reporter, Stop, Wanted};
use super::picture::{PictureOutput, Publish};
use super::{DeviceState, test_source};
use capture::Capture;
use list::Camera;

/// How often a camera that is not there, or not free, is looked for.
const RETRY: Duration = Duration::from_secs(1);
/// How long a lost camera is waited for before another one stands in: a bad plug gives no other picture.
const FALLBACK: Duration = Duration::from_secs(3);
/// Broken frames in a row after which the camera is opened anew.
const BROKEN_FRAMES: u32 = 30;

/// Why a camera gives no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CameraError {
    /// Another program uses it; it is tried again.
    #[error("another program uses the camera")]
    Busy,
    /// The system does not permit it: on Linux the device file's rights, elsewhere the privacy settings.
    #[error("the system does not permit use of the camera")]
    Denied,
    /// It was unplugged.
    #[error("the camera is gone")]
    Gone,
    /// It offers no format that this app can read.
    #[error("the camera offers no usable format")]
    NoFormat,
    /// Anything else, in the system's words.
    #[error("{0}")]
    Other(String),
}

/// A camera in use. Dropping it closes the device.
pub struct CameraFeed {
    wanted: Wanted,
    _thread: FeedThread,
}

impl CameraFeed {
    /// Opens the camera of this id (see [`super::cameras`]), or the first there is if there is no choice or the chosen
    /// one is not there, on a thread of its own. Pictures go to `source` and `preview`; `on_state` is called on that
    /// thread, at each change. Returns at once.
    pub fn start(
        choice: Option<String>,
        source: NativeVideoSource,
        preview: impl PictureOutput,
        on_state: impl Fn(DeviceState) + Send + Sync + 'static,
    ) -> Self {
        Self::start_into(choice, format::ALL, Publish { source, preview }, on_state)
    }

    /// Like [`Self::start`], with the pictures going to `output`, and with only these of the device's formats.
    pub fn start_into(
        choice: Option<String>,
        formats: &'static [FrameFormat],
        output: impl PictureOutput,
        on_state: impl Fn(DeviceState) + Send + Sync + 'static,
    ) -> Self {
        let wanted = Wanted::new(choice);
        let inner = wanted.clone();
        let thread = FeedThread::spawn("camera", move |stop| {
            let mut reporter = Reporter::new(on_state);
            if test_source::enabled() {
                test_source::run_camera(stop, output, &mut reporter);
            } else {
                run(stop, &inner, formats, output, &mut reporter);
            }
        });
        Self { wanted, _thread: thread }
    }

    /// Goes over to the camera of this id, or to the first there is. The track and the preview stay.
    pub fn choose(&self, choice: Option<String>) {
        self.wanted.set(choice);
    }
}

/// Looks for a camera and shows it, until told to stop. One that is lost is waited for, then another one stands in for
/// it until it is back.
fn run(stop: &Stop, wanted: &Wanted, formats: &[FrameFormat], mut output: impl PictureOutput, reporter: &mut Reporter) {
    reporter.set(DeviceState::Starting);
    let (mut number, mut preferred) = wanted.get();
    let mut lost: Option<Lost> = None;
    loop {
        if !wanted.still(number) {
            (number, preferred) = wanted.get();
            lost = None;
            reporter.set(DeviceState::Starting);
        }
        let waiting = lost.as_ref().is_some_and(|lost| lost.since.elapsed() < FALLBACK);
        match (pick(list::cameras(), preferred.as_deref(), waiting), &lost) {
            (None, None) => reporter.set(DeviceState::Missing),
            (None, Some(lost)) => reporter.set(DeviceState::Unplugged { name: lost.name.clone() }),
            (Some(camera), _) => {
                let stands_in = preferred.as_ref().is_some_and(|id| *id != camera.id);
                let mut looked = Instant::now();
                let going_on = || {
                    if stands_in && looked.elapsed() > RETRY {
                        looked = Instant::now();
                        if list::cameras().iter().any(|camera| Some(&camera.id) == preferred.as_ref()) {
                            return false;
                        }
                    }
                    !stop.stopped() && wanted.still(number)
                };
                let shown = show(going_on, &camera, formats, &mut output, reporter);
                output.no_picture();
                let name = camera.name.clone();
                match shown {
                    Ok(()) if stop.stopped() => return,
                    Ok(()) => continue,
                    Err(CameraError::Busy) => reporter.set(DeviceState::Busy { name }),
                    Err(CameraError::Denied) => reporter.set(DeviceState::Denied),
                    Err(CameraError::Gone) => {
                        reporter.set(DeviceState::Unplugged { name: name.clone() });
                        lost = Some(Lost { name, since: Instant::now() });
                        preferred.get_or_insert(camera.id);
                    }
                    Err(error @ (CameraError::NoFormat | CameraError::Other(_))) => {
                        reporter.set(DeviceState::Failed { message: format!("{name}: {error}.") });
                    }
                }
            }
        }
        if !stop.wait(RETRY) {
            return;
        }
    }
}

/// A camera that was in use and is gone.
struct Lost {
    name: String,
    since: Instant,
}

/// The preferred camera; if it is not there, the first, unless it is still being waited for.
fn pick(cameras: Vec<Camera>, preferred: Option<&str>, waiting: bool) -> Option<Camera> {
    let there = cameras.iter().position(|camera| preferred == Some(camera.id.as_str()));
    let place = there.or_else(|| (!waiting).then_some(0))?;
    cameras.into_iter().nth(place)
}

/// Shows one camera until it is no longer to go on (`Ok`) or it fails.
fn show(
    mut going_on: impl FnMut() -> bool,
    camera: &Camera,
    formats: &[FrameFormat],
    output: &mut impl PictureOutput,
    reporter: &mut Reporter,
) -> Result<(), CameraError> {
    let mut capture = Capture::open(camera, formats)?;
    tracing::info!(camera = camera.name, id = camera.id, format = %capture.format(), "camera opened");
    let mut broken = 0;
    while going_on() {
        match capture.next()? {
            Ok(frame) => {
                broken = 0;
                reporter.set(DeviceState::On { name: camera.name.clone() });
                output.picture(frame);
            }
            // A frame cut short at the start, or by a bad cable, is not worth a word; only such frames are.
            Err(error) => {
                tracing::debug!(%error, "camera frame dropped");
                broken += 1;
                if broken == BROKEN_FRAMES {
                    return Err(CameraError::Other(error.to_string()));
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nokhwa::utils::CameraIndex;

    #[test]
    fn another_camera_stands_in_only_after_a_while() {
        let camera = |id: &str| Camera { id: id.into(), name: id.into(), index: CameraIndex::Index(0) };
        let both = || vec![camera("inside"), camera("desk")];
        let picked = |cameras, preferred, waiting| pick(cameras, preferred, waiting).map(|camera| camera.id);
        assert_eq!(picked(both(), None, false).as_deref(), Some("inside"));
        assert_eq!(picked(both(), Some("desk"), false).as_deref(), Some("desk"));
        assert_eq!(picked(vec![camera("inside")], Some("desk"), true), None);
        assert_eq!(picked(vec![camera("inside")], Some("desk"), false).as_deref(), Some("inside"));
        assert_eq!(picked(both(), Some("desk"), true).as_deref(), Some("desk"));
        assert_eq!(picked(Vec::new(), Some("desk"), false), None);
    }
}
