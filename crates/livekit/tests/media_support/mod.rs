//! Pictures to send and to know again, and a clock to send them by.

#![allow(dead_code, reason = "each test file uses its part")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use livekit::webrtc::prelude::*;

/// Y, U, V of BT.601, limited range.
pub type Colour = [u8; 3];
pub const RED: Colour = [81, 90, 240];
pub const GREEN: Colour = [145, 54, 34];
pub const BLUE: Colour = [41, 240, 110];
pub const WHITE: Colour = [235, 128, 128];

/// A picture of two halves.
pub fn halves(width: u32, height: u32, left: Colour, right: Colour) -> I420Buffer {
    let mut buffer = I420Buffer::new(width, height);
    let chroma_width = buffer.chroma_width() as usize;
    let (y, u, v) = buffer.data_mut();
    for (plane, row, channel) in [(y, width as usize, 0), (u, chroma_width, 1), (v, chroma_width, 2)] {
        for line in plane.chunks_exact_mut(row) {
            let (l, r) = line.split_at_mut(row / 2);
            l.fill(left[channel]);
            r.fill(right[channel]);
        }
    }
    buffer
}

/// The colours in the middle of both halves.
pub fn colours(buffer: &I420Buffer) -> (Colour, Colour) {
    let ((y, u, v), (sy, su, sv)) = (buffer.data(), buffer.strides());
    let (row, width) = (buffer.height() as usize / 2, buffer.width() as usize);
    let at = |column: usize| {
        [y[row * sy as usize + column], u[row / 2 * su as usize + column / 2], v[row / 2 * sv as usize + column / 2]]
    };
    (at(width / 4), at(width * 3 / 4))
}

/// Whether an encoder could have made one of the other.
pub fn alike(a: Colour, b: Colour) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 14)
}

/// Calls `tick` 30 times a second until dropped.
pub struct Ticker {
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Ticker {
    pub fn new(mut tick: impl FnMut() + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                tick();
                std::thread::sleep(Duration::from_millis(33));
            }
        });
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
