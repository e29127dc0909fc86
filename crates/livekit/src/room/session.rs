//! The state of one room, which events keep up to date and everyone reads.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use livekit_common::{ClientCapability, RemoteParticipantRegistry};
use livekit_data_stream::backend as streams;
use parking_lot::{Mutex, RwLock};
use tokio::sync::{mpsc, watch};

use crate::{
    ffi::{FfiHandle, events},
    id::{ParticipantIdentity, RoomSid},
    participant::{LocalParticipant, Participant, RemoteParticipant, RpcError, RpcInvocationData},
    room::{
        ConnectionState, DataPacketKind, DisconnectReason, RoomEvent, RoomInfo, e2ee::manager::E2eeManager,
        room_options::DataChannelOptions, unread::Unread,
    },
};

type RpcFuture = Pin<Box<dyn Future<Output = Result<String, RpcError>> + Send>>;
pub(crate) type RpcHandler = Arc<dyn Fn(RpcInvocationData) -> RpcFuture + Send + Sync>;

/// The state of one room. When the last owner drops it, the room is left.
pub(crate) struct RoomSession {
    pub(super) handle: Arc<FfiHandle>,
    pub(super) info: RwLock<RoomInfo>,
    pub(super) sid: watch::Sender<Option<RoomSid>>,
    pub(super) token: RwLock<String>,
    pub(super) auto_subscribe: bool,
    pub(super) local_participant: LocalParticipant,
    pub(super) remote_participants: RwLock<HashMap<ParticipantIdentity, RemoteParticipant>>,
    pub(super) e2ee_manager: E2eeManager,
    pub(crate) outgoing: streams::outgoing::Manager,
    pub(super) incoming: streams::incoming::ManagerInput,
    pub(crate) rpc_handlers: RwLock<HashMap<String, RpcHandler>>,
    pub(super) listeners: Mutex<Vec<mpsc::UnboundedSender<RoomEvent>>>,
    /// What listeners were handed of data packets and have not let go of.
    pub(super) unread: Mutex<Unread>,
    /// `Disconnected` was handed on; nothing follows it.
    pub(super) disconnected: AtomicBool,
    /// The library left the room, or is asked to.
    pub(super) left: AtomicBool,
}

impl RoomSession {
    /// A receiver of all events from now on; of none once the room is left.
    pub(super) fn listen(&self) -> mpsc::UnboundedReceiver<RoomEvent> {
        let (tx, rx) = mpsc::unbounded_channel();
        let mut listeners = self.listeners.lock();
        if !self.disconnected.load(Ordering::Relaxed) {
            listeners.push(tx);
        }
        rx
    }

    /// Hands an event to every listener that is still there.
    pub(super) fn emit(&self, event: RoomEvent) {
        let mut listeners = self.listeners.lock();
        let Some((last, rest)) = listeners.split_last() else { return };
        let gone = rest.iter().filter(|listener| listener.send(event.clone()).is_err()).count();
        if last.send(event).is_err() || gone > 0 {
            listeners.retain(|listener| !listener.is_closed());
        }
    }

    /// Notes the state and tells it. `false` if it is that already, or the end was before.
    pub(super) fn set_state(&self, state: ConnectionState) -> bool {
        if self.disconnected.load(Ordering::Relaxed) {
            return false;
        }
        if std::mem::replace(&mut self.info.write().state, state) == state {
            return false;
        }
        self.emit(RoomEvent::ConnectionStateChanged(state));
        true
    }

    /// The end: told once, then no listener hears anything.
    pub(super) fn end(&self, reason: DisconnectReason) {
        self.set_state(ConnectionState::Disconnected);
        if self.disconnected.swap(true, Ordering::Relaxed) {
            return;
        }
        self.emit(RoomEvent::Disconnected { reason });
    }

    /// Whether the room was left, by whichever side.
    pub(crate) fn has_ended(&self) -> bool {
        self.disconnected.load(Ordering::Relaxed) || self.left.load(Ordering::Relaxed)
    }

    pub(super) fn remote(&self, identity: &str) -> Option<RemoteParticipant> {
        self.remote_participants.read().get(&ParticipantIdentity::from(identity)).cloned()
    }

    pub(super) fn participant(&self, identity: &str) -> Option<Participant> {
        if self.local_participant.identity().as_str() == identity {
            return Some(Participant::Local(self.local_participant.clone()));
        }
        self.remote(identity).map(Participant::Remote)
    }

    fn channel(info: &mut RoomInfo, kind: DataPacketKind) -> &mut DataChannelOptions {
        match kind {
            DataPacketKind::Lossy => &mut info.lossy_dc_options,
            DataPacketKind::Reliable => &mut info.reliable_dc_options,
        }
    }

    pub(crate) fn set_threshold(&self, kind: DataPacketKind, threshold: u64) {
        Self::channel(&mut self.info.write(), kind).buffered_amount_low_threshold = threshold;
    }

    pub(crate) fn threshold(&self, kind: DataPacketKind) -> u64 {
        Self::channel(&mut self.info.write(), kind).buffered_amount_low_threshold
    }
}

impl Drop for RoomSession {
    fn drop(&mut self) {
        if !self.left.swap(true, Ordering::Relaxed) {
            events::leave(self.handle.clone(), true);
        }
    }
}

/// Streams are sent in the plain form that every client takes: the library's requests have no fields for the newer one.
impl RemoteParticipantRegistry for RoomSession {
    fn remote_client_protocol(&self, _identity: &ParticipantIdentity) -> i32 {
        livekit_common::CLIENT_PROTOCOL_DEFAULT
    }

    fn remote_capabilities(&self, _identity: &ParticipantIdentity) -> Vec<ClientCapability> {
        Vec::new()
    }

    fn remote_identities(&self) -> Vec<ParticipantIdentity> {
        self.remote_participants.read().keys().cloned().collect()
    }
}
