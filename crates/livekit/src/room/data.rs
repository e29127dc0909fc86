//! What is sent and received as data.

use crate::{ffi::proto, id::ParticipantIdentity};

/// How it stands with the connection.
#[derive(Debug, Clone, Copy, Eq, PartialEq)]
pub enum ConnectionState {
    /// There is none.
    Disconnected,
    /// It is there.
    Connected,
    /// It broke and is being restored.
    Reconnecting,
}

/// How data is sent.
#[derive(Debug, Clone, Copy, Eq, PartialEq)]
pub enum DataPacketKind {
    /// What is lost stays lost.
    Lossy,
    /// What is lost is sent again, and the order is kept.
    Reliable,
}

impl From<proto::DataPacketKind> for DataPacketKind {
    fn from(kind: proto::DataPacketKind) -> Self {
        match kind {
            proto::DataPacketKind::KindLossy => Self::Lossy,
            proto::DataPacketKind::KindReliable => Self::Reliable,
        }
    }
}

impl From<DataPacketKind> for proto::DataPacketKind {
    fn from(kind: DataPacketKind) -> Self {
        match kind {
            DataPacketKind::Lossy => Self::KindLossy,
            DataPacketKind::Reliable => Self::KindReliable,
        }
    }
}

impl From<proto::ConnectionState> for ConnectionState {
    fn from(state: proto::ConnectionState) -> Self {
        match state {
            proto::ConnectionState::ConnDisconnected => Self::Disconnected,
            proto::ConnectionState::ConnConnected => Self::Connected,
            proto::ConnectionState::ConnReconnecting => Self::Reconnecting,
        }
    }
}

/// A data packet.
#[derive(Debug, Clone, Default)]
pub struct DataPacket {
    /// What it holds, some 15 kB at most.
    pub payload: Vec<u8>,
    /// Its topic.
    pub topic: Option<String>,
    /// Whether it is sent again when lost.
    pub reliable: bool,
    /// To whom; to everyone if empty.
    pub destination_identities: Vec<ParticipantIdentity>,
}

/// What was said on a track, as text.
#[derive(Default, Debug, Clone)]
pub struct Transcription {
    /// Who said it.
    pub participant_identity: String,
    /// On which track.
    pub track_id: String,
    /// The text.
    pub segments: Vec<TranscriptionSegment>,
}

/// A piece of what was said.
#[derive(Default, Debug, Clone)]
pub struct TranscriptionSegment {
    /// A later piece of the same identifier takes this one's place.
    pub id: String,
    /// The text.
    pub text: String,
    /// When it began, in milliseconds.
    pub start_time: u64,
    /// When it ended, in milliseconds.
    pub end_time: u64,
    /// Whether it will not change any more.
    pub r#final: bool,
    /// Its language.
    pub language: String,
}

impl From<TranscriptionSegment> for proto::TranscriptionSegment {
    fn from(segment: TranscriptionSegment) -> Self {
        let TranscriptionSegment { id, text, start_time, end_time, r#final, language } = segment;
        Self { id, text, start_time, end_time, r#final, language }
    }
}

impl From<proto::TranscriptionSegment> for TranscriptionSegment {
    fn from(segment: proto::TranscriptionSegment) -> Self {
        let proto::TranscriptionSegment { id, text, start_time, end_time, r#final, language } = segment;
        Self { id, text, start_time, end_time, r#final, language }
    }
}

/// A telephone key's tone.
#[derive(Default, Debug, Clone)]
pub struct SipDTMF {
    /// Its code.
    pub code: u32,
    /// Its digit.
    pub digit: String,
    /// To whom; to everyone if empty.
    pub destination_identities: Vec<ParticipantIdentity>,
}

/// A chat message of the older kind.
#[derive(Default, Debug, Clone)]
pub struct ChatMessage {
    /// Its identifier.
    pub id: String,
    /// The text.
    pub message: String,
    /// When it was written, in milliseconds since 1970.
    pub timestamp: i64,
    /// When it was changed, likewise.
    pub edit_timestamp: Option<i64>,
    /// Whether it was deleted.
    pub deleted: Option<bool>,
    /// Whether a program wrote it.
    pub generated: Option<bool>,
}

impl From<ChatMessage> for proto::ChatMessage {
    fn from(message: ChatMessage) -> Self {
        let ChatMessage { id, message, timestamp, edit_timestamp, deleted, generated } = message;
        Self { id, timestamp, message, edit_timestamp, deleted, generated }
    }
}

impl From<proto::ChatMessage> for ChatMessage {
    fn from(message: proto::ChatMessage) -> Self {
        let proto::ChatMessage { id, timestamp, message, edit_timestamp, deleted, generated } = message;
        Self { id, message, timestamp, edit_timestamp, deleted, generated }
    }
}
