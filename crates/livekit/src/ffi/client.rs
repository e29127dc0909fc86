//! One loaded library for the process: requests and their answers.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::OnceLock,
};

use parking_lot::Mutex;
use prost::Message;
use tokio::sync::oneshot;

use super::{
    bounds,
    events::{self, Event},
    give_back,
    library::{self, Library, LibraryError},
    proto::{self, ffi_event, ffi_request, ffi_response},
};

/// Why a request could not be made or answered.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum FfiError {
    /// The library cannot be used at all.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The library refused the request; its log says why.
    #[error("LiveKit's library refused the request")]
    Refused,
    /// The answer was not the one that belongs to the request.
    #[error("LiveKit's library gave an answer that does not belong to the request")]
    Unexpected,
    /// The library gave no answer.
    #[error("LiveKit's library gave no answer")]
    Unanswered,
}

static LIBRARY: OnceLock<Library> = OnceLock::new();
static LOADING: Mutex<()> = Mutex::new(());

/// Loads the library unless that is done. Costs some 50 ms the first time; a failure is not kept, so a library that was
/// put in place meanwhile is found.
pub(crate) fn load() -> Result<&'static Library, LibraryError> {
    if let Some(library) = LIBRARY.get() {
        return Ok(library);
    }
    let _one_at_a_time = LOADING.lock();
    if let Some(library) = LIBRARY.get() {
        return Ok(library);
    }
    let library = library::open()?;
    // SAFETY: called once, with a callback that lives as long as the process and two C strings that the call copies.
    unsafe { (library.initialize)(on_event, true, c"rust".as_ptr(), c"0.10.0".as_ptr()) };
    Ok(LIBRARY.get_or_init(|| library))
}

/// Makes a request that is answered at once.
///
/// Any memory that the message points to must stay valid during the call; the library copies what it keeps.
pub(crate) fn request(message: ffi_request::Message) -> Result<ffi_response::Message, FfiError> {
    let library = load()?;
    let bytes = proto::FfiRequest { message: Some(message) }.encode_to_vec();
    let (mut answer, mut len) = (std::ptr::null(), 0);
    // SAFETY: `bytes` is valid for its length during the call, and the two places for the answer are writable.
    let handle = unsafe { (library.request)(bytes.as_ptr(), bytes.len(), &mut answer, &mut len) };
    if handle == 0 || answer.is_null() {
        return Err(FfiError::Refused);
    }
    // SAFETY: the library says that `len` bytes are there; they live until `handle` is dropped, below.
    let response = proto::FfiResponse::decode(unsafe { std::slice::from_raw_parts(answer, len) });
    drop_handle(handle);
    response.ok().and_then(|response| response.message).ok_or(FfiError::Unexpected)
}

/// Makes a request that is answered by an event later. `build` gets the number to set as `request_async_id`.
///
/// When the future is dropped before the answer, the objects in the late answer are dropped too.
pub(crate) async fn call(build: impl FnOnce(u64) -> ffi_request::Message) -> Result<ffi_event::Message, FfiError> {
    let (tx, rx) = oneshot::channel();
    start(build, move |event| drop(tx.send(event)))?;
    let event = rx.await.map_err(|_| FfiError::Unanswered)?;
    event.into_message().ok_or(FfiError::Unexpected)
}

/// Like [`call`], but `finish` runs on the library's thread when the answer comes, whether or not anyone still waits for
/// it. It must be quick and must not make requests.
pub(crate) async fn call_then<T: Send + 'static>(
    build: impl FnOnce(u64) -> ffi_request::Message,
    finish: impl FnOnce(Event) -> T + Send + 'static,
) -> Result<T, FfiError> {
    let (tx, rx) = oneshot::channel();
    start(build, move |event| drop(tx.send(finish(event))))?;
    rx.await.map_err(|_| FfiError::Unanswered)
}

/// Makes a request whose answer nobody waits for; `kept` is dropped when it comes.
pub(crate) fn call_detached<T: Send + 'static>(build: impl FnOnce(u64) -> ffi_request::Message, kept: T) {
    if let Err(error) = start(build, move |_| drop(kept)) {
        tracing::debug!(%error, "a request to LiveKit's library failed");
    }
}

fn start(
    build: impl FnOnce(u64) -> ffi_request::Message,
    waiter: impl FnOnce(Event) + Send + 'static,
) -> Result<(), FfiError> {
    // Registered first: the answer may come before the request has returned.
    let id = events::expect_answer(waiter);
    let response = request(build(id));
    if response.is_err() {
        events::forget_answer(id);
    }
    response.map(|_| ())
}

/// Drops an object of the library.
pub(crate) fn drop_handle(handle: u64) {
    if let Some(library) = LIBRARY.get() {
        // SAFETY: takes any number; one that names no object is reported by the result.
        if !unsafe { (library.drop_handle)(handle) } {
            tracing::debug!(handle, "LiveKit's library did not know a handle");
        }
    }
}

/// Runs on the library's own threads: decodes, hands over, returns. Never unwinds into the library.
unsafe extern "C" fn on_event(data: *const u8, len: usize) {
    let _ = catch_unwind(AssertUnwindSafe(|| {
        if data.is_null() {
            return;
        }
        // SAFETY: the library passes a pointer to `len` bytes that are valid during this call.
        let bytes = unsafe { std::slice::from_raw_parts(data, len) };
        if let Ok(proto::FfiEvent { message: Some(mut message) }) = proto::FfiEvent::decode(bytes) {
            bounds::cut(&mut message);
            events::route(Event::new(message));
            give_back::after(len);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::{FfiHandle, handle};

    #[tokio::test]
    async fn requests_are_answered_and_handles_drop_once() {
        let before = handle::live();
        let request_source = ffi_request::Message::NewVideoSource(proto::NewVideoSourceRequest {
            r#type: proto::VideoSourceType::VideoSourceNative.into(),
            resolution: proto::VideoSourceResolution { width: 64, height: 64 },
            is_screencast: None,
        });
        let Ok(ffi_response::Message::NewVideoSource(answer)) = request(request_source) else {
            panic!("the library makes a source")
        };
        let source = FfiHandle::new(answer.source.handle);
        assert!(source.is_valid() && handle::live() > before);
        drop(source);

        // A request for an object that does not exist is an error, not an abort; so is an answer that says so.
        let refused = request(ffi_request::Message::LocalTrackMute(proto::LocalTrackMuteRequest {
            track_handle: FfiHandle::invalid().id(),
            mute: true,
        }));
        assert!(matches!(refused, Err(FfiError::Refused)));
        let connect = call(|id| {
            ffi_request::Message::Connect(proto::ConnectRequest {
                url: "not a url".into(),
                token: String::new(),
                options: proto::RoomOptions { join_retries: Some(0), ..Default::default() },
                request_async_id: Some(id),
            })
        });
        assert!(matches!(
            connect.await,
            Ok(ffi_event::Message::Connect(proto::ConnectCallback {
                message: Some(proto::connect_callback::Message::Error(_)),
                ..
            }))
        ));
    }
}
