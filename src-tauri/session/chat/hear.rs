//! What others write: held to a rate and a size, read to its end, kept.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use livekit::prelude::RoomEvent;
use livekit::{ByteStreamReader, OperationType, StreamReader, TextStreamReader};

use super::actor::{Actor, Input};
use super::store::New;
use super::types::{Audience, ChatChange};
use super::wire::{self, MAX_TEXT};
use crate::session::people;

/// Longest that one message may take to come. It is one packet or a few.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// Most messages of one person that are read at a time.
const MAX_READING: usize = 4;

/// Most messages that are read at a time.
const MAX_READING_OF_ALL: usize = 64;

/// What a message does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new, or the author's newer version.
    Put,
    /// It takes the author's earlier one away.
    Delete,
}

impl Actor {
    /// Takes what came from the room.
    pub(super) fn event(&mut self, event: RoomEvent) {
        match event {
            RoomEvent::TextStreamOpened { reader, topic, participant_identity } => {
                let Some(reader) = reader.take() else { return };
                match topic.as_str() {
                    wire::HISTORY_TOPIC => self.history_comes(reader, participant_identity.as_str()),
                    _ => self.message_comes(reader, participant_identity.as_str()),
                }
            }
            RoomEvent::ByteStreamOpened { reader, topic, participant_identity } => {
                let (Some(reader), identity) = (reader.take(), participant_identity.as_str()) else { return };
                match topic.as_str() {
                    wire::CHAT_TOPIC => self.attachment_comes(&reader, identity),
                    _ => self.file_comes(reader, identity),
                }
            }
            RoomEvent::DataReceived { payload, topic: Some(topic), participant: Some(participant), .. } => {
                let identity = participant.identity().to_string();
                match topic.as_str() {
                    wire::REACTION_TOPIC => self.reaction_comes(&payload, &identity),
                    _ => {
                        if self.takes(&identity)
                            && let Some(legacy) = wire::legacy(&payload)
                        {
                            self.legacy_comes(legacy, &identity);
                        }
                    }
                }
            }
            RoomEvent::ChatMessage { message, participant: Some(participant) } => {
                let identity = participant.identity().to_string();
                let usable = wire::heading(&message.id, &Default::default()).is_some();
                if usable && self.takes(&identity) {
                    let (text, deleted) = (wire::text(&message.message), message.deleted == Some(true));
                    self.legacy_comes(wire::Legacy { id: message.id, text, deleted }, &identity);
                }
            }
            _ => {}
        }
    }

    /// Whether one more of this person's is taken.
    fn takes(&mut self, identity: &str) -> bool {
        let takes = self.received.take(identity, Instant::now());
        if !takes {
            self.flood(identity);
        }
        takes
    }

    fn message_comes(&mut self, reader: TextStreamReader, identity: &str) {
        if !self.takes(identity) {
            return;
        }
        let info = reader.info();
        let Some(heading) = wire::heading(&info.id, &info.attributes()) else { return };
        let of_sender = self.reading.get(identity).copied().unwrap_or(0);
        if of_sender >= MAX_READING || self.reading.values().sum::<usize>() >= MAX_READING_OF_ALL {
            return self.flood(identity);
        }
        let change = if info.operation_type == OperationType::Delete { Change::Delete } else { Change::Put };
        if info.operation_type == OperationType::Reaction {
            return;
        }
        let mut new = self.blank(heading.id, identity);
        if heading.private {
            let (identity, name) = (self.my_key(), self.me().map(|me| self.name(me.identity().as_str())));
            new.to = Audience::Private { identity, name: name.unwrap_or_default() };
        }
        new.edited = info.operation_type == OperationType::Update;
        new.file = heading.file;
        self.reading.insert(identity.to_owned(), of_sender + 1);
        let (number, post, identity) = (self.number, self.post.clone(), identity.to_owned());
        tokio::spawn(async move {
            let text = tokio::time::timeout(READ_TIMEOUT, read(reader, MAX_TEXT)).await;
            if let Ok(Some(text)) = text {
                new.text = wire::text(&text);
                let _ = post.send(Input::Read(number, Box::new(new), change));
            }
            let _ = post.send(Input::ReadOver(number, identity));
        });
    }

    /// LiveKit's web components send a file to everybody at once. It is not taken unasked; that there is one is shown.
    fn attachment_comes(&mut self, reader: &ByteStreamReader, identity: &str) {
        let info = reader.info();
        let Some(heading) = wire::heading(&info.id, &info.attributes()) else { return };
        if let Some(file) = wire::file(&info.name, info.total_length.unwrap_or_default())
            && self.takes(identity)
        {
            let mut new = self.blank(heading.id, identity);
            new.text.clone_from(&file.name);
            new.file = Some(file);
            self.read(new, Change::Put);
        }
    }

    fn legacy_comes(&mut self, legacy: wire::Legacy, identity: &str) {
        let mut new = self.blank(legacy.id, identity);
        new.text = legacy.text;
        self.read(new, if legacy.deleted { Change::Delete } else { Change::Put });
    }

    /// A message of this person's, still without a text.
    fn blank(&mut self, id: String, identity: &str) -> New {
        New {
            id,
            from: people::key(identity),
            name: self.name(identity),
            is_local: false,
            to: Audience::Everyone,
            at: self.stamp(),
            text: String::new(),
            edited: false,
            told_by: None,
            file: None,
        }
    }

    /// A message is there.
    pub(super) fn read(&mut self, new: New, change: Change) {
        let outcome = match change {
            Change::Delete => self.store.delete(&new.from, &new.id),
            // Nothing to be read is nothing.
            Change::Put if new.text.is_empty() && new.file.is_none() => return,
            Change::Put => self.store.put(new.clone()),
        };
        if outcome.changed.iter().any(|message| message.sent_at == new.at && !message.deleted) {
            self.notice(&new);
        }
        self.kept(outcome, true);
    }

    /// A stream of this person's is read or given up.
    pub(super) fn read_over(&mut self, identity: &str) {
        if let Some(count) = self.reading.get_mut(identity) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.reading.remove(identity);
            }
        }
    }

    fn reaction_comes(&mut self, payload: &[u8], identity: &str) {
        if let Some(emoji) = wire::reaction(payload)
            && self.reactions.take(identity, Instant::now())
        {
            self.change(ChatChange::Reaction { identity: people::key(identity), emoji: emoji.into() });
        }
    }
}

/// Reads a stream's text, its beginning if it is longer than so many bytes; none: it broke off, or is no text.
pub(super) async fn read(mut reader: TextStreamReader, max: usize) -> Option<String> {
    let mut text = String::new();
    while let Some(chunk) = reader.next().await {
        text.push_str(&chunk.ok()?);
        if text.len() > max {
            break;
        }
    }
    Some(text)
}
