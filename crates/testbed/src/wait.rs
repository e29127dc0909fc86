//! Waiting for what must come.

use std::time::{Duration, Instant};

/// How long something may take before the test fails; far more than it does take, on any machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Asks until the answer is there; panics, naming what was waited for, when [`PATIENCE`] is over.
pub async fn eventually<T>(what: &str, attempt: impl AsyncFnMut() -> Option<T>) -> T {
    within(PATIENCE, what, attempt).await
}

/// Asks until the answer is there; panics, naming what was waited for, when the time is over.
pub async fn within<T>(limit: Duration, what: &str, mut attempt: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = attempt().await {
            return answer;
        }
        assert!(started.elapsed() < limit, "waited {} s in vain: {what}", limit.as_secs());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
