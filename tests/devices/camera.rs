//! Two cameras (vivid) under User-Mode-Linux, as root there: one with output and metadata nodes beside it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use donfra_live::media::camera::{CameraFeed, format, list};
use donfra_live::session::state::DeviceState;
use livekit::webrtc::video_frame::{I420Buffer, VideoBuffer, VideoFrame};
use nokhwa::utils::FrameFormat;

use crate::{Event, Events};

/// What is kept of a picture.
#[derive(Clone, Debug)]
pub struct Shot {
    width: u32,
    height: u32,
    at: Instant,
    /// Y, U, V in the middle of each of vivid's eight colour bars, low in the picture (text is above).
    bars: Vec<[u8; 3]>,
    /// Sum over the luma.
    pub sum: u64,
}

impl Shot {
    pub fn of(frame: &VideoFrame<I420Buffer>) -> Self {
        let buffer = &frame.buffer;
        let (width, height) = (buffer.width(), buffer.height());
        let ((y, u, v), (ys, us, vs)) = (buffer.data(), buffer.strides());
        let line = (height * 9 / 10) as usize;
        let bars = (0..8).map(|bar| {
            let x = (width as usize * (2 * bar + 1)) / 16;
            [y[line * ys as usize + x], u[line / 2 * us as usize + x / 2], v[line / 2 * vs as usize + x / 2]]
        });
        // Positions count, too: moving text changes the sum.
        let sum = y.iter().enumerate().map(|(place, luma)| u64::from(*luma) * (place as u64 % 251)).sum();
        Self { width, height, at: Instant::now(), bars: bars.collect(), sum }
    }

    /// Whether this is vivid's picture: white, yellow, cyan, green, magenta, red, blue, black, so luma falls from bar to
    /// bar, and red and blue are where they belong.
    pub fn shows_bars(&self) -> bool {
        let bars = &self.bars;
        bars.windows(2).all(|pair| pair[0][0] > pair[1][0])
            && bars[0][0] > 150
            && bars[7][0] < 40
            && (bars[5][2] > 180 && bars[5][1] < 120)
            && (bars[6][1] > 180 && bars[6][2] < 128)
    }
}

fn start(choice: Option<String>, formats: &'static [FrameFormat]) -> (CameraFeed, Events<Shot>) {
    let (report, events) = mpsc::channel();
    let states = report.clone();
    let output = move |frame: &VideoFrame<I420Buffer>| {
        let _ = report.send(Event::Media(Shot::of(frame)));
    };
    let feed = CameraFeed::start_into(choice, formats, output, move |state| {
        let _ = states.send(Event::State(state));
    });
    (feed, Events(events))
}

/// Takes both cameras away (`unbind`: they are one device to the system's bus), or gives them back (`bind`).
fn plug(action: &str) {
    std::fs::write(format!("/sys/bus/platform/drivers/vivid/{action}"), "vivid.0").unwrap();
}

fn ids() -> Vec<String> {
    list::cameras().into_iter().map(|camera| camera.id).collect()
}

/// The id of the first camera.
fn first() -> String {
    ids().into_iter().find(|id| id.contains("vivid-000")).expect("the first test camera")
}

#[test]
#[ignore = "needs test cameras: tests/devices/run"]
fn cameras_are_listed_by_stable_ids_and_nothing_else_is() {
    let nodes = v4l::context::enum_devices().len();
    let cameras = list::cameras();
    assert!(nodes > 2, "the first camera has other nodes beside it");
    assert_eq!(cameras.len(), 2, "{cameras:?}");
    assert_ne!(cameras[0].id, cameras[1].id);
    assert!(cameras.iter().all(|camera| camera.name.contains("vivid")), "{cameras:?}");
    plug("unbind");
    assert_eq!(list::cameras(), []);
    plug("bind");
    let (mut before, mut after) = (cameras.into_iter().map(|camera| camera.id).collect::<Vec<_>>(), ids());
    before.sort();
    after.sort();
    assert_eq!(before, after);
}

#[test]
#[ignore = "needs test cameras: tests/devices/run"]
fn every_format_gives_a_steady_true_picture() {
    for formats in
        [&[FrameFormat::YUYV], &[FrameFormat::NV12], &[FrameFormat::RAWRGB], &[FrameFormat::RAWBGR], format::ALL]
    {
        let (feed, events) = start(None, formats);
        assert!(events.on().contains("vivid"));
        events.media(5);
        let shots = events.media(60);
        assert!(shots.iter().all(|shot| (shot.width, shot.height) == (640, 360)), "{formats:?}");
        // The best of its stretches: a busy machine takes frames away, none can add any.
        let stretches = shots.windows(10).map(|ten| 9.0 / (ten[9].at - ten[0].at).as_secs_f64());
        let rate = stretches.filter(|rate| *rate < 40.0).fold(0.0, f64::max);
        println!("{formats:?}: {rate:.1} frames/s, bars {:?}", shots[0].bars);
        assert!(rate > 20.0, "{formats:?}: {rate} frames/s");
        let different = shots.windows(2).filter(|pair| pair[0].sum != pair[1].sum).count();
        assert!(different > 20, "{formats:?}: the picture stands still ({different} of 59 changed)");
        assert!(shots.iter().all(Shot::shows_bars), "{formats:?}: {:?}", shots[30].bars);
        drop(feed);
    }
}

#[test]
#[ignore = "needs test cameras: tests/devices/run"]
fn dropping_closes_the_device_within_a_second() {
    let (feed, events) = start(Some(first()), format::ALL);
    events.on();
    let start = Instant::now();
    drop(feed);
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    // Nobody holds the node any more.
    let open = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
    let cameras = open.filter(|fd| std::fs::read_link(fd.path()).is_ok_and(|to| to.starts_with("/dev/video")));
    assert_eq!(cameras.count(), 0);
}

#[test]
#[ignore = "needs test cameras: tests/devices/run"]
fn an_unplugged_camera_comes_back_by_itself() {
    let (_feed, events) = start(Some(first()), format::ALL);
    let name = events.on();
    plug("unbind");
    let state = events.state(|state| !matches!(state, DeviceState::On { .. }));
    assert_eq!(state, DeviceState::Unplugged { name: name.clone() });
    std::thread::sleep(Duration::from_secs(2));
    events.skip();
    plug("bind");
    assert_eq!(events.on(), name);
    events.media(10);
}

#[test]
#[ignore = "needs test cameras: tests/devices/run"]
fn a_camera_that_fails_while_streaming_comes_back() {
    let (_feed, events) = start(Some(first()), format::ALL);
    let name = events.on();
    press("Disconnect");
    let state = events.state(|state| !matches!(state, DeviceState::On { .. }));
    assert_eq!(state, DeviceState::Unplugged { name });
    events.on();
    events.media(10);
}

#[test]
#[ignore = "needs test cameras: tests/devices/run"]
fn no_camera_is_missing_until_one_is_plugged_in() {
    plug("unbind");
    let (_feed, events) = start(None, format::ALL);
    events.state(|state| *state == DeviceState::Missing);
    plug("bind");
    events.on();
}

#[test]
#[ignore = "needs test cameras: tests/devices/run"]
fn a_busy_camera_is_waited_for() {
    // Another process streams from it.
    let mut other = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "camera::hold_the_camera"])
        .env("DONFRA_HOLD", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(other.stdout.take().unwrap()).lines();
    assert!(said.by_ref().any(|line| line.unwrap().contains("holding")));
    let (_feed, events) = start(Some(first()), format::ALL);
    let DeviceState::Busy { name } = events.state(|state| !matches!(state, DeviceState::Starting)) else {
        panic!("it is not busy")
    };
    assert!(name.contains("vivid"));
    other.stdin.take().unwrap().write_all(b"\n").unwrap();
    other.wait().unwrap();
    events.on();
    events.media(10);
}

/// The other process of the test before: no test of its own.
#[test]
#[ignore = "needs test cameras: tests/devices/run"]
fn hold_the_camera() {
    if std::env::var_os("DONFRA_HOLD").is_none() {
        return;
    }
    let (_feed, events) = start(Some(first()), format::ALL);
    events.on();
    println!("holding");
    let _ = std::io::stdin().read_line(&mut String::new());
}

/// Presses a button among the first camera's controls.
fn press(button: &str) {
    let index = list::cameras().into_iter().find(|camera| camera.id == first()).unwrap().index;
    let device = v4l::Device::new(index.as_index().unwrap() as usize).unwrap();
    let control = device.query_controls().unwrap().into_iter().find(|control| control.name == button).unwrap();
    let control = v4l::Control { id: control.id, value: v4l::control::Value::Integer(1) };
    device.set_control(control).unwrap();
}
