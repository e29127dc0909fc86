//! What the SDK's engine reports: its errors, statistics and the failures that can be simulated.

use std::borrow::Cow;

use crate::{
    ffi::{FfiError, proto},
    webrtc::{RtcError, stats::RtcStats},
};

/// The result of what the engine does.
pub type EngineResult<T> = Result<T, EngineError>;

/// Why the engine failed.
#[derive(thiserror::Error, Debug)]
pub enum EngineError {
    /// WebRTC failed.
    #[error("internal webrtc failure")]
    Rtc(#[from] RtcError),
    /// The server could not be reached, or refused the connection (the text has the HTTP status).
    #[error("connection error: {0}")]
    Connection(Cow<'static, str>),
    /// Something that is not to be recovered from.
    #[error("internal error: {0}")]
    Internal(Cow<'static, str>),
}

impl From<FfiError> for EngineError {
    fn from(error: FfiError) -> Self {
        Self::Internal(error.to_string().into())
    }
}

/// The statistics of a room's peer connections.
#[derive(Debug, Clone)]
pub struct SessionStats {
    /// Of what is sent.
    pub publisher_stats: Vec<RtcStats>,
    /// Of what is received.
    pub subscriber_stats: Vec<RtcStats>,
}

/// A failure to simulate, for tests of what happens then.
#[derive(Debug, Clone, Copy, Eq, PartialEq)]
pub enum SimulateScenario {
    /// The signal connection is closed; the engine resumes.
    SignalReconnect,
    /// The server reports a speaker.
    Speaker,
    /// The server's node fails.
    NodeFailure,
    /// The server asks to leave.
    ServerLeave,
    /// The session migrates to another node.
    Migration,
    /// Only TCP is left.
    ForceTcp,
    /// Only TLS is left.
    ForceTls,
    /// The engine connects anew and publishes again.
    FullReconnect,
    /// The signal connection is dropped during the next resume, so that it becomes a full reconnect.
    DisconnectSignalOnResume,
}

impl From<SimulateScenario> for proto::SimulateScenarioKind {
    fn from(scenario: SimulateScenario) -> Self {
        match scenario {
            SimulateScenario::SignalReconnect => Self::SimulateSignalReconnect,
            SimulateScenario::Speaker => Self::SimulateSpeaker,
            SimulateScenario::NodeFailure => Self::SimulateNodeFailure,
            SimulateScenario::ServerLeave => Self::SimulateServerLeave,
            SimulateScenario::Migration => Self::SimulateMigration,
            SimulateScenario::ForceTcp => Self::SimulateForceTcp,
            SimulateScenario::ForceTls => Self::SimulateForceTls,
            SimulateScenario::FullReconnect => Self::SimulateFullReconnect,
            SimulateScenario::DisconnectSignalOnResume => Self::SimulateDisconnectSignalOnResume,
        }
    }
}
