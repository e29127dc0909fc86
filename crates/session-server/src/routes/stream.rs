//! Server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt};

use crate::error::ApiError;
use crate::server::App;

/// What a refused client is told to wait, seconds.
const RETRY_AFTER: u64 = 10;

/// Sends these texts of JSON as events, until they end or the server stops. Refused where as many are open as may be.
pub(super) fn events<T: AsRef<str>>(
    app: &App,
    texts: impl Stream<Item = T> + Send + 'static,
) -> Result<Response, ApiError> {
    let permit = app.streams.clone().try_acquire_owned().map_err(|_| ApiError::TooManyStreams(RETRY_AFTER))?;
    let events = texts
        .map(|text| Ok::<_, Infallible>(Event::default().data(text)))
        .take_until(app.shutdown.clone().cancelled_owned())
        // Given back when the stream is dropped, at its end or with its connection.
        .inspect(move |_| {
            let _held = &permit;
        });
    // Proxies close what is silent; some also collect what they should pass on.
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(15));
    Ok(([("x-accel-buffering", "no")], Sse::new(events).keep_alive(keep_alive)).into_response())
}
