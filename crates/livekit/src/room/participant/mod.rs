//! Participants: oneself and the others.

use std::collections::HashMap;

use livekit_common::enum_dispatch;
use livekit_protocol as protocol;
use parking_lot::RwLock;

pub use livekit_common::ClientCapability;

use crate::{
    ffi::{FfiHandle, proto},
    id::{ParticipantIdentity, ParticipantSid, TrackSid},
    publication::TrackPublication,
};

mod convert;
mod local_participant;
mod publishing;
mod remote_participant;
mod rpc;

pub use local_participant::*;
pub use remote_participant::*;
pub use rpc::*;

pub(crate) use convert::permission_from_library;

/// How good a participant's connection is.
#[derive(Debug, Clone, Copy, Eq, PartialEq)]
pub enum ConnectionQuality {
    /// Nothing is lost.
    Excellent,
    /// Little is lost.
    Good,
    /// Much is lost.
    Poor,
    /// There is none.
    Lost,
}

/// How far a participant is into the room.
#[derive(Debug, Clone, Copy, Eq, PartialEq)]
pub enum ParticipantState {
    /// On the way.
    Joining,
    /// There, media not yet.
    Joined,
    /// There with media.
    Active,
    /// Gone.
    Disconnected,
}

/// What kind of participant it is.
#[derive(Debug, Clone, Copy, Eq, PartialEq)]
pub enum ParticipantKind {
    /// A person's app.
    Standard,
    /// A stream brought in.
    Ingress,
    /// A recording or stream out.
    Egress,
    /// A telephone.
    Sip,
    /// A program.
    Agent,
    /// A connector to another service.
    Connector,
    /// A bridge to another protocol.
    Bridge,
}

/// More on the kind.
#[derive(Debug, Clone, Copy, Eq, PartialEq)]
pub enum ParticipantKindDetail {
    /// An agent in LiveKit's cloud.
    CloudAgent,
    /// Forwarded from another room.
    Forwarded,
    /// WhatsApp.
    ConnectorWhatsapp,
    /// Twilio.
    ConnectorTwilio,
    /// RTSP.
    BridgeRtsp,
    /// Simulated.
    Simulation,
}

/// Why a connection ended.
#[derive(Debug, Clone, Copy, Eq, PartialEq)]
pub enum DisconnectReason {
    /// Not said.
    UnknownReason,
    /// This side closed it.
    ClientInitiated,
    /// Someone joined with the same identity.
    DuplicateIdentity,
    /// The server is shutting down.
    ServerShutdown,
    /// Removed by the room's service.
    ParticipantRemoved,
    /// The room was deleted.
    RoomDeleted,
    /// The server and this side disagree on where they are.
    StateMismatch,
    /// Joining failed.
    JoinFailure,
    /// Moved to another node.
    Migration,
    /// The signal connection closed.
    SignalClose,
    /// Everyone left, so the room was closed.
    RoomClosed,
    /// The called did not answer.
    UserUnavailable,
    /// The called declined.
    UserRejected,
    /// The telephone trunk failed.
    SipTrunkFailure,
    /// Nothing was heard for too long.
    ConnectionTimeout,
    /// Media failed.
    MediaFailure,
    /// The agent failed.
    AgentError,
}

/// Oneself or another.
#[derive(Debug, Clone)]
pub enum Participant {
    /// Oneself.
    Local(LocalParticipant),
    /// Another.
    Remote(RemoteParticipant),
}

#[allow(missing_docs)] // The methods are documented at the participants' types.
impl Participant {
    enum_dispatch!(
        [Local, Remote];
        pub fn sid(self: &Self) -> ParticipantSid;
        pub fn identity(self: &Self) -> ParticipantIdentity;
        pub fn name(self: &Self) -> String;
        pub fn state(self: &Self) -> ParticipantState;
        pub fn metadata(self: &Self) -> String;
        pub fn attributes(self: &Self) -> HashMap<String, String>;
        pub fn is_speaking(self: &Self) -> bool;
        pub fn audio_level(self: &Self) -> f32;
        pub fn connection_quality(self: &Self) -> ConnectionQuality;
        pub fn kind(self: &Self) -> ParticipantKind;
        pub fn kind_details(self: &Self) -> Vec<ParticipantKindDetail>;
        pub fn disconnect_reason(self: &Self) -> DisconnectReason;
        pub fn joined_at(self: &Self) -> i64;
        pub fn is_encrypted(self: &Self) -> bool;
        pub fn permission(self: &Self) -> Option<protocol::ParticipantPermission>;
        pub fn client_protocol(self: &Self) -> i32;
        pub(crate) fn inner(self: &Self) -> &ParticipantInner;
    );

    pub fn track_publications(&self) -> HashMap<TrackSid, TrackPublication> {
        self.inner().publications.read().clone()
    }
}

/// Who may subscribe to which of one's tracks.
#[derive(Clone)]
pub struct ParticipantTrackPermission {
    /// Who.
    pub participant_identity: ParticipantIdentity,
    /// To all of them.
    pub allow_all: bool,
    /// To these.
    pub allowed_track_sids: Vec<TrackSid>,
}

pub(crate) struct ParticipantInfo {
    pub sid: ParticipantSid,
    pub identity: ParticipantIdentity,
    pub name: String,
    pub state: ParticipantState,
    pub metadata: String,
    pub attributes: HashMap<String, String>,
    pub speaking: bool,
    pub connection_quality: ConnectionQuality,
    pub kind: ParticipantKind,
    pub kind_details: Vec<ParticipantKindDetail>,
    pub disconnect_reason: DisconnectReason,
    pub joined_at: i64,
    pub encrypted: bool,
    pub permission: Option<protocol::ParticipantPermission>,
    pub client_protocol: i32,
}

/// What participants of both sides are made of.
pub(crate) struct ParticipantInner {
    pub(crate) handle: FfiHandle,
    pub(crate) info: RwLock<ParticipantInfo>,
    pub(crate) publications: RwLock<HashMap<TrackSid, TrackPublication>>,
}

impl ParticipantInner {
    pub(crate) fn new(owned: proto::OwnedParticipant) -> Self {
        Self {
            handle: FfiHandle::new(owned.handle),
            info: RwLock::new(ParticipantInfo::from_library(owned.info)),
            publications: RwLock::default(),
        }
    }

    /// Takes over all that the server says of the participant; what only this side knows stays.
    pub(crate) fn update(&self, info: proto::ParticipantInfo) {
        let mut now = self.info.write();
        let new = ParticipantInfo::from_library(info);
        let (speaking, encrypted, quality) = (now.speaking, now.encrypted, now.connection_quality);
        *now = ParticipantInfo { speaking, encrypted, connection_quality: quality, ..new };
    }
}

/// The methods that participants of both sides have.
macro_rules! participant_methods {
    ($name:ident, $publication:ident, $variant:ident) => {
        impl $name {
            /// The identifier of this connection.
            pub fn sid(&self) -> crate::id::ParticipantSid {
                self.inner.info.read().sid.clone()
            }

            /// Who it is; unique in the room.
            pub fn identity(&self) -> crate::id::ParticipantIdentity {
                self.inner.info.read().identity.clone()
            }

            /// The name to show.
            pub fn name(&self) -> String {
                self.inner.info.read().name.clone()
            }

            /// How far it is into the room.
            pub fn state(&self) -> super::ParticipantState {
                self.inner.info.read().state
            }

            /// Free text that the application attached.
            pub fn metadata(&self) -> String {
                self.inner.info.read().metadata.clone()
            }

            /// Free keys and values that the application attached.
            pub fn attributes(&self) -> std::collections::HashMap<String, String> {
                self.inner.info.read().attributes.clone()
            }

            /// Whether it speaks now, as the server hears it.
            pub fn is_speaking(&self) -> bool {
                self.inner.info.read().speaking
            }

            /// How loud it is, 0 to 1. The library reports who speaks and not how loud: 1 while speaking, else 0.
            pub fn audio_level(&self) -> f32 {
                f32::from(u8::from(self.inner.info.read().speaking))
            }

            /// How good its connection is.
            pub fn connection_quality(&self) -> super::ConnectionQuality {
                self.inner.info.read().connection_quality
            }

            /// What kind of participant it is.
            pub fn kind(&self) -> super::ParticipantKind {
                self.inner.info.read().kind
            }

            /// More on the kind.
            pub fn kind_details(&self) -> Vec<super::ParticipantKindDetail> {
                self.inner.info.read().kind_details.clone()
            }

            /// Why it left.
            pub fn disconnect_reason(&self) -> super::DisconnectReason {
                self.inner.info.read().disconnect_reason
            }

            /// When it joined, in milliseconds since 1970.
            pub fn joined_at(&self) -> i64 {
                self.inner.info.read().joined_at
            }

            /// Whether all that it sends is encrypted end to end.
            pub fn is_encrypted(&self) -> bool {
                self.inner.info.read().encrypted
            }

            /// What it may do.
            pub fn permission(&self) -> Option<livekit_protocol::ParticipantPermission> {
                self.inner.info.read().permission.clone()
            }

            /// The version of the client protocol that it speaks.
            pub fn client_protocol(&self) -> i32 {
                self.inner.info.read().client_protocol
            }

            /// All that it publishes.
            pub fn track_publications(
                &self,
            ) -> std::collections::HashMap<crate::id::TrackSid, crate::publication::$publication> {
                let publications = self.inner.publications.read();
                let own = publications.iter().filter_map(|(sid, publication)| match publication {
                    crate::publication::TrackPublication::$variant(publication) => {
                        Some((sid.clone(), publication.clone()))
                    }
                    _ => None,
                });
                own.collect()
            }

            /// What it publishes under this identifier.
            pub fn get_track_publication(&self, sid: &crate::id::TrackSid) -> Option<crate::publication::$publication> {
                match self.inner.publications.read().get(sid) {
                    Some(crate::publication::TrackPublication::$variant(publication)) => Some(publication.clone()),
                    _ => None,
                }
            }

            pub(crate) fn inner(&self) -> &super::ParticipantInner {
                &self.inner
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("sid", &self.sid())
                    .field("identity", &self.identity())
                    .field("name", &self.name())
                    .field("state", &self.state())
                    .finish()
            }
        }
    };
}
pub(crate) use participant_methods;
