//! Rooms: joining one, and being in it.

use std::{
    collections::HashMap,
    fmt::{self, Debug, Formatter},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use livekit_data_stream::backend as streams_backend;
use parking_lot::{Mutex, RwLock};
use tokio::{
    sync::{mpsc, watch},
    task::{JoinHandle, JoinSet},
};

use self::{error::check_engine, session::RoomSession, task::Sources};
use crate::{
    ffi::{
        self, FfiError, FfiHandle,
        events::RoomRoute,
        proto::{self, connect_callback, ffi_event, ffi_request},
    },
    publication::RemoteTrackPublication,
    rtc_engine::{EngineError, EngineResult, SessionStats},
    webrtc::stats::RtcStats,
};

mod data;
mod dispatch;
pub mod e2ee;
pub(crate) mod error;
mod event;
pub mod id;
pub mod options;
pub mod participant;
pub mod publication;
mod room_options;
pub(crate) mod session;
mod streams;
mod take_cell;
mod task;
pub mod track;
mod unread;

pub use data::*;
pub use error::{RoomError, RoomResult};
pub use event::RoomEvent;
pub use livekit_data_stream as data_stream;
pub use livekit_data_stream::api::*;
pub use livekit_protocol::DisconnectReason;
pub use room_options::*;
pub use take_cell::TakeCell;

pub use self::{
    e2ee::{E2eeOptions, manager::E2eeManager},
    id::*,
    participant::{
        ClientCapability, LocalParticipant, ParticipantKind, ParticipantKindDetail, ParticipantState, RemoteParticipant,
    },
};
pub use crate::rtc_engine::SimulateScenario;

/// How long the library may take to end a room's events after it left the room.
const END_OF_EVENTS: Duration = Duration::from_secs(5);

/// A room that was joined. Dropping it leaves the room.
pub struct Room {
    inner: Arc<RoomSession>,
    stop: watch::Sender<Option<DisconnectReason>>,
    task: Mutex<Option<JoinHandle<()>>>,
    single_peer_connection: bool,
}

impl Room {
    /// Joins a room. The receiver gets every event from [`RoomEvent::Connected`] on, however late it is read.
    ///
    /// Must be called within a tokio runtime, which then runs the room.
    ///
    /// # Errors
    ///
    /// [`RoomError::Internal`] if LiveKit's library is missing, is not the published one, or the options make no sense;
    /// [`RoomError::Engine`] if the server cannot be reached or refuses the token (the text has the HTTP status).
    pub async fn connect(
        url: &str,
        token: &str,
        mut options: RoomOptions,
    ) -> RoomResult<(Self, mpsc::UnboundedReceiver<RoomEvent>)> {
        ffi::load().map_err(FfiError::from)?;
        check_address(url, token)?;
        let (encryption, encrypt_data) = options.take_encryption();
        let library_options = options.to_proto(encryption.as_ref(), encrypt_data).map_err(RoomError::Internal)?;
        let request = |id| {
            ffi_request::Message::Connect(proto::ConnectRequest {
                url: url.to_owned(),
                token: token.to_owned(),
                options: library_options,
                request_async_id: Some(id),
            })
        };
        let ffi_event::Message::Connect(answer) = ffi::call(request).await? else {
            return Err(FfiError::Unexpected.into());
        };
        let result = match answer.message {
            Some(connect_callback::Message::Result(result)) => result,
            Some(connect_callback::Message::Error(error)) => return Err(RoomError::from_library(error)),
            None => return Err(FfiError::Unexpected.into()),
        };
        Self::joined(result, token, options, encryption, encrypt_data)
    }

    /// Everything from here on is done at once, so that nothing the library gave is lost when the caller gives up.
    fn joined(
        result: connect_callback::Result,
        token: &str,
        options: RoomOptions,
        encryption: Option<E2eeOptions>,
        encrypt_data: bool,
    ) -> RoomResult<(Self, mpsc::UnboundedReceiver<RoomEvent>)> {
        let handle = Arc::new(FfiHandle::new(result.room.handle));
        let info = RoomInfo::from_library(result.room.info, ConnectionState::Disconnected);
        let local_participant = LocalParticipant::new(result.local_participant);
        let participants_with_tracks: Vec<(RemoteParticipant, Vec<RemoteTrackPublication>)> = result
            .participants
            .into_iter()
            .map(|entry| {
                let participant = RemoteParticipant::new(entry.participant);
                let publications: Vec<_> = entry
                    .publications
                    .into_iter()
                    .map(|publication| RemoteTrackPublication::new(publication, options.auto_subscribe))
                    .collect();
                publications.iter().for_each(|publication| participant.add_publication(publication.clone()));
                (participant, publications)
            })
            .collect();
        let remote_participants =
            participants_with_tracks.iter().map(|(participant, _)| (participant.identity(), participant.clone()));

        let (incoming_manager, incoming, streams) =
            streams_backend::incoming::Manager::new(options.data_stream.max_payload_byte_length);
        let (outgoing, packets) = streams_backend::outgoing::Manager::new();
        let session = Arc::new(RoomSession {
            sid: watch::Sender::new(info.sid.clone()),
            info: RwLock::new(info),
            token: RwLock::new(token.to_owned()),
            auto_subscribe: options.auto_subscribe,
            remote_participants: RwLock::new(remote_participants.collect()),
            e2ee_manager: E2eeManager::new(&handle, encryption, encrypt_data),
            outgoing,
            incoming,
            rpc_handlers: RwLock::default(),
            listeners: Mutex::default(),
            unread: Mutex::default(),
            disconnected: AtomicBool::new(false),
            left: AtomicBool::new(false),
            local_participant,
            handle,
        });
        session.local_participant.set_session(Arc::downgrade(&session));

        let (tx, events) = mpsc::unbounded_channel();
        let route = RoomRoute::new(vec![session.handle.id(), session.local_participant.inner().handle.id()], tx);
        let listener = session.listen();
        session.emit(RoomEvent::Connected { participants_with_tracks });
        session.set_state(ConnectionState::Connected);

        let mut tasks = JoinSet::new();
        tasks.spawn(incoming_manager.run());
        tasks.spawn(streams::send_packets(session.local_participant.clone(), packets));
        let (stop, stopped) = watch::channel(None);
        let sources = Sources { events, _route: route, streams, stop: stopped, tasks };
        let task = tokio::spawn(task::run(session.clone(), sources));
        let room_handle = session.handle.id();
        let room = Self {
            inner: session,
            stop,
            task: Mutex::new(Some(task)),
            single_peer_connection: options.single_peer_connection,
        };
        // The library holds its events back until now.
        ffi::request(ffi_request::Message::ReadyForRoomEvent(proto::ReadyForRoomEventRequest { room_handle }))?;
        Ok((room, listener))
    }

    /// Leaves the room.
    ///
    /// # Errors
    ///
    /// [`RoomError::AlreadyClosed`] if it was left before, by whichever side.
    pub async fn close(&self) -> RoomResult<()> {
        self.close_with_reason(DisconnectReason::ClientInitiated).await
    }

    /// Leaves the room and says why.
    ///
    /// # Errors
    ///
    /// [`RoomError::AlreadyClosed`] if it was left before, by whichever side.
    pub async fn close_with_reason(&self, reason: DisconnectReason) -> RoomResult<()> {
        if self.inner.left.swap(true, Ordering::Relaxed) {
            return Err(RoomError::AlreadyClosed);
        }
        let task = self.task.lock().take();
        let request = |id| {
            ffi_request::Message::Disconnect(proto::DisconnectRequest {
                room_handle: self.inner.handle.id(),
                request_async_id: Some(id),
                reason: Some(proto::DisconnectReason::from(participant::DisconnectReason::from(reason)).into()),
            })
        };
        let answer = ffi::call(request).await;
        if let Some(mut task) = task
            && tokio::time::timeout(END_OF_EVENTS, &mut task).await.is_err()
        {
            tracing::warn!("the library did not end the room's events");
            self.stop.send_replace(Some(reason));
            // A panic in the task was reported when it happened.
            let _ = task.await;
        }
        answer?;
        Ok(())
    }

    /// Makes a failure happen, for tests.
    pub async fn simulate_scenario(&self, scenario: SimulateScenario) -> EngineResult<()> {
        let request = |id| {
            ffi_request::Message::SimulateScenario(proto::SimulateScenarioRequest {
                room_handle: self.inner.handle.id(),
                scenario: proto::SimulateScenarioKind::from(scenario).into(),
                request_async_id: Some(id),
            })
        };
        match ffi::call(request).await? {
            ffi_event::Message::SimulateScenario(answer) => check_engine(answer.error),
            _ => Err(FfiError::Unexpected.into()),
        }
    }

    /// The statistics of all that is sent and received.
    pub async fn get_stats(&self) -> EngineResult<SessionStats> {
        let request = |id| {
            ffi_request::Message::GetSessionStats(proto::GetSessionStatsRequest {
                room_handle: self.inner.handle.id(),
                request_async_id: Some(id),
            })
        };
        let ffi_event::Message::GetSessionStats(answer) = ffi::call(request).await? else {
            return Err(FfiError::Unexpected.into());
        };
        let stats = |stats: Vec<proto::RtcStats>| stats.into_iter().filter_map(RtcStats::from_proto).collect();
        match answer.message {
            Some(proto::get_session_stats_callback::Message::Result(result)) => Ok(SessionStats {
                publisher_stats: stats(result.publisher_stats),
                subscriber_stats: stats(result.subscriber_stats),
            }),
            Some(proto::get_session_stats_callback::Message::Error(error)) => Err(EngineError::Internal(error.into())),
            None => Err(FfiError::Unexpected.into()),
        }
    }

    /// Another receiver of all events from now on.
    pub fn subscribe(&self) -> mpsc::UnboundedReceiver<RoomEvent> {
        self.inner.listen()
    }

    /// The room's identifier, as soon as the server told it.
    pub async fn sid(&self) -> RoomSid {
        let mut sid = self.inner.sid.subscribe();
        // The sender lives as long as `self`.
        let known = sid.wait_for(Option::is_some).await.ok().and_then(|sid| sid.clone());
        known.unwrap_or_default()
    }

    /// The room's identifier, if the server told it.
    pub fn maybe_sid(&self) -> Option<RoomSid> {
        self.inner.info.read().sid.clone()
    }

    /// The room's name.
    pub fn name(&self) -> String {
        self.inner.info.read().name.clone()
    }

    /// The token to connect again with: the first, or the latest that the server gave.
    pub fn token(&self) -> String {
        self.inner.token.read().clone()
    }

    /// The room's free text.
    pub fn metadata(&self) -> String {
        self.inner.info.read().metadata.clone()
    }

    /// Oneself.
    pub fn local_participant(&self) -> LocalParticipant {
        self.inner.local_participant.clone()
    }

    /// How it stands with the connection.
    pub fn connection_state(&self) -> ConnectionState {
        self.inner.info.read().state
    }

    /// Whether one peer connection was asked for. The library does not tell whether the server went along.
    pub fn is_single_peer_connection_active(&self) -> bool {
        self.single_peer_connection
    }

    /// The others.
    pub fn remote_participants(&self) -> HashMap<ParticipantIdentity, RemoteParticipant> {
        self.inner.remote_participants.read().clone()
    }

    /// The room's encryption.
    pub fn e2ee_manager(&self) -> &E2eeManager {
        &self.inner.e2ee_manager
    }

    /// The options of a data channel.
    pub fn data_channel_options(&self, kind: DataPacketKind) -> DataChannelOptions {
        DataChannelOptions { buffered_amount_low_threshold: self.inner.threshold(kind) }
    }

    /// How long the room stays before anyone came, in seconds.
    pub fn empty_timeout(&self) -> u32 {
        self.inner.info.read().empty_timeout
    }

    /// How long the room stays after everyone left, in seconds.
    pub fn departure_timeout(&self) -> u32 {
        self.inner.info.read().departure_timeout
    }

    /// How many may be in the room; 0: any number.
    pub fn max_participants(&self) -> u32 {
        self.inner.info.read().max_participants
    }

    /// When the room was made, in milliseconds since 1970.
    pub fn creation_time(&self) -> i64 {
        self.inner.info.read().creation_time
    }

    /// How many are in the room, as the server last said.
    pub fn num_participants(&self) -> u32 {
        self.inner.info.read().num_participants
    }

    /// How many publish, as the server last said.
    pub fn num_publishers(&self) -> u32 {
        self.inner.info.read().num_publishers
    }

    /// Whether the room is being recorded.
    pub fn active_recording(&self) -> bool {
        self.inner.info.read().active_recording
    }
}

impl Debug for Room {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room")
            .field("sid", &self.maybe_sid())
            .field("name", &self.name())
            .field("connection_state", &self.connection_state())
            .finish()
    }
}

/// Refuses what the library could not take: an address without scheme or host, a token that fits in no HTTP header.
fn check_address(url: &str, token: &str) -> RoomResult<()> {
    let host = ["ws://", "wss://", "http://", "https://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    let problem = if host.is_none_or(|host| host.is_empty() || host.starts_with(['/', ':', '?'])) {
        "failed to parse the url: it has no scheme ws or wss, or no host"
    } else if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        "access token has invalid characters"
    } else {
        return Ok(());
    };
    Err(EngineError::Connection(problem.into()).into())
}
