//! What the tests stand on.

pub mod process;
pub mod screen;
pub mod servers;
pub mod sound;
pub mod stage;
pub mod window;

use std::time::{Duration, Instant};

/// How long something may take before the test fails; far more than it does take, on any machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Asks until the answer is there; panics, naming what was waited for, when [`PATIENCE`] is over.
pub async fn eventually<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    within(PATIENCE, what, ask).await
}

/// Asks until the answer is there; panics, naming what was waited for, when the time is over.
pub async fn within<T>(limit: Duration, what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(started.elapsed() < limit, "waited {} s in vain: {what}", limit.as_secs());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
