//! What happens in a room.

use std::{collections::HashMap, sync::Arc};

use livekit_protocol as proto;

use crate::{
    data_stream::api::{ByteStreamReader, TextStreamReader},
    id::{ParticipantIdentity, TrackSid},
    participant::{ConnectionQuality, LocalParticipant, Participant, RemoteParticipant},
    publication::{LocalTrackPublication, RemoteTrackPublication, TrackPublication},
    room::{ChatMessage, ConnectionState, DataPacketKind, DisconnectReason, RoomInfo, TakeCell, TranscriptionSegment},
    track::{LocalTrack, RemoteTrack, TrackError},
    webrtc::native::frame_cryptor::EncryptionState,
};

/// What happened in a room. The room's own state is up to date by the time the event is handed on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RoomEvent {
    /// Someone joined. Data sent to it may be lost until [`Self::ParticipantActive`].
    ParticipantConnected(RemoteParticipant),
    /// Someone can be sent data.
    ParticipantActive(RemoteParticipant),
    /// Someone left.
    ParticipantDisconnected(RemoteParticipant),
    /// A track of one's own is published.
    LocalTrackPublished {
        /// Its publication.
        publication: LocalTrackPublication,
        /// The track.
        track: LocalTrack,
        /// Oneself.
        participant: LocalParticipant,
    },
    /// A track of one's own is not published any more.
    LocalTrackUnpublished {
        /// What its publication was.
        publication: LocalTrackPublication,
        /// Oneself.
        participant: LocalParticipant,
    },
    /// After a full reconnect a track of one's own is published anew, under another identifier.
    LocalTrackRepublished {
        /// The identifier before.
        previous_sid: TrackSid,
        /// The same publication.
        publication: LocalTrackPublication,
        /// The same track.
        track: LocalTrack,
        /// Oneself.
        participant: LocalParticipant,
    },
    /// Someone subscribed to a track of one's own for the first time.
    LocalTrackSubscribed {
        /// The track.
        track: LocalTrack,
    },
    /// Someone's track is received.
    TrackSubscribed {
        /// The track.
        track: RemoteTrack,
        /// Its publication.
        publication: RemoteTrackPublication,
        /// Who publishes it.
        participant: RemoteParticipant,
    },
    /// Someone's track is not received any more.
    TrackUnsubscribed {
        /// What the track was.
        track: RemoteTrack,
        /// Its publication.
        publication: RemoteTrackPublication,
        /// Who publishes it.
        participant: RemoteParticipant,
    },
    /// Someone's track cannot be received.
    TrackSubscriptionFailed {
        /// Who publishes it.
        participant: RemoteParticipant,
        /// Why.
        error: TrackError,
        /// The track's identifier.
        track_sid: TrackSid,
    },
    /// Someone publishes a track.
    TrackPublished {
        /// Its publication.
        publication: RemoteTrackPublication,
        /// Who.
        participant: RemoteParticipant,
    },
    /// Someone does not publish a track any more.
    TrackUnpublished {
        /// What its publication was.
        publication: RemoteTrackPublication,
        /// Who.
        participant: RemoteParticipant,
    },
    /// A track was muted.
    TrackMuted {
        /// Whose.
        participant: Participant,
        /// Its publication.
        publication: TrackPublication,
    },
    /// A track was unmuted.
    TrackUnmuted {
        /// Whose.
        participant: Participant,
        /// Its publication.
        publication: TrackPublication,
    },
    /// The room's free text changed.
    RoomMetadataChanged {
        /// Before.
        old_metadata: String,
        /// Now.
        metadata: String,
    },
    /// A participant's free text changed.
    ParticipantMetadataChanged {
        /// Whose.
        participant: Participant,
        /// Before.
        old_metadata: String,
        /// Now.
        metadata: String,
    },
    /// A participant's name changed.
    ParticipantNameChanged {
        /// Whose.
        participant: Participant,
        /// Before.
        old_name: String,
        /// Now.
        name: String,
    },
    /// A participant's attributes changed.
    ParticipantAttributesChanged {
        /// Whose.
        participant: Participant,
        /// Those that are new or other; removed ones are empty.
        changed_attributes: HashMap<String, String>,
    },
    /// All that a participant sends is encrypted, or not any more.
    ParticipantEncryptionStatusChanged {
        /// Whose.
        participant: Participant,
        /// Now.
        is_encrypted: bool,
    },
    /// What a participant may do changed.
    ParticipantPermissionChanged {
        /// Whose.
        participant: Participant,
        /// Now.
        permission: Option<proto::ParticipantPermission>,
    },
    /// Others speak now.
    ActiveSpeakersChanged {
        /// All who speak.
        speakers: Vec<Participant>,
    },
    /// A participant's connection is better or worse.
    ConnectionQualityChanged {
        /// Now.
        quality: ConnectionQuality,
        /// Whose.
        participant: Participant,
    },
    /// A data packet came.
    DataReceived {
        /// What it holds.
        payload: Arc<Vec<u8>>,
        /// Its topic.
        topic: Option<String>,
        /// How it was sent.
        kind: DataPacketKind,
        /// Who sent it; none if the server did.
        participant: Option<RemoteParticipant>,
    },
    /// What was said came as text.
    TranscriptionReceived {
        /// Who said it.
        participant: Option<Participant>,
        /// On which track.
        track_publication: Option<TrackPublication>,
        /// The text.
        segments: Vec<TranscriptionSegment>,
    },
    /// A telephone key's tone came.
    SipDTMFReceived {
        /// Its code.
        code: u32,
        /// Its digit.
        digit: Option<String>,
        /// Who pressed it.
        participant: Option<RemoteParticipant>,
    },
    /// A chat message of the older kind came.
    ChatMessage {
        /// The message.
        message: ChatMessage,
        /// Who wrote it.
        participant: Option<RemoteParticipant>,
    },
    /// Someone sends bytes as a stream.
    ByteStreamOpened {
        /// To read them.
        reader: TakeCell<ByteStreamReader>,
        /// Its topic.
        topic: String,
        /// Who.
        participant_identity: ParticipantIdentity,
    },
    /// Someone sends text as a stream.
    TextStreamOpened {
        /// To read it.
        reader: TakeCell<TextStreamReader>,
        /// Its topic.
        topic: String,
        /// Who.
        participant_identity: ParticipantIdentity,
    },
    /// How it stands with a participant's encryption changed. A wrong key is not always reported: look for frames too.
    E2eeStateChanged {
        /// Whose.
        participant: Participant,
        /// Now.
        state: EncryptionState,
    },
    /// How it stands with the connection changed.
    ConnectionStateChanged(ConnectionState),
    /// The first event: the room as it was joined.
    Connected {
        /// Who was there and what they published.
        participants_with_tracks: Vec<(RemoteParticipant, Vec<RemoteTrackPublication>)>,
    },
    /// The last event: the connection ended for good.
    Disconnected {
        /// Why.
        reason: DisconnectReason,
    },
    /// The connection broke and is being restored.
    Reconnecting,
    /// The connection is back.
    Reconnected,
    /// Little is left to be sent.
    DataChannelBufferedAmountLowThresholdChanged {
        /// On which channel.
        kind: DataPacketKind,
        /// In bytes.
        threshold: u64,
    },
    /// Something about the room changed.
    RoomUpdated {
        /// Now.
        room: RoomInfo,
    },
    /// One was moved to another room.
    Moved {
        /// That room.
        room: RoomInfo,
    },
    /// Something about participants changed.
    ParticipantsUpdated {
        /// Whose.
        participants: Vec<Participant>,
    },
    /// The server gave a new token, to connect again with. Never log this event.
    TokenRefreshed {
        /// The token.
        token: String,
    },
}
