//! The app's own capture and playback against real devices: V4L2 cameras under a User-Mode-Linux kernel, a PulseAudio
//! server, an X screen; and the way from a camera to a LiveKit room. `tests/devices/run` provides them and runs each part; elsewhere all of it is ignored.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod camera;
mod publish;
mod screen;
mod sound;

use std::fmt::Debug;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use donfra_live::session::state::DeviceState;

/// What a feed reported.
#[derive(Clone, Debug)]
enum Event<T> {
    State(DeviceState),
    Media(T),
}

/// The reports of a feed, in order.
struct Events<T>(Receiver<Event<T>>);

impl<T: Debug> Events<T> {
    /// Waits, generously, for a state; skips everything before it.
    #[track_caller]
    fn state(&self, wanted: impl Fn(&DeviceState) -> bool) -> DeviceState {
        let mut before = Vec::new();
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            match self.0.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Event::State(state)) if wanted(&state) => return state,
                Ok(Event::State(state)) => before.push(state),
                Ok(Event::Media(_)) => {}
                Err(RecvTimeoutError::Timeout) => panic!("the state did not come; these did: {before:?}"),
                Err(RecvTimeoutError::Disconnected) => panic!("the feed ended; before that: {before:?}"),
            }
        }
    }

    /// Waits for the device to be in use.
    #[track_caller]
    fn on(&self) -> String {
        let DeviceState::On { name } = self.state(|state| matches!(state, DeviceState::On { .. })) else {
            unreachable!()
        };
        name
    }

    /// The next this many pictures or sounds.
    #[track_caller]
    fn media(&self, count: usize) -> Vec<T> {
        let mut media = Vec::new();
        while media.len() < count {
            match self.0.recv_timeout(Duration::from_secs(20)) {
                Ok(Event::Media(one)) => media.push(one),
                Ok(Event::State(state)) => assert!(matches!(state, DeviceState::On { .. }), "{state:?}"),
                Err(error) => panic!("{error} after {} of {count}", media.len()),
            }
        }
        media
    }

    /// Forgets what has come so far.
    fn skip(&self) {
        while self.0.try_recv().is_ok() {}
    }
}
