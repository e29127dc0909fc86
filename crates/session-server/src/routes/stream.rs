//! Server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt};

use crate::server::App;

/// Sends these texts of JSON as events, until they end or the server stops.
pub(super) fn events<T: AsRef<str>>(app: &App, texts: impl Stream<Item = T> + Send + 'static) -> Response {
    let events = texts
        .map(|text| Ok::<_, Infallible>(Event::default().data(text)))
        .take_until(app.shutdown.clone().cancelled_owned());
    // Proxies close what is silent; some also collect what they should pass on.
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(15));
    ([("x-accel-buffering", "no")], Sse::new(events).keep_alive(keep_alive)).into_response()
}
