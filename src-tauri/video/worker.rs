//! The thread that turns pictures into what the layer draws: away from GTK's thread and from the SDK's.

use std::sync::Arc;
use std::thread::JoinHandle;

use super::frames::Shared;
use super::portable::wire;
use super::scale::Scaler;
use super::stage::{Job, Output, Rendered};

/// The thread, for as long as this lives.
pub(super) struct Worker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts it.
    pub fn start(shared: Arc<Shared>) -> std::io::Result<Self> {
        shared.state.lock().closed = false;
        let of = shared.clone();
        let thread = std::thread::Builder::new().name("video-scale".into()).spawn(move || run(&of))?;
        Ok(Self { shared, thread: Some(thread) })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.shared.state.lock().closed = true;
        self.shared.work.notify_all();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the video worker panicked");
        }
        self.shared.ready.notify_one();
    }
}

fn run(shared: &Shared) {
    let mut scaler = Scaler::default();
    loop {
        let job = {
            let mut state = shared.state.lock();
            loop {
                if state.closed {
                    return;
                }
                match state.next_job() {
                    Some(job) => break job,
                    None => shared.work.wait(&mut state),
                }
            }
        };
        let rendered = render(shared, &mut scaler, &job);
        if shared.state.lock().done(job, rendered) {
            shared.ready.notify_one();
        }
    }
}

fn render(shared: &Shared, scaler: &mut Scaler, job: &Job) -> Rendered {
    let (placed, serial) = (&job.placed, job.serial);
    match job.output {
        Output::Bgra => {
            let (width, height) = (placed.width, placed.height);
            let mut pixels = shared.pool.take((width * height * 4) as usize);
            scaler.bgra(&job.picture, (width, height), placed.look, job.backdrop, pixels.as_mut());
            Rendered { pixels, width, height, serial }
        }
        Output::Message => {
            let planes = scaler.reduced(&job.picture, (placed.width, placed.height), placed.look.fit);
            let (width, height) = (planes.width, planes.height);
            Rendered { pixels: wire::message(&shared.pool, &planes), width, height, serial }
        }
    }
}
