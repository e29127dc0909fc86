//! An X screen (Xvfb) whose root window has a known colour.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use donfra_live::media::ScreenFeed;
use livekit::webrtc::video_frame::{I420Buffer, VideoBuffer, VideoFrame};

use crate::{Event, Events};

/// Width, height, and Y, U, V in the middle.
type Shot = (u32, u32, [u8; 3]);

fn paint(colour: &str) {
    assert!(Command::new("xsetroot").args(["-solid", colour]).status().unwrap().success());
}

#[test]
#[ignore = "needs an X screen: tests/devices/run"]
fn the_screen_is_seen_as_it_changes_and_closes_at_once() {
    paint("#ff0000");
    let (report, events) = mpsc::channel();
    let states = report.clone();
    let output = move |frame: &VideoFrame<I420Buffer>| {
        let buffer = &frame.buffer;
        let ((y, u, v), (ys, us, vs)) = (buffer.data(), buffer.strides());
        let (x, line) = (buffer.width() as usize / 2, buffer.height() as usize / 2);
        let half = |stride: u32| line / 2 * stride as usize + x / 2;
        let pixel = [y[line * ys as usize + x], u[half(us)], v[half(vs)]];
        let _ = report.send(Event::Media((buffer.width(), buffer.height(), pixel)));
    };
    let feed = ScreenFeed::start_into(output, move |state| {
        let _ = states.send(Event::State(state));
    });
    let events: Events<Shot> = Events(events);
    let near = |pixel: [u8; 3], want: [u8; 3]| pixel.iter().zip(want).all(|(a, b)| a.abs_diff(b) <= 4);
    println!("{}", events.on());
    let shot = events.media(1)[0];
    // The screen is 1281×721 and an encoder wants even sides.
    assert_eq!((shot.0, shot.1), (1280, 720));
    assert!(near(shot.2, [81, 90, 240]), "red: {shot:?}");

    // It stands still: two pictures a second.
    let start = Instant::now();
    events.media(4);
    assert!(start.elapsed() > Duration::from_millis(1000), "{:?} for four still pictures", start.elapsed());

    paint("#0000ff");
    let until = Instant::now() + Duration::from_secs(5);
    while !near(events.media(1)[0].2, [41, 240, 110]) {
        assert!(Instant::now() < until, "it turns blue");
    }

    // It changes all the time: up to 15 pictures a second, no more.
    let done = Arc::new(AtomicBool::new(false));
    let end = done.clone();
    let painter = std::thread::spawn(move || {
        for colour in (0..0xff_ffff).step_by(9999).take_while(|_| !end.load(Ordering::Relaxed)) {
            paint(&format!("#{colour:06x}"));
        }
    });
    let start = Instant::now();
    let shots = events.media(30);
    let rate = shots.len() as f64 / start.elapsed().as_secs_f64();
    done.store(true, Ordering::Relaxed);
    painter.join().unwrap();
    println!("{rate:.1} pictures a second");
    assert!((4.0..20.0).contains(&rate), "{rate}");

    let start = Instant::now();
    drop(feed);
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}
