//! Stands in for devices in tests and benchmarks, and only where the environment asks for it:
//!
//! - `DONFRA_LIVE_TEST_SOURCE=1`: camera and screen are moving patterns with the time drawn into them, the microphone
//!   is a tone, the loudspeaker plays into nothing in real time;
//! - `DONFRA_LIVE_TEST_HUE`: the patterns' colour, degrees on the colour wheel (default 210, a blue);
//! - `DONFRA_LIVE_TEST_TONE`: the tone's frequency, Hz (default 440);
//! - `DONFRA_LIVE_TEST_PLAYOUT`: the file that what is played is written to, too (works with real loudspeakers).

mod digits;
mod pattern;
mod tone;

use std::time::{Duration, Instant};

pub use pattern::{Pattern, Scene, read_time_code};
pub use tone::Tone;

use super::DeviceState;
use super::feed::{Reporter, Stop};
use super::picture::{Converter, PictureOutput};

/// What the stand-ins are called.
pub const NAME: &str = "Test source";

/// The test source's settings, from the environment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TestSource {
    /// Colour of the patterns, degrees on the colour wheel.
    pub hue: f32,
    /// Frequency of the tone, Hz.
    pub tone: f32,
}

impl TestSource {
    /// The settings, if the environment asks for the test source.
    pub fn from_env() -> Option<Self> {
        enabled().then(|| Self {
            hue: number("DONFRA_LIVE_TEST_HUE").unwrap_or(210.0),
            tone: number("DONFRA_LIVE_TEST_TONE").unwrap_or(440.0),
        })
    }
}

/// Whether the environment asks for the test source.
pub fn enabled() -> bool {
    std::env::var_os("DONFRA_LIVE_TEST_SOURCE").is_some_and(|value| value == "1")
}

fn number(name: &str) -> Option<f32> {
    std::env::var(name).ok()?.parse().ok().filter(|number: &f32| number.is_finite())
}

/// The camera's stand-in: 640×360, 30 frames a second.
pub(super) fn run_camera(stop: &Stop, output: impl PictureOutput, reporter: &mut Reporter) {
    run(stop, Scene::Camera, 640, 360, 30, output, reporter);
}

/// The screen's stand-in: 1280×720, 15 frames a second.
pub(super) fn run_screen(stop: &Stop, output: impl PictureOutput, reporter: &mut Reporter) {
    run(stop, Scene::Screen, 1280, 720, 15, output, reporter);
}

fn run(
    stop: &Stop,
    scene: Scene,
    width: u32,
    height: u32,
    rate: u32,
    mut output: impl PictureOutput,
    reporter: &mut Reporter,
) {
    let pattern = Pattern::new(scene, TestSource::from_env().map_or(210.0, |source| source.hue));
    let mut converter = Converter::default();
    let start = Instant::now();
    reporter.set(DeviceState::On { name: NAME.into() });
    let mut number = 0_u32;
    while !stop.stopped() {
        let frame = converter.fill(width, height, |buffer| {
            pattern.draw(buffer, number, std::time::SystemTime::now());
            Ok(())
        });
        output.picture(frame.expect("the size is a constant that is allowed"));
        number = number.wrapping_add(1);
        // By the clock, so that a late frame does not delay those after it; frames that are too late are left out.
        let due = |number: u32| Duration::from_secs(1) * number / rate;
        let passed = start.elapsed();
        while due(number) < passed {
            number = number.wrapping_add(1);
        }
        if !stop.wait(due(number) - passed) {
            break;
        }
    }
    output.no_picture();
}
