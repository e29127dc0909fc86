//! A PulseAudio server whose microphone hears what its loudspeaker plays.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use donfra_live::media::sound::mixer::TrackInput;
use donfra_live::media::{Apm, DeviceChoice, MicrophoneFeed, Speaker, microphones, speakers};
use donfra_live::session::state::DeviceState;

use crate::{Event, Events};

const RATE: usize = 48_000;

fn microphone(apm: Apm) -> (MicrophoneFeed, Events<Vec<i16>>) {
    let (report, events) = mpsc::channel();
    let states = report.clone();
    let output = move |frame: &[i16]| {
        let _ = report.send(Event::Media(frame.to_vec()));
    };
    let feed = MicrophoneFeed::start_into(None, output, apm, move |state| {
        let _ = states.send(Event::State(state));
    });
    (feed, Events(events))
}

fn speaker(apm: Apm) -> (Speaker, Events<()>) {
    let (report, events) = mpsc::channel();
    let speaker = Speaker::start(None, apm, move |state| {
        let _ = report.send(Event::State(state));
    });
    (speaker, Events(events))
}

/// Feeds a track in real time, as the SDK does, until dropped.
struct Voice(Arc<AtomicBool>);

impl Voice {
    fn start(mut input: TrackInput, mut sample: impl FnMut(usize) -> f32 + Send + 'static) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let end = ended.clone();
        std::thread::spawn(move || {
            let start = Instant::now();
            let mut place = 0;
            while !end.load(Ordering::Relaxed) {
                let frame: Vec<i16> = (place..place + 480).map(|i| (sample(i) * 32_767.0) as i16).collect();
                place += 480;
                input.push(&frame);
                let due = Duration::from_millis(place as u64 / 48);
                std::thread::sleep(due.saturating_sub(start.elapsed()));
            }
        });
        Self(ended)
    }
}

impl Drop for Voice {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn rms(frames: &[Vec<i16>]) -> f64 {
    let samples = frames.concat();
    (samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
}

/// How much of the sound's power is at this frequency, 0 to 1 (Goertzel).
fn share(samples: &[i16], frequency: f64) -> f64 {
    let step = std::f64::consts::TAU * frequency / RATE as f64;
    let (mut re, mut im, mut all) = (0.0, 0.0, 0.0);
    for (place, sample) in samples.iter().enumerate() {
        let (sample, angle) = (f64::from(*sample), step * place as f64);
        re += sample * angle.cos();
        im += sample * angle.sin();
        all += sample * sample;
    }
    2.0 * (re * re + im * im) / (samples.len() as f64 * all.max(1.0))
}

#[test]
#[ignore = "needs a sound server: tests/devices/run"]
fn devices_are_listed_without_monitors() {
    let (microphones, speakers) = (microphones(), speakers());
    assert!(microphones.iter().any(|device| device.id.contains("mic")), "{microphones:?}");
    assert!(microphones.iter().all(|device| !device.id.ends_with(".monitor")), "{microphones:?}");
    assert!(speakers.iter().any(|device| device.id.contains("spk")), "{speakers:?}");
}

#[test]
#[ignore = "needs a sound server: tests/devices/run"]
fn what_is_played_is_heard_until_muted() {
    let (speaker, plays) = speaker(Apm::bypass());
    let (microphone, hears) = microphone(Apm::bypass());
    println!("{} and {}", plays.on(), hears.on());
    let input = speaker.add_input("ann", "TR_1");
    let _voice = Voice::start(input, |i| (i as f32 * 1000.0 / RATE as f32 * std::f32::consts::TAU).sin() * 0.3);
    hears.media(100);
    let heard = hears.media(200);
    // In short pieces: following the device's clock bends the pitch by a fraction of a per cent.
    let (samples, pieces) = (heard.concat(), 40.0);
    let mean = |frequency| samples.chunks(2400).map(|piece| share(piece, frequency)).sum::<f64>() / pieces;
    let (tone, other) = (mean(1000.0), mean(1400.0));
    println!("1000 Hz: {tone:.3} of the power, 1400 Hz: {other:.5}; rms {:.0}", rms(&heard));
    // Nearly all of it on a machine at rest; gaps under load spread some of it.
    assert!(tone > 0.4 && other < tone / 20.0, "{tone} {other}");
    assert!((4000.0..10_000.0).contains(&rms(&heard)), "{}", rms(&heard));
    assert!(speaker.levels()[0].1 > 0.5 && microphone.level() > 0.5);

    microphone.set_muted(true);
    hears.skip();
    // One frame may be on its way.
    hears.media(2);
    assert_eq!(rms(&hears.media(50)), 0.0);
    assert_eq!(microphone.level(), 0.0);
    microphone.set_muted(false);
    hears.media(5);
    assert!(rms(&hears.media(50)) > 4000.0);
}

#[test]
#[ignore = "needs a sound server: tests/devices/run"]
fn other_devices_are_gone_over_to_in_use() {
    let (speaker, plays) = speaker(Apm::bypass());
    let (microphone, hears) = microphone(Apm::bypass());
    let (loud, ear) = (plays.on(), hears.on());
    let _voice = Voice::start(speaker.add_input("ann", "TR_1"), |i| {
        (i as f32 * 1000.0 / RATE as f32 * std::f32::consts::TAU).sin() * 0.3
    });
    hears.media(100);
    assert!(rms(&hears.media(20)) > 4000.0);

    let id = |devices: Vec<DeviceChoice>| devices.into_iter().find(|device| device.id.contains("desk")).unwrap().id;
    microphone.choose(Some(id(microphones())));
    let other = hears.state(|state| matches!(state, DeviceState::On { name } if *name != ear));
    println!("{ear}, then {other:?}");
    hears.media(20);
    assert_eq!(rms(&hears.media(20)), 0.0, "nothing is played where this one hears");

    speaker.choose(Some(id(speakers())));
    plays.state(|state| matches!(state, DeviceState::On { name } if *name != loud));
    hears.media(100);
    assert!(rms(&hears.media(20)) > 4000.0, "the mixer plays on");

    // One that goes: the system's default stands in until it is back.
    let id = id(microphones());
    pulse("unplug");
    hears.state(|state| matches!(state, DeviceState::On { name } if *name == ear));
    hears.media(10);
    pulse("plug");
    hears.state(|state| *state == other);
    hears.media(10);
    assert!(microphones().iter().any(|device| device.id == id), "its id is the same");
}

#[test]
#[ignore = "needs a sound server: tests/devices/run"]
fn the_own_loudspeaker_is_not_sent_back() {
    let heard = |apm: Apm| {
        let (speaker, plays) = speaker(apm.clone());
        let (_microphone, hears) = microphone(apm);
        plays.on();
        hears.on();
        let input = speaker.add_input("ann", "TR_1");
        // Like speech: noise in syllables.
        let mut seed = 1_u32;
        let _voice = Voice::start(input, move |i| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (seed >> 16) as f32 / 32_768.0 - 1.0;
            let syllable = (i as f32 / RATE as f32 * 4.0 * std::f32::consts::TAU).sin().max(0.0);
            noise * syllable * 0.3
        });
        // The canceller learns the way of the echo.
        hears.media(400);
        rms(&hears.media(200))
    };
    let (without, with) = (heard(Apm::bypass()), heard(Apm::new()));
    println!("echo: rms {without:.0} without cancellation, {with:.0} with it");
    assert!(without > 500.0, "the echo is there: {without}");
    // A fiftieth on a machine at rest; delays that jump about under load cost some.
    assert!(with < without / 3.0, "less than a third of {without} is left: {with}");
}

#[test]
#[ignore = "needs a sound server: tests/devices/run"]
fn a_lost_server_is_told_and_its_return_is_noticed() {
    let (_speaker, plays) = speaker(Apm::bypass());
    let (_microphone, hears) = microphone(Apm::bypass());
    plays.on();
    hears.on();
    pulse("stop");
    plays.state(|state| matches!(state, DeviceState::Unplugged { .. }));
    hears.state(|state| matches!(state, DeviceState::Unplugged { .. }));
    pulse("start");
    plays.on();
    hears.on();
    hears.media(10);
}

#[test]
#[ignore = "needs to have no sound server: tests/devices/run"]
fn missing_devices_are_told_and_tracks_are_drained() {
    let (speaker, plays) = speaker(Apm::bypass());
    let (_microphone, hears) = microphone(Apm::bypass());
    plays.state(|state| *state == DeviceState::Missing);
    hears.state(|state| *state == DeviceState::Missing);
    assert!(microphones().is_empty() && speakers().is_empty());
    let _voice = Voice::start(speaker.add_input("ann", "TR_1"), |_| 0.5);
    let until = Instant::now() + Duration::from_secs(10);
    while speaker.levels().first().is_none_or(|(_, level)| *level < 0.5) {
        assert!(Instant::now() < until, "the track is drained, and its level known");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn pulse(action: &str) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/devices/pulse");
    assert!(Command::new(script).arg(action).status().unwrap().success());
}
