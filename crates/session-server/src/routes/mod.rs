//! The calls of the API.

mod body;
mod health;
mod join;
mod lobby;
mod people;
mod sessions;
mod stream;
mod webhook;

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::config::Config;
use crate::error::ApiError;
use crate::host_header::check_host;
use crate::limit::limit_writes;
use crate::server::AppState;

/// Largest body of a call, bytes.
pub(crate) const MAX_BODY: usize = 16 * 1024;
/// Largest webhook, bytes: LiveKit sends all it knows of a participant with its tracks.
const MAX_WEBHOOK: usize = 1024 * 1024;
/// Longest that an answer may take to begin.
const TIMEOUT: Duration = Duration::from_secs(30);

/// All calls, under `/api` and `/api/v1`.
pub(crate) fn router(app: AppState) -> Router {
    let writes = Router::new()
        .route("/live/create", post(sessions::create))
        .route("/live/join", post(join::join))
        .route("/live/end", post(sessions::end))
        .route("/live/admit", post(lobby::admit))
        .route("/live/lock", post(people::lock))
        .route("/live/remove", post(people::remove))
        .route("/live/stage", post(people::stage))
        .route("/live/cohost", post(people::co_host))
        .route("/live/moderator", post(people::moderator))
        .route_layer(middleware::from_fn_with_state(app.clone(), limit_writes))
        .layer(DefaultBodyLimit::max(MAX_BODY));
    let webhook =
        Router::new().route("/livekit/webhook", post(webhook::receive)).layer(DefaultBodyLimit::max(MAX_WEBHOOK));
    let calls = Router::new()
        .route("/live/sessions", get(sessions::list))
        .route("/live/sessions/stream", get(sessions::stream))
        .route("/live/tickets/{ticket}/stream", get(lobby::ticket))
        .route("/live/waiting/stream", get(lobby::waiting))
        .route("/live/health", get(health::health))
        .merge(writes)
        .merge(webhook)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(middleware::from_fn(observe));
    let cors = cors(&app.config);
    Router::new()
        .nest("/api/v1", calls.clone())
        .nest("/api", calls)
        .fallback(async || ApiError::NotFound)
        .layer(cors)
        .layer(middleware::from_fn_with_state(app.clone(), check_host))
        .with_state(app)
}

/// Bounds the time, keeps answers out of caches, and logs the call: its route, never its URL, which holds tickets.
async fn observe(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let start = Instant::now();
    let mut response = match tokio::time::timeout(TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::TimedOut.into_response(),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let route = route.as_ref().map_or("", MatchedPath::as_str);
    tracing::debug!(%method, route, status = response.status().as_u16(), elapsed = ?start.elapsed(), "answered");
    response
}

fn cors(config: &Config) -> CorsLayer {
    let cors = CorsLayer::new()
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE, header::AUTHORIZATION])
        .expose_headers([header::RETRY_AFTER])
        .max_age(Duration::from_secs(3600));
    if config.cors_origins.iter().any(|origin| origin == "*") {
        // Any page, but none with the cookie.
        return cors.allow_origin(AllowOrigin::any());
    }
    let origins = config.cors_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    cors.allow_origin(AllowOrigin::list(origins)).allow_credentials(true)
}
