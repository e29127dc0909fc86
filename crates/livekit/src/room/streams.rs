//! Data streams: between the library's events and requests and the official crate's readers and writers.

use std::collections::HashMap;

use bmrng::unbounded::UnboundedRequestReceiver;
use livekit_data_stream::{
    api::SendError,
    backend::{
        Packet,
        incoming::{InputEvent, ManagerInput, PacketReceived},
    },
};
use livekit_protocol::{self as protocol, data_packet, data_stream};
use tokio::task::{AbortHandle, JoinSet};

use crate::{
    ffi::{
        self, FfiHandle,
        events::{ReaderEvents, register_reader},
        proto::{self, byte_stream_reader_event, ffi_event, ffi_request, text_stream_reader_event},
    },
    id::ParticipantIdentity,
    participant::LocalParticipant,
    publication::encryption_from_library,
};

/// Most streams of one sender that are open at a time; more are refused as they come (newest first).
const MOST_OF_ONE_SENDER: usize = 32;

/// Most streams that are open at a time, likewise.
const MOST: usize = 512;

/// What the information of both kinds of streams, which are types of their own, has in common.
macro_rules! header {
    ($info:ident) => {
        data_stream::Header {
            stream_id: $info.stream_id,
            timestamp: $info.timestamp,
            topic: $info.topic,
            mime_type: $info.mime_type,
            total_length: $info.total_length,
            attributes: $info.attributes,
            ..Default::default()
        }
    };
}

/// The streams that are open, by their identifiers: whose each is, and what feeds its reader.
#[derive(Default)]
pub(super) struct OpenStreams {
    feeds: HashMap<String, (ParticipantIdentity, AbortHandle)>,
}

impl OpenStreams {
    /// Begins to read a byte stream that someone opened.
    pub(super) fn open_bytes(&mut self, input: &ManagerInput, event: proto::ByteStreamOpened, tasks: &mut JoinSet<()>) {
        let info = event.reader.info;
        let header = data_stream::Header {
            content_header: Some(data_stream::header::ContentHeader::ByteHeader(data_stream::ByteHeader {
                name: info.name,
            })),
            ..header!(info)
        };
        let encryption = proto::EncryptionType::try_from(info.encryption_type).unwrap_or_default();
        let handle = FfiHandle::new(event.reader.handle);
        let request = |reader_handle| {
            ffi_request::Message::ByteReadIncremental(proto::ByteStreamReaderReadIncrementalRequest { reader_handle })
        };
        self.open(Feed::new(input, event.participant_identity, &header, encryption), header, handle, request, tasks);
    }

    /// Begins to read a text stream that someone opened.
    pub(super) fn open_text(&mut self, input: &ManagerInput, event: proto::TextStreamOpened, tasks: &mut JoinSet<()>) {
        let info = event.reader.info;
        let header = data_stream::Header {
            content_header: Some(data_stream::header::ContentHeader::TextHeader(data_stream::TextHeader {
                // The operations have the same numbers in both protocols.
                operation_type: info.operation_type,
                version: info.version.unwrap_or_default(),
                reply_to_stream_id: info.reply_to_stream_id.unwrap_or_default(),
                attached_stream_ids: info.attached_stream_ids,
                generated: info.generated.unwrap_or_default(),
            })),
            ..header!(info)
        };
        let encryption = proto::EncryptionType::try_from(info.encryption_type).unwrap_or_default();
        let handle = FfiHandle::new(event.reader.handle);
        let request = |reader_handle| {
            ffi_request::Message::TextReadIncremental(proto::TextStreamReaderReadIncrementalRequest { reader_handle })
        };
        self.open(Feed::new(input, event.participant_identity, &header, encryption), header, handle, request, tasks);
    }

    fn open(
        &mut self,
        feed: Feed,
        header: data_stream::Header,
        handle: FfiHandle,
        request: impl FnOnce(u64) -> ffi_request::Message,
        tasks: &mut JoinSet<()>,
    ) {
        let of_sender = self.feeds.values().filter(|(sender, _)| *sender == feed.identity).count();
        if of_sender >= MOST_OF_ONE_SENDER || self.feeds.len() >= MOST || self.feeds.contains_key(&feed.stream_id) {
            // Dropping the handle has the library forget the stream.
            tracing::debug!(of_sender, open = self.feeds.len(), "a stream is refused");
            return;
        }
        let events = register_reader(handle.id());
        feed.send(Packet::Header { header: header.into(), encryption_type: feed.encryption });
        match ffi::request(request(handle.into_consumed())) {
            Ok(_) => {
                let (identity, stream_id) = (feed.identity.clone(), feed.stream_id.clone());
                self.feeds.insert(stream_id, (identity, tasks.spawn(feed.run(events))));
            }
            Err(error) => feed.end(error.to_string(), HashMap::new()),
        }
    }

    /// A stream is over, or its reader is gone: nothing feeds it any more.
    pub(super) fn closed(&mut self, stream_id: &str) {
        if let Some((_, feed)) = self.feeds.remove(stream_id) {
            feed.abort();
        }
    }

    /// Someone left: what was not sent to the end will not be.
    pub(super) fn left(&mut self, input: &ManagerInput, identity: &ParticipantIdentity) {
        if self.feeds.values().any(|(sender, _)| sender == identity) {
            // The receiving side answers by closing each.
            let _ = input.send(InputEvent::AbortStreamsFrom(identity.clone()));
        }
    }
}

/// Feeds one stream's chunks to its reader.
struct Feed {
    input: ManagerInput,
    identity: ParticipantIdentity,
    stream_id: String,
    encryption: crate::e2ee::EncryptionType,
}

impl Feed {
    fn new(
        input: &ManagerInput,
        identity: String,
        header: &data_stream::Header,
        encryption: proto::EncryptionType,
    ) -> Self {
        Self {
            input: input.clone(),
            identity: identity.into(),
            stream_id: header.stream_id.clone(),
            encryption: encryption_from_library(encryption),
        }
    }

    fn send(&self, packet: Packet) {
        // The receiving side is there as long as the room's task is, which this is part of.
        let _ = self.input.send(PacketReceived::new(packet, self.identity.clone()).into());
    }

    fn end(&self, reason: String, attributes: HashMap<String, String>) {
        let trailer = data_stream::Trailer { stream_id: self.stream_id.clone(), reason, attributes };
        self.send(Packet::Trailer { trailer: trailer.into(), encryption_type: self.encryption });
    }

    async fn run(self, mut events: ReaderEvents) {
        let mut chunk_index = 0;
        while let Some(event) = events.recv().await {
            let content = match event.into_message() {
                Some(ffi_event::Message::TextStreamReaderEvent(event)) => match event.detail {
                    Some(text_stream_reader_event::Detail::ChunkReceived(chunk)) => chunk.content.into_bytes(),
                    Some(text_stream_reader_event::Detail::Eos(eos)) => {
                        return self.end(reason(eos.error), eos.attributes);
                    }
                    None => continue,
                },
                Some(ffi_event::Message::ByteStreamReaderEvent(event)) => match event.detail {
                    Some(byte_stream_reader_event::Detail::ChunkReceived(chunk)) => chunk.content,
                    Some(byte_stream_reader_event::Detail::Eos(eos)) => {
                        return self.end(reason(eos.error), eos.attributes);
                    }
                    None => continue,
                },
                _ => continue,
            };
            let stream_id = self.stream_id.clone();
            let chunk = data_stream::Chunk { stream_id, chunk_index, content, ..Default::default() };
            self.send(Packet::Chunk { chunk: chunk.into(), encryption_type: self.encryption });
            chunk_index += 1;
        }
        self.end("more came than was read".into(), HashMap::new());
    }
}

/// An empty reason is a normal end.
fn reason(error: Option<proto::StreamError>) -> String {
    error.map(|error| error.description).unwrap_or_default()
}

/// Sends what writers write, until they and the room are gone.
pub(super) async fn send_packets(
    participant: LocalParticipant,
    mut packets: UnboundedRequestReceiver<Vec<protocol::DataPacket>, Result<(), SendError>>,
) {
    while let Ok((batch, responder)) = packets.recv().await {
        let mut result = Ok(());
        for packet in batch {
            if let Err(error) = send_packet(&participant, packet).await {
                tracing::warn!(%error, "a stream's packet could not be sent");
                result = Err(SendError);
                break;
            }
        }
        // A writer that is gone does not ask.
        let _ = responder.respond(result);
    }
}

async fn send_packet(participant: &LocalParticipant, packet: protocol::DataPacket) -> Result<(), String> {
    let local_participant_handle = participant.inner().handle.id();
    let destination_identities = packet.destination_identities;
    let sender_identity = match packet.participant_identity {
        identity if identity.is_empty() => participant.identity().into(),
        identity => identity,
    };
    let answer = ffi::call(|id| {
        let request_async_id = Some(id);
        match packet.value {
            Some(data_packet::Value::StreamHeader(header)) => {
                ffi_request::Message::SendStreamHeader(proto::SendStreamHeaderRequest {
                    local_participant_handle,
                    header: header_for_library(header),
                    destination_identities,
                    sender_identity,
                    request_async_id,
                })
            }
            Some(data_packet::Value::StreamChunk(chunk)) => {
                ffi_request::Message::SendStreamChunk(proto::SendStreamChunkRequest {
                    local_participant_handle,
                    chunk: proto::data_stream::Chunk {
                        stream_id: chunk.stream_id,
                        chunk_index: chunk.chunk_index,
                        content: chunk.content,
                        version: Some(chunk.version),
                        iv: None,
                    },
                    destination_identities,
                    sender_identity,
                    request_async_id,
                })
            }
            Some(data_packet::Value::StreamTrailer(trailer)) => {
                ffi_request::Message::SendStreamTrailer(proto::SendStreamTrailerRequest {
                    local_participant_handle,
                    trailer: proto::data_stream::Trailer {
                        stream_id: trailer.stream_id,
                        reason: trailer.reason,
                        attributes: trailer.attributes,
                    },
                    destination_identities,
                    sender_identity,
                    request_async_id,
                })
            }
            _ => unreachable!("a stream consists of headers, chunks and trailers"),
        }
    });
    let error = match answer.await.map_err(|error| error.to_string())? {
        ffi_event::Message::SendStreamHeader(answer) => answer.error,
        ffi_event::Message::SendStreamChunk(answer) => answer.error,
        ffi_event::Message::SendStreamTrailer(answer) => answer.error,
        _ => Some(ffi::FfiError::Unexpected.to_string()),
    };
    error.filter(|error| !error.is_empty()).map_or(Ok(()), Err)
}

fn header_for_library(header: data_stream::Header) -> proto::data_stream::Header {
    use proto::data_stream::header::ContentHeader as Library;
    let content_header = header.content_header.map(|content| match content {
        data_stream::header::ContentHeader::TextHeader(text) => Library::TextHeader(proto::data_stream::TextHeader {
            operation_type: text.operation_type,
            version: Some(text.version),
            reply_to_stream_id: Some(text.reply_to_stream_id),
            attached_stream_ids: text.attached_stream_ids,
            generated: Some(text.generated),
        }),
        data_stream::header::ContentHeader::ByteHeader(bytes) => {
            Library::ByteHeader(proto::data_stream::ByteHeader { name: bytes.name })
        }
    });
    proto::data_stream::Header {
        stream_id: header.stream_id,
        timestamp: header.timestamp,
        mime_type: header.mime_type,
        topic: header.topic,
        total_length: header.total_length,
        attributes: header.attributes,
        content_header,
    }
}
