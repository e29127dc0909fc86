//! The task that owns a room's events: it keeps the state up to date and hands them on, one after the other.

use std::sync::{Arc, atomic::Ordering};

use futures_util::FutureExt;
use livekit_data_stream::{
    api::AnyStreamReader,
    backend::incoming::{OutputEvent, StreamOpened},
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

use crate::{
    ffi::{
        self,
        events::{Event, RoomRoute},
        proto::{self, ffi_event, ffi_request},
    },
    participant::{RpcError, RpcErrorCode, RpcInvocationData},
    room::{DisconnectReason, RoomEvent, TakeCell, session::RoomSession, streams::OpenStreams},
};

/// What the task gets its events from.
pub(super) struct Sources {
    /// From the library. The route ends with the task.
    pub(super) events: mpsc::UnboundedReceiver<Event>,
    pub(super) _route: RoomRoute,
    /// Readers of streams that were opened.
    pub(super) streams: mpsc::UnboundedReceiver<OutputEvent>,
    /// Ends the task: by a value, or when the room is dropped.
    pub(super) stop: watch::Receiver<Option<DisconnectReason>>,
    /// What runs beside: readers being fed, RPC methods being called. Ended with the task.
    pub(super) tasks: JoinSet<()>,
}

/// Runs until the library says that there are no more events, or the room is dropped.
pub(super) async fn run(session: Arc<RoomSession>, mut sources: Sources) {
    let mut open = OpenStreams::default();
    loop {
        tokio::select! {
            biased;
            _ = sources.stop.changed() => break,
            event = sources.events.recv() => match event.and_then(Event::into_message) {
                Some(ffi_event::Message::RoomEvent(event)) => match event.message {
                    Some(proto::room_event::Message::Eos(_)) => {
                        session.left.store(true, Ordering::Relaxed);
                        break;
                    }
                    Some(message) => session.on_event(message, &mut open, &mut sources.tasks),
                    None => {}
                },
                Some(ffi_event::Message::RpcMethodInvocation(invocation)) => {
                    sources.tasks.spawn(answer(session.clone(), invocation));
                }
                Some(_) => {}
                None => break,
            },
            Some(stream) = sources.streams.recv() => match stream {
                OutputEvent::StreamOpened(stream) => session.on_stream(stream),
                OutputEvent::StreamClosed(stream) => open.closed(stream.stream_id.as_str()),
                _ => {}
            },
            Some(_) = sources.tasks.join_next() => {}
        }
    }
    let reason = *sources.stop.borrow();
    session.end(reason.unwrap_or(DisconnectReason::ClientInitiated));
    session.listeners.lock().clear();
    session.rpc_handlers.write().clear();
}

impl RoomSession {
    fn on_stream(&self, StreamOpened { stream_reader, participant_identity }: StreamOpened) {
        use livekit_data_stream::api::StreamReader;
        self.emit(match stream_reader {
            AnyStreamReader::Byte(reader) => RoomEvent::ByteStreamOpened {
                topic: reader.info().topic.clone(),
                reader: TakeCell::new(reader),
                participant_identity,
            },
            AnyStreamReader::Text(reader) => RoomEvent::TextStreamOpened {
                topic: reader.info().topic.clone(),
                reader: TakeCell::new(reader),
                participant_identity,
            },
        });
    }
}

/// Calls a registered method and sends what it gives. A method that panics is an application error to the caller.
async fn answer(session: Arc<RoomSession>, invocation: proto::RpcMethodInvocationEvent) {
    let handler = session.rpc_handlers.read().get(&invocation.method).cloned();
    let result = match handler {
        None => Err(RpcError::built_in(RpcErrorCode::UnsupportedMethod, None)),
        Some(handler) => {
            let data = RpcInvocationData {
                request_id: invocation.request_id,
                caller_identity: invocation.caller_identity.into(),
                payload: invocation.payload,
                response_timeout: std::time::Duration::from_millis(invocation.response_timeout_ms.into()),
            };
            let called = std::panic::AssertUnwindSafe(async move { handler(data).await }).catch_unwind().await;
            called.unwrap_or_else(|_| Err(RpcError::built_in(RpcErrorCode::ApplicationError, None)))
        }
    };
    let (payload, error) = match result {
        Ok(payload) => (Some(payload), None),
        Err(RpcError { code, message, data }) => (None, Some(proto::RpcError { code, message, data })),
    };
    let response = proto::RpcMethodInvocationResponseRequest {
        local_participant_handle: invocation.local_participant_handle,
        invocation_id: invocation.invocation_id,
        payload,
        error,
    };
    if let Err(error) = ffi::request(ffi_request::Message::RpcMethodInvocationResponse(response)) {
        tracing::warn!(%error, "the answer to an RPC could not be sent");
    }
}
