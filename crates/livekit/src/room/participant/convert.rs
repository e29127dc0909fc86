//! The library's words for participants, and ours.

use livekit_protocol as protocol;

use super::{
    ConnectionQuality, DisconnectReason, ParticipantInfo, ParticipantKind, ParticipantKindDetail, ParticipantState,
};
use crate::{ffi::proto, id::ParticipantSid};

impl ParticipantInfo {
    pub(crate) fn from_library(info: proto::ParticipantInfo) -> Self {
        Self {
            state: info.state().into(),
            kind: info.kind().into(),
            kind_details: info.kind_details().map(Into::into).collect(),
            disconnect_reason: info.disconnect_reason().into(),
            sid: ParticipantSid::from_library(info.sid),
            identity: info.identity.into(),
            name: info.name,
            metadata: info.metadata,
            attributes: info.attributes,
            speaking: false,
            connection_quality: ConnectionQuality::Excellent,
            joined_at: info.joined_at,
            encrypted: false,
            permission: info.permission.map(permission_from_library),
            client_protocol: info.client_protocol,
        }
    }
}

/// The track sources have the same numbers in both protocols.
pub(crate) fn permission_from_library(permission: proto::ParticipantPermission) -> protocol::ParticipantPermission {
    protocol::ParticipantPermission {
        can_subscribe: permission.can_subscribe,
        can_publish: permission.can_publish,
        can_publish_data: permission.can_publish_data,
        can_publish_sources: permission.can_publish_sources,
        hidden: permission.hidden,
        can_update_metadata: permission.can_update_metadata,
        can_subscribe_metrics: permission.can_subscribe_metrics,
        can_manage_agent_session: permission.can_manage_agent_session,
        ..Default::default()
    }
}

impl From<proto::ConnectionQuality> for ConnectionQuality {
    fn from(quality: proto::ConnectionQuality) -> Self {
        match quality {
            proto::ConnectionQuality::QualityExcellent => Self::Excellent,
            proto::ConnectionQuality::QualityGood => Self::Good,
            proto::ConnectionQuality::QualityPoor => Self::Poor,
            proto::ConnectionQuality::QualityLost => Self::Lost,
        }
    }
}

impl From<proto::ParticipantState> for ParticipantState {
    fn from(state: proto::ParticipantState) -> Self {
        match state {
            proto::ParticipantState::Joining => Self::Joining,
            proto::ParticipantState::Joined => Self::Joined,
            proto::ParticipantState::Active => Self::Active,
            proto::ParticipantState::Disconnected => Self::Disconnected,
        }
    }
}

impl From<proto::ParticipantKind> for ParticipantKind {
    fn from(kind: proto::ParticipantKind) -> Self {
        match kind {
            proto::ParticipantKind::Standard => Self::Standard,
            proto::ParticipantKind::Ingress => Self::Ingress,
            proto::ParticipantKind::Egress => Self::Egress,
            proto::ParticipantKind::Sip => Self::Sip,
            proto::ParticipantKind::Agent => Self::Agent,
            proto::ParticipantKind::Connector => Self::Connector,
            proto::ParticipantKind::Bridge => Self::Bridge,
        }
    }
}

impl From<proto::ParticipantKindDetail> for ParticipantKindDetail {
    fn from(detail: proto::ParticipantKindDetail) -> Self {
        match detail {
            proto::ParticipantKindDetail::CloudAgent => Self::CloudAgent,
            proto::ParticipantKindDetail::Forwarded => Self::Forwarded,
            proto::ParticipantKindDetail::ConnectorWhatsapp => Self::ConnectorWhatsapp,
            proto::ParticipantKindDetail::ConnectorTwilio => Self::ConnectorTwilio,
            proto::ParticipantKindDetail::BridgeRtsp => Self::BridgeRtsp,
            proto::ParticipantKindDetail::Simulation => Self::Simulation,
        }
    }
}

macro_rules! same_names {
    ($a:path, $b:path; $($variant:ident),+) => {
        impl From<$a> for $b {
            fn from(value: $a) -> Self {
                match value {
                    $(<$a>::$variant => Self::$variant,)+
                }
            }
        }

        impl From<$b> for $a {
            fn from(value: $b) -> Self {
                match value {
                    $(<$b>::$variant => Self::$variant,)+
                }
            }
        }
    };
}

same_names! {
    proto::DisconnectReason, DisconnectReason;
    UnknownReason, ClientInitiated, DuplicateIdentity, ServerShutdown, ParticipantRemoved, RoomDeleted, StateMismatch,
    JoinFailure, Migration, SignalClose, RoomClosed, UserUnavailable, UserRejected, SipTrunkFailure, ConnectionTimeout,
    MediaFailure, AgentError
}

same_names! {
    protocol::DisconnectReason, DisconnectReason;
    UnknownReason, ClientInitiated, DuplicateIdentity, ServerShutdown, ParticipantRemoved, RoomDeleted, StateMismatch,
    JoinFailure, Migration, SignalClose, RoomClosed, UserUnavailable, UserRejected, SipTrunkFailure, ConnectionTimeout,
    MediaFailure, AgentError
}
