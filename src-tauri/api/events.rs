//! Server-sent events of a session API, read in bounds.

use std::io;

use bytes::Bytes;
use eventsource_stream::Eventsource;
use futures_util::{Stream, StreamExt, future};
use reqwest::{Response, header};
use serde::de::DeserializeOwned;

/// The type of such an answer.
pub const TYPE: &str = "text/event-stream";

/// Largest event that is read, bytes. One that begins a session has some three hundred.
const MAX_EVENT: usize = 64 * 1024;

/// Whether this answer is a stream of events.
pub fn are_in(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with(TYPE))
}

/// The events in this answer, as far as they are understood: unknown ones are left out. Ends with the connection, and
/// where an event is too large.
pub fn read<T: DeserializeOwned + Send>(
    bytes: impl Stream<Item = reqwest::Result<Bytes>> + Send + 'static,
) -> impl Stream<Item = T> + Send {
    let bounded = bytes.map(|part| part.map_err(io::Error::other)).scan(0, |unended, part| {
        let fits = part.as_ref().map_or(true, |part| {
            // An empty line ends an event.
            let end = part.windows(2).rposition(|two| two == b"\n\n" || two == b"\r\r" || two == b"\n\r");
            *unended = end.map_or(*unended + part.len(), |at| part.len() - at);
            *unended <= MAX_EVENT
        });
        future::ready(fits.then_some(part))
    });
    let events = bounded.eventsource().take_while(|event| future::ready(event.is_ok()));
    events.filter_map(|event| future::ready(event.ok().and_then(|event| serde_json::from_str(&event.data).ok())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::SessionEvent;
    use futures_util::stream;

    async fn of(parts: Vec<Vec<u8>>) -> Vec<SessionEvent> {
        read(stream::iter(parts.into_iter().map(|part| Ok(Bytes::from(part))))).collect().await
    }

    #[tokio::test]
    async fn events_are_read_whatever_way_they_are_cut() {
        let text = "retry: 1\n: hello\n\ndata: {\"type\":\"ended\",\"session_id\":\"a\"}\n\ndata: {\"type\":\"later\"}\n\n\
                    data: nonsense\n\ndata: {\"type\":\"created\",\"session\":{\"session_id\":\"b\",\"x\":1}}\r\n\r\n";
        for size in [1, 7, 64, text.len()] {
            let events = of(text.as_bytes().chunks(size).map(<[u8]>::to_vec).collect()).await;
            let [SessionEvent::Ended { session_id }, SessionEvent::Created { session }] = events.as_slice() else {
                panic!("{size}: {events:?}")
            };
            assert_eq!((session_id.as_str(), session.session_id.as_str()), ("a", "b"));
        }
    }

    #[tokio::test]
    async fn an_event_without_end_ends_it() {
        let mut parts = vec![b"data: {\"type\":\"ended\",\"session_id\":\"a\"}\n\n".to_vec()];
        parts.extend((0..1000).map(|_| vec![b'x'; 1024]));
        parts.push(b"\n\ndata: {\"type\":\"ended\",\"session_id\":\"b\"}\n\n".to_vec());
        assert_eq!(of(parts).await.len(), 1);
    }
}
