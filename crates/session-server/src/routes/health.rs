//! Health.

use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::livekit::LiveKitError;
use crate::server::AppState;

#[derive(Serialize)]
pub(super) struct Health {
    /// `ok`, or `degraded` when sessions cannot be created or joined now.
    status: &'static str,
    version: &'static str,
    livekit: LiveKitHealth,
}

#[derive(Serialize)]
struct LiveKitHealth {
    /// As this server reaches it: `LIVEKIT_SERVER_URL`.
    url: Option<String>,
    reachable: bool,
    latency_ms: Option<f64>,
    /// Whether LiveKit takes this server's API key and secret; null where it could not be asked.
    key_accepted: Option<bool>,
    /// What is wrong, if anything is.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// That this server works, and whether its LiveKit does.
pub(super) async fn health(State(app): State<AppState>) -> Json<Health> {
    let start = Instant::now();
    // No room has this name: only the answer matters, which takes the right key too.
    let asked = app.livekit.rooms(vec!["health".to_owned()]);
    let answered = match tokio::time::timeout(Duration::from_secs(2), asked).await {
        Ok(answered) => answered.map(drop),
        Err(_) => Err(LiveKitError::Unreachable),
    };
    let elapsed = start.elapsed();
    let key_accepted = match answered {
        Ok(()) => Some(true),
        Err(LiveKitError::Refused) => Some(false),
        Err(_) => None,
    };
    let reachable = matches!(answered, Ok(()) | Err(LiveKitError::Refused | LiveKitError::Failed));
    Json(Health {
        status: if answered.is_ok() { "ok" } else { "degraded" },
        version: env!("CARGO_PKG_VERSION"),
        livekit: LiveKitHealth {
            url: app.livekit.urls().ok().map(|urls| urls.server),
            reachable,
            latency_ms: reachable.then(|| (elapsed.as_secs_f64() * 1e5).round() / 1e2),
            key_accepted,
            error: answered.err().map(|error| error.to_string()),
        },
    })
}
