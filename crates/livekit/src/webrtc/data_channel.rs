//! What the statistics say of a data channel.

use crate::ffi::proto;

/// The state of a data channel.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub enum DataChannelState {
    /// Not open yet.
    Connecting,
    /// Data can be sent.
    Open,
    /// Being closed.
    Closing,
    /// Closed.
    Closed,
}

impl From<proto::DataChannelState> for DataChannelState {
    fn from(value: proto::DataChannelState) -> Self {
        match value {
            proto::DataChannelState::DcConnecting => Self::Connecting,
            proto::DataChannelState::DcOpen => Self::Open,
            proto::DataChannelState::DcClosing => Self::Closing,
            proto::DataChannelState::DcClosed => Self::Closed,
        }
    }
}
