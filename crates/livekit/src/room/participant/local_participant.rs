//! Oneself: what one says, and what one says of oneself.

use std::{
    collections::HashMap,
    future::Future,
    path::Path,
    pin::Pin,
    sync::{Arc, Weak},
};

use parking_lot::RwLock;

use super::{ParticipantInner, ParticipantTrackPermission, participant_methods};
use crate::{
    data_stream::api::{
        ByteStreamInfo, ByteStreamWriter, SendByteOptions, SendTextOptions, StreamByteOptions, StreamError,
        StreamResult, StreamTextOptions, TextStreamInfo, TextStreamWriter,
    },
    ffi::{
        self, FfiError,
        proto::{self, ffi_event, ffi_request},
    },
    participant::{PerformRpcData, RpcError, RpcErrorCode, RpcInvocationData},
    room::{
        ChatMessage, DataPacket, DataPacketKind, RoomError, RoomResult, SipDTMF, Transcription, error::check,
        session::RoomSession,
    },
};

/// Oneself in a room. A cheap clone of the same.
#[derive(Clone)]
pub struct LocalParticipant {
    inner: Arc<ParticipantInner>,
    session: Arc<RwLock<Weak<RoomSession>>>,
}

participant_methods!(LocalParticipant, LocalTrackPublication, Local);

/// Makes a request of the local participant's whose answer is an optional error. Fields not given are optional or old.
macro_rules! request {
    ($self:ident, $message:ident, $request:ident { $($field:ident: $value:expr),* $(,)? }) => {{
        let _session = $self.connected()?;
        let handle = $self.inner.handle.id();
        #[allow(clippy::needless_update)] // For the one request that has an old field.
        let answer = ffi::call(|id| {
            ffi_request::Message::$message(proto::$request {
                local_participant_handle: handle,
                request_async_id: Some(id),
                $($field: $value,)*
                ..Default::default()
            })
        });
        match answer.await? {
            ffi_event::Message::$message(answer) => check(answer.error),
            _ => Err(FfiError::Unexpected.into()),
        }
    }};
}

impl LocalParticipant {
    pub(crate) fn new(owned: proto::OwnedParticipant) -> Self {
        Self { inner: Arc::new(ParticipantInner::new(owned)), session: Arc::default() }
    }

    pub(crate) fn set_session(&self, session: Weak<RoomSession>) {
        *self.session.write() = session;
    }

    fn session(&self) -> Option<Arc<RoomSession>> {
        self.session.read().upgrade()
    }

    /// The room's session, kept while a request is under way. The library would wait some seconds for a room that was left.
    pub(super) fn connected(&self) -> RoomResult<Arc<RoomSession>> {
        let here = self.session().filter(|session| !session.has_ended());
        here.ok_or_else(|| RoomError::Internal("the room has been left".into()))
    }

    /// Sets one's free text. Needs the permission to update metadata.
    pub async fn set_metadata(&self, metadata: String) -> RoomResult<()> {
        request!(self, SetLocalMetadata, SetLocalMetadataRequest { metadata: metadata })
    }

    /// Sets one's attributes; an empty value removes the key. Needs the permission to update metadata.
    pub async fn set_attributes(&self, attributes: HashMap<String, String>) -> RoomResult<()> {
        let attributes = attributes.into_iter().map(|(key, value)| proto::AttributesEntry { key, value }).collect();
        request!(self, SetLocalAttributes, SetLocalAttributesRequest { attributes: attributes })
    }

    /// Sets one's name. Needs the permission to update metadata.
    pub async fn set_name(&self, name: String) -> RoomResult<()> {
        request!(self, SetLocalName, SetLocalNameRequest { name: name })
    }

    /// Sends a packet of at most some 15 kB to everyone or to some.
    pub async fn publish_data(&self, packet: DataPacket) -> RoomResult<()> {
        let payload = packet.payload;
        let destination_identities = packet.destination_identities.into_iter().map(Into::into).collect();
        // The library copies the payload during the request; it lives until then.
        request!(
            self,
            PublishData,
            PublishDataRequest {
                data_ptr: payload.as_ptr() as u64,
                data_len: payload.len() as u64,
                reliable: packet.reliable,
                topic: packet.topic,
                destination_identities: destination_identities,
            }
        )
    }

    /// Sends what was said on a track, as text.
    pub async fn publish_transcription(&self, packet: Transcription) -> RoomResult<()> {
        let segments = packet.segments.into_iter().map(Into::into).collect();
        request!(
            self,
            PublishTranscription,
            PublishTranscriptionRequest {
                participant_identity: packet.participant_identity,
                track_id: packet.track_id,
                segments: segments,
            }
        )
    }

    /// Sends a telephone key's tone.
    pub async fn publish_dtmf(&self, dtmf: SipDTMF) -> RoomResult<()> {
        let destination_identities = dtmf.destination_identities.into_iter().map(Into::into).collect();
        request!(
            self,
            PublishSipDtmf,
            PublishSipDtmfRequest {
                code: dtmf.code,
                digit: dtmf.digit,
                destination_identities: destination_identities
            }
        )
    }

    /// Sends a chat message of the older kind (text streams are the newer one).
    pub async fn send_chat_message(
        &self,
        text: String,
        destination_identities: Option<Vec<String>>,
        sender_identity: Option<String>,
    ) -> RoomResult<ChatMessage> {
        let _session = self.connected()?;
        let request = |id| {
            ffi_request::Message::SendChatMessage(proto::SendChatMessageRequest {
                local_participant_handle: self.inner.handle.id(),
                message: text,
                destination_identities: destination_identities.unwrap_or_default(),
                sender_identity,
                request_async_id: Some(id),
            })
        };
        chat_message(ffi::call(request).await?)
    }

    /// Changes a chat message of the older kind.
    pub async fn edit_chat_message(
        &self,
        edit_text: String,
        original_message: ChatMessage,
        destination_identities: Option<Vec<String>>,
        sender_identity: Option<String>,
    ) -> RoomResult<ChatMessage> {
        let _session = self.connected()?;
        let request = |id| {
            ffi_request::Message::EditChatMessage(proto::EditChatMessageRequest {
                local_participant_handle: self.inner.handle.id(),
                edit_text,
                original_message: original_message.into(),
                destination_identities: destination_identities.unwrap_or_default(),
                sender_identity,
                request_async_id: Some(id),
            })
        };
        chat_message(ffi::call(request).await?)
    }

    /// Sets who may subscribe to one's tracks.
    pub async fn set_track_subscription_permissions(
        &self,
        all_participants_allowed: bool,
        permissions: Vec<ParticipantTrackPermission>,
    ) -> RoomResult<()> {
        let _session = self.connected()?;
        let permission = |permission: ParticipantTrackPermission| proto::ParticipantTrackPermission {
            participant_identity: permission.participant_identity.into(),
            allow_all: Some(permission.allow_all),
            allowed_track_sids: permission.allowed_track_sids.into_iter().map(Into::into).collect(),
        };
        ffi::request(ffi_request::Message::SetTrackSubscriptionPermissions(
            proto::SetTrackSubscriptionPermissionsRequest {
                local_participant_handle: self.inner.handle.id(),
                all_participants_allowed,
                permissions: permissions.into_iter().map(permission).collect(),
            },
        ))?;
        Ok(())
    }

    /// Sets how few bytes, still to be sent, make the room's `DataChannelBufferedAmountLowThresholdChanged`.
    pub fn set_data_channel_buffered_amount_low_threshold(
        &self,
        threshold: u64,
        kind: DataPacketKind,
    ) -> RoomResult<()> {
        let session = self.connected()?;
        ffi::request(ffi_request::Message::SetDataChannelBufferedAmountLowThreshold(
            proto::SetDataChannelBufferedAmountLowThresholdRequest {
                local_participant_handle: self.inner.handle.id(),
                threshold,
                kind: proto::DataPacketKind::from(kind).into(),
            },
        ))?;
        session.set_threshold(kind, threshold);
        Ok(())
    }

    /// How few bytes, still to be sent, are reported as few.
    pub fn data_channel_buffered_amount_low_threshold(&self, kind: DataPacketKind) -> RoomResult<u64> {
        Ok(self.connected()?.threshold(kind))
    }

    /// Calls a method that another participant registered, and waits for its answer.
    pub async fn perform_rpc(&self, data: PerformRpcData) -> Result<String, RpcError> {
        let failed = |text: String| RpcError::built_in(RpcErrorCode::SendFailed, Some(text));
        let _session = self.connected().map_err(|error| failed(error.to_string()))?;
        let milliseconds = |time: std::time::Duration| u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
        let request = |id| {
            ffi_request::Message::PerformRpc(proto::PerformRpcRequest {
                local_participant_handle: self.inner.handle.id(),
                destination_identity: data.destination_identity,
                method: data.method,
                payload: data.payload,
                response_timeout_ms: Some(milliseconds(data.response_timeout)),
                request_async_id: Some(id),
                max_round_trip_latency_ms: Some(milliseconds(data.max_round_trip_latency)),
            })
        };
        match ffi::call(request).await.map_err(|error| failed(error.to_string()))? {
            ffi_event::Message::PerformRpc(answer) => match answer.error {
                Some(error) => Err(RpcError { code: error.code, message: error.message, data: error.data }),
                None => Ok(answer.payload.unwrap_or_default()),
            },
            _ => Err(failed(FfiError::Unexpected.to_string())),
        }
    }

    /// Lets others call a method here. A later one of the same name takes its place.
    pub fn register_rpc_method(
        &self,
        method: String,
        handler: impl Fn(RpcInvocationData) -> Pin<Box<dyn Future<Output = Result<String, RpcError>> + Send>>
        + Send
        + Sync
        + 'static,
    ) {
        let Some(session) = self.session() else { return };
        session.rpc_handlers.write().insert(method.clone(), Arc::new(handler));
        let request = proto::RegisterRpcMethodRequest { local_participant_handle: self.inner.handle.id(), method };
        if let Err(error) = ffi::request(ffi_request::Message::RegisterRpcMethod(request)) {
            tracing::warn!(%error, "an RPC method could not be registered");
        }
    }

    /// Lets others not call a method any more.
    pub fn unregister_rpc_method(&self, method: String) {
        let Some(session) = self.session() else { return };
        session.rpc_handlers.write().remove(&method);
        let request = proto::UnregisterRpcMethodRequest { local_participant_handle: self.inner.handle.id(), method };
        if let Err(error) = ffi::request(ffi_request::Message::UnregisterRpcMethod(request)) {
            tracing::warn!(%error, "an RPC method could not be unregistered");
        }
    }

    /// Sends a text of any length to everyone or to some, as a stream.
    pub async fn send_text(&self, text: &str, options: SendTextOptions) -> StreamResult<TextStreamInfo> {
        let session = self.connected().map_err(|_| StreamError::SendFailed)?;
        session.outgoing.send_text(text, options, session.as_ref()).await
    }

    /// Sends a file to everyone or to some, as a stream.
    pub async fn send_file(&self, path: impl AsRef<Path>, options: SendByteOptions) -> StreamResult<ByteStreamInfo> {
        let session = self.connected().map_err(|_| StreamError::SendFailed)?;
        session.outgoing.send_file(path, options, session.as_ref()).await
    }

    /// Sends bytes of any number to everyone or to some, as a stream.
    pub async fn send_bytes(&self, data: impl AsRef<[u8]>, options: SendByteOptions) -> StreamResult<ByteStreamInfo> {
        let session = self.connected().map_err(|_| StreamError::SendFailed)?;
        session.outgoing.send_bytes(data, options, session.as_ref()).await
    }

    /// Sends text as it comes to be.
    pub async fn stream_text(&self, options: StreamTextOptions) -> StreamResult<TextStreamWriter> {
        self.connected().map_err(|_| StreamError::SendFailed)?.outgoing.stream_text(options).await
    }

    /// Sends bytes as they come to be.
    pub async fn stream_bytes(&self, options: StreamByteOptions) -> StreamResult<ByteStreamWriter> {
        self.connected().map_err(|_| StreamError::SendFailed)?.outgoing.stream_bytes(options).await
    }
}

fn chat_message(event: ffi_event::Message) -> RoomResult<ChatMessage> {
    match event {
        ffi_event::Message::ChatMessage(answer) => match answer.message {
            Some(proto::send_chat_message_callback::Message::ChatMessage(message)) => Ok(message.into()),
            Some(proto::send_chat_message_callback::Message::Error(error)) => Err(RoomError::from_library(error)),
            None => Err(FfiError::Unexpected.into()),
        },
        _ => Err(FfiError::Unexpected.into()),
    }
}
