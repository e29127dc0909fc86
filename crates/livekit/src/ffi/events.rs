//! Where the library's events go: answers to those who asked, the rest to the room, stream or reader it is for.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, LazyLock, Weak,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::{
    FfiHandle, client, logs,
    proto::{self, FfiOwnedHandle, ffi_event::Message, ffi_request, video_stream_event},
    waiting::{Load, Waiting},
};

/// An event whose objects are dropped with it unless someone takes the message out.
#[derive(Debug)]
pub(crate) struct Event(Option<Message>, Option<Waiting>);

impl Event {
    pub(crate) fn new(message: Message) -> Self {
        Self(Some(message), None)
    }

    /// The message, whose objects now belong to the caller.
    pub(crate) fn into_message(mut self) -> Option<Message> {
        self.0.take()
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        if let Some(message) = self.0.take() {
            release(message);
        }
    }
}

type Waiter = Box<dyn FnOnce(Event) + Send>;

#[derive(Default)]
struct Routes {
    answers: Mutex<HashMap<u64, Waiter>>,
    rooms: Mutex<HashMap<u64, Queued>>,
    readers: Mutex<HashMap<u64, Queued>>,
    video: Mutex<MediaRoutes>,
    audio: Mutex<MediaRoutes>,
}

/// A queue without a bound of its own, and what of peers waits in it.
#[derive(Clone)]
struct Queued {
    events: mpsc::UnboundedSender<Event>,
    load: Arc<Load>,
}

impl Queued {
    fn new(events: mpsc::UnboundedSender<Event>) -> Self {
        Self { events, load: Arc::default() }
    }
}

/// How many ends of streams are remembered for a registration that is under way.
const REMEMBERED_ENDS: usize = 64;

#[derive(Default)]
struct MediaRoutes {
    queues: HashMap<u64, Arc<Queue>>,
    /// Streams that ended while nobody was registered for them: before that, or after; the latest few.
    ended: VecDeque<u64>,
}

static ROUTES: LazyLock<Routes> = LazyLock::new(Routes::default);
static NEXT_ID: AtomicU64 = AtomicU64::new(1);

pub(super) fn expect_answer(waiter: impl FnOnce(Event) + Send + 'static) -> u64 {
    let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
    ROUTES.answers.lock().insert(id, Box::new(waiter));
    id
}

pub(super) fn forget_answer(id: u64) {
    let waiter = ROUTES.answers.lock().remove(&id);
    drop(waiter);
}

/// Routes to a room's receiver; removed when dropped.
pub(crate) struct RoomRoute {
    handles: Vec<u64>,
}

impl RoomRoute {
    /// Events for these handles (the room's, the local participant's for incoming RPC) go to `events`.
    pub(crate) fn new(handles: Vec<u64>, events: mpsc::UnboundedSender<Event>) -> Self {
        let queued = Queued::new(events);
        let mut rooms = ROUTES.rooms.lock();
        for handle in &handles {
            rooms.insert(*handle, queued.clone());
        }
        Self { handles }
    }
}

impl Drop for RoomRoute {
    fn drop(&mut self) {
        let removed: Vec<_> = {
            let mut rooms = ROUTES.rooms.lock();
            self.handles.iter().map(|handle| rooms.remove(handle)).collect()
        };
        drop(removed);
    }
}

/// One data-stream reader's events. Dropping it ends the route; the stream's end does so too.
pub(crate) struct ReaderEvents {
    handle: u64,
    events: mpsc::UnboundedReceiver<Event>,
}

impl ReaderEvents {
    /// The next event, or `None` after the stream's end or when too much of it waits. Cancel-safe.
    pub(crate) async fn recv(&mut self) -> Option<Event> {
        self.events.recv().await
    }
}

impl Drop for ReaderEvents {
    fn drop(&mut self) {
        let route = ROUTES.readers.lock().remove(&self.handle);
        drop(route);
    }
}

/// Registers for a data-stream reader's events, which begin after the request to read incrementally.
pub(crate) fn register_reader(handle: u64) -> ReaderEvents {
    let (tx, events) = mpsc::unbounded_channel();
    ROUTES.readers.lock().insert(handle, Queued::new(tx));
    ReaderEvents { handle, events }
}

/// A bounded queue of one media stream's events: when full, the **oldest** is dropped, so a slow reader gets the newest.
struct Queue {
    state: Mutex<QueueState>,
    ready: AtomicWaker,
    capacity: usize,
}

struct QueueState {
    events: VecDeque<Event>,
    ended: bool,
}

/// The receiving end of a media stream's queue. Dropping it ends the route.
pub(crate) struct MediaReceiver {
    handle: u64,
    queue: Arc<Queue>,
    routes: &'static Mutex<MediaRoutes>,
}

impl MediaReceiver {
    /// The next event, or `None` after the stream's end.
    pub(crate) fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<Message>> {
        // Registered before looking, so an event that comes in between wakes.
        self.queue.ready.register(cx.waker());
        let mut state = self.queue.state.lock();
        match state.events.pop_front() {
            Some(event) => Poll::Ready(event.into_message()),
            None if state.ended => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    /// What ends the stream from elsewhere: the library does not end it with its track.
    pub(crate) fn end(&self) -> MediaEnd {
        MediaEnd(Arc::downgrade(&self.queue))
    }
}

/// Ends a media stream, as long as there is one.
pub(crate) struct MediaEnd(Weak<Queue>);

impl MediaEnd {
    /// Whether there is a stream still.
    pub(crate) fn is_live(&self) -> bool {
        self.0.strong_count() > 0
    }

    /// Ends it; what waits in it is read before.
    pub(crate) fn end(&self) {
        if let Some(queue) = self.0.upgrade() {
            queue.state.lock().ended = true;
            queue.ready.wake();
        }
    }
}

impl Drop for MediaReceiver {
    fn drop(&mut self) {
        {
            let mut routes = self.routes.lock();
            routes.queues.remove(&self.handle);
        }
        let events = {
            let mut state = self.queue.state.lock();
            state.ended = true;
            std::mem::take(&mut state.events)
        };
        drop(events);
    }
}

/// Registers for a video stream's events: at most `capacity` frames are kept, the oldest is dropped.
pub(crate) fn register_video_stream(handle: u64, capacity: usize) -> MediaReceiver {
    register_media(&ROUTES.video, handle, capacity)
}

/// Registers for an audio stream's events: at most `capacity` frames are kept, the oldest is dropped.
pub(crate) fn register_audio_stream(handle: u64, capacity: usize) -> MediaReceiver {
    register_media(&ROUTES.audio, handle, capacity)
}

fn register_media(routes: &'static Mutex<MediaRoutes>, handle: u64, capacity: usize) -> MediaReceiver {
    let mut media = routes.lock();
    let capacity = capacity.max(1);
    let queue = Arc::new(Queue {
        state: Mutex::new(QueueState {
            events: VecDeque::with_capacity(capacity.min(64)),
            ended: media.ended.contains(&handle),
        }),
        ready: AtomicWaker::new(),
        capacity,
    });
    media.queues.insert(handle, queue.clone());
    MediaReceiver { handle, queue, routes }
}

fn route_media(routes: &Mutex<MediaRoutes>, handle: u64, event: Event, ended: bool) {
    let queue = {
        let mut media = routes.lock();
        let queue = media.queues.get(&handle).cloned();
        if queue.is_none() && ended {
            if media.ended.len() == REMEMBERED_ENDS {
                media.ended.pop_front();
            }
            media.ended.push_back(handle);
        }
        queue
    };
    let Some(queue) = queue else { return };
    let displaced = {
        let mut state = queue.state.lock();
        if ended {
            state.ended = true;
            Some(event)
        } else if state.ended {
            Some(event)
        } else {
            let oldest = (state.events.len() >= queue.capacity).then(|| state.events.pop_front()).flatten();
            state.events.push_back(event);
            oldest
        }
    };
    // Outside the lock: dropping an event calls the library.
    drop(displaced);
    queue.ready.wake();
}

/// Hands an event over. Runs on the library's threads, so it neither waits nor does anything long.
pub(crate) fn route(event: Event) {
    let Some(message) = &event.0 else { return };
    match message {
        Message::Logs(_) => {
            if let Some(Message::Logs(batch)) = event.into_message() {
                logs::forward(batch);
            }
        }
        Message::Panic(panic) => {
            tracing::error!("LiveKit's library panicked: {}", logs::redact(&panic.message));
        }
        Message::RoomEvent(room) => send_to_room(room.room_handle, of_peers(room), event),
        Message::RpcMethodInvocation(rpc) => {
            send_to_room(rpc.local_participant_handle, Some(rpc.payload.len()), event);
        }
        Message::TextStreamReaderEvent(reader) => {
            use proto::text_stream_reader_event::Detail;
            let (ended, bytes) = match &reader.detail {
                Some(Detail::ChunkReceived(chunk)) => (false, chunk.content.len()),
                detail => (matches!(detail, Some(Detail::Eos(_))), 0),
            };
            send_to_reader(reader.reader_handle, bytes, event, ended);
        }
        Message::ByteStreamReaderEvent(reader) => {
            use proto::byte_stream_reader_event::Detail;
            let (ended, bytes) = match &reader.detail {
                Some(Detail::ChunkReceived(chunk)) => (false, chunk.content.len()),
                detail => (matches!(detail, Some(Detail::Eos(_))), 0),
            };
            send_to_reader(reader.reader_handle, bytes, event, ended);
        }
        Message::VideoStreamEvent(video) => {
            let ended = matches!(video.message, Some(video_stream_event::Message::Eos(_)));
            route_media(&ROUTES.video, video.stream_handle, event, ended);
        }
        Message::AudioStreamEvent(audio) => {
            let ended = matches!(audio.message, Some(proto::audio_stream_event::Message::Eos(_)));
            route_media(&ROUTES.audio, audio.stream_handle, event, ended);
        }
        message => {
            let waiter = async_id(message).and_then(|id| ROUTES.answers.lock().remove(&id));
            if let Some(waiter) = waiter {
                waiter(event);
            }
        }
    }
}

/// How many bytes of a peer's an event carries, for those that may be lost: what is said of the room's state may not.
fn of_peers(room: &proto::RoomEvent) -> Option<usize> {
    use proto::{data_packet_received::Value, room_event};
    Some(match room.message.as_ref()? {
        room_event::Message::DataPacketReceived(packet) => match &packet.value {
            Some(Value::User(user)) => usize::try_from(user.data.data.data_len).unwrap_or(usize::MAX),
            _ => 0,
        },
        room_event::Message::ChatMessage(chat) => chat.message.message.len(),
        room_event::Message::TranscriptionReceived(transcription) => {
            transcription.segments.iter().map(|segment| segment.text.len()).sum()
        }
        room_event::Message::TextStreamOpened(_) | room_event::Message::ByteStreamOpened(_) => 0,
        _ => return None,
    })
}

/// Whether an event says again what others say: it is not even queued.
fn is_said_twice(message: Option<&Message>) -> bool {
    use proto::room_event::Message::{StreamChunkReceived, StreamHeaderReceived, StreamTrailerReceived};
    let Some(Message::RoomEvent(room)) = message else { return false };
    matches!(room.message, Some(StreamHeaderReceived(_) | StreamChunkReceived(_) | StreamTrailerReceived(_)))
}

/// Hands an event to its room. What peers send is dropped, the **newest** first, while too much of it waits already.
fn send_to_room(handle: u64, of_peers: Option<usize>, mut event: Event) {
    if is_said_twice(event.0.as_ref()) {
        return;
    }
    let Some(room) = ROUTES.rooms.lock().get(&handle).cloned() else { return };
    if let Some(bytes) = of_peers {
        event.1 = room.load.take(bytes);
        if event.1.is_none() {
            return;
        }
    }
    // A receiver that is gone gets nothing; the event drops what it holds.
    let _ = room.events.send(event);
}

/// Hands an event to a stream's reader. A stream of which too much waits ends there: without a part it is worth nothing.
fn send_to_reader(handle: u64, bytes: usize, mut event: Event, last: bool) {
    let reader = {
        let mut readers = ROUTES.readers.lock();
        if last { readers.remove(&handle) } else { readers.get(&handle).cloned() }
    };
    let Some(reader) = reader else { return };
    event.1 = reader.load.take(bytes);
    if event.1.is_none() && !last {
        let route = ROUTES.readers.lock().remove(&handle);
        drop(route);
        return;
    }
    let _ = reader.events.send(event);
}

fn async_id(message: &Message) -> Option<u64> {
    Some(match message {
        Message::Connect(m) => m.async_id,
        Message::Disconnect(m) => m.async_id,
        Message::Dispose(m) => m.async_id,
        Message::PublishTrack(m) => m.async_id,
        Message::UnpublishTrack(m) => m.async_id,
        Message::PublishData(m) => m.async_id,
        Message::PublishTranscription(m) => m.async_id,
        Message::CaptureAudioFrame(m) => m.async_id,
        Message::SetLocalMetadata(m) => m.async_id,
        Message::SetLocalName(m) => m.async_id,
        Message::SetLocalAttributes(m) => m.async_id,
        Message::GetStats(m) => m.async_id,
        Message::GetSessionStats(m) => m.async_id,
        Message::PublishSipDtmf(m) => m.async_id,
        Message::ChatMessage(m) => m.async_id,
        Message::PerformRpc(m) => m.async_id,
        Message::SendStreamHeader(m) => m.async_id,
        Message::SendStreamChunk(m) => m.async_id,
        Message::SendStreamTrailer(m) => m.async_id,
        Message::ByteStreamReaderReadAll(m) => m.async_id,
        Message::ByteStreamReaderWriteToFile(m) => m.async_id,
        Message::ByteStreamOpen(m) => m.async_id,
        Message::ByteStreamWriterWrite(m) => m.async_id,
        Message::ByteStreamWriterClose(m) => m.async_id,
        Message::SendFile(m) => m.async_id,
        Message::TextStreamReaderReadAll(m) => m.async_id,
        Message::TextStreamOpen(m) => m.async_id,
        Message::TextStreamWriterWrite(m) => m.async_id,
        Message::TextStreamWriterClose(m) => m.async_id,
        Message::SendText(m) => m.async_id,
        Message::SendBytes(m) => m.async_id,
        Message::PublishDataTrack(m) => m.async_id,
        Message::SimulateScenario(m) => m.async_id,
        Message::DefineSchema(m) => m.async_id,
        Message::GetSchema(m) => m.async_id,
        Message::NewCaptureSource(m) => m.async_id,
        _ => return None,
    })
}

/// Drops every object that a message hands over.
fn release(message: Message) {
    use proto::{connect_callback, data_packet_received, room_event};
    let mut owned: Vec<FfiOwnedHandle> = Vec::new();
    match message {
        Message::VideoStreamEvent(event) => {
            if let Some(video_stream_event::Message::FrameReceived(frame)) = event.message {
                owned.push(frame.buffer.handle);
            }
        }
        Message::AudioStreamEvent(event) => {
            if let Some(proto::audio_stream_event::Message::FrameReceived(frame)) = event.message {
                owned.push(frame.frame.handle);
            }
        }
        Message::RoomEvent(event) => match event.message {
            Some(room_event::Message::ParticipantConnected(m)) => owned.push(m.info.handle),
            Some(room_event::Message::TrackPublished(m)) => owned.push(m.publication.handle),
            Some(room_event::Message::TrackSubscribed(m)) => owned.push(m.track.handle),
            Some(room_event::Message::ByteStreamOpened(m)) => owned.push(m.reader.handle),
            Some(room_event::Message::TextStreamOpened(m)) => owned.push(m.reader.handle),
            Some(room_event::Message::DataTrackPublished(m)) => owned.push(m.track.handle),
            Some(room_event::Message::DataPacketReceived(m)) => {
                if let Some(data_packet_received::Value::User(user)) = m.value {
                    owned.push(user.data.handle);
                }
            }
            _ => {}
        },
        Message::Connect(m) => {
            if let Some(connect_callback::Message::Result(result)) = m.message {
                leave(Arc::new(FfiHandle::new(result.room.handle)), false);
                owned.push(result.local_participant.handle);
                for entry in result.participants {
                    owned.push(entry.participant.handle);
                    owned.extend(entry.publications.into_iter().map(|publication| publication.handle));
                }
            }
        }
        Message::PublishTrack(m) => {
            if let Some(proto::publish_track_callback::Message::Publication(publication)) = m.message {
                owned.push(publication.handle);
            }
        }
        Message::ByteStreamOpen(m) => {
            if let Some(proto::byte_stream_open_callback::Result::Writer(writer)) = m.result {
                owned.push(writer.handle);
            }
        }
        Message::TextStreamOpen(m) => {
            if let Some(proto::text_stream_open_callback::Result::Writer(writer)) = m.result {
                owned.push(writer.handle);
            }
        }
        Message::PublishDataTrack(m) => {
            if let Some(proto::publish_data_track_callback::Result::Track(track)) = m.result {
                owned.push(track.handle);
            }
        }
        Message::NewCaptureSource(m) => {
            if let Some(proto::new_capture_source_callback::Message::Source(source)) = m.message {
                owned.push(source.info.video_source.handle);
                owned.push(source.handle);
            }
        }
        _ => {}
    }
    for handle in owned {
        drop(FfiHandle::new(handle));
    }
}

/// Leaves a room that nobody owns any more, and drops it when it is left. On a thread of its own, since it may be called
/// from one of the library's.
pub(crate) fn leave(room: Arc<FfiHandle>, events_released: bool) {
    let leaving = std::thread::Builder::new().name("livekit-leave".into()).spawn(move || {
        let room_handle = room.id();
        // The library ends a room only after it could hand over the room's events.
        if !events_released {
            let request = proto::ReadyForRoomEventRequest { room_handle };
            if let Err(error) = client::request(ffi_request::Message::ReadyForRoomEvent(request)) {
                tracing::debug!(%error, "a room's events could not be released");
            }
        }
        let request = |id| {
            ffi_request::Message::Disconnect(proto::DisconnectRequest {
                room_handle,
                request_async_id: Some(id),
                reason: None,
            })
        };
        client::call_detached(request, room);
    });
    if let Err(error) = leaving {
        tracing::warn!(%error, "a room could not be left");
    }
}
