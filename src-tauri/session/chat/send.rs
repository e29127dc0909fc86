//! What this person writes: checked, sent, and kept when it is sent.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use livekit::prelude::{DataPacket, LocalParticipant};
use livekit::{OperationType, SendTextOptions};
use uuid::Uuid;

use super::actor::{Actor, Answer, Input};
use super::files::types::SharedFile;
use super::store::New;
use super::types::{Audience, ChatChange};
use super::wire::{self, MAX_TEXT};
use crate::error::UiError;

/// Longest that sending may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Who limits oneself by.
const ME: &str = "me";

/// Something that is on its way or was sent.
#[derive(Clone, Debug)]
pub enum Sent {
    /// A new message, and where the file is that it offers.
    New(New, Option<PathBuf>),
    /// Another text for the own message of this identifier.
    Edit(String, String),
    /// The own message of this identifier goes.
    Delete(String),
}

impl Actor {
    pub(super) fn send(&mut self, to: Option<String>, text: &str, reply: Answer) {
        if let Err((error, reply)) = self.send_new(to, text, None, reply) {
            let _ = reply.send(Err(error));
        }
    }

    /// Sends a new message, with or without a file. An error comes back with who is to hear it.
    pub(super) fn send_new(
        &mut self,
        to: Option<String>,
        text: &str,
        file: Option<(SharedFile, PathBuf)>,
        reply: Answer,
    ) -> Result<(), (UiError, Answer)> {
        let checked = || -> Result<_, UiError> {
            let me = self.ready()?;
            let text = if file.is_some() { wire::text(text) } else { checked_text(text)? };
            let receiver = to.map(|key| self.identity_of(&key).map(|identity| (key, identity)).ok_or_else(gone));
            let receiver = receiver.transpose()?;
            self.allow()?;
            Ok((me, text, receiver))
        };
        let (me, text, receiver) = match checked() {
            Ok(checked) => checked,
            Err(error) => return Err((error, reply)),
        };
        let id = Uuid::new_v4().to_string();
        let mut options = SendTextOptions::new_with_topic(wire::CHAT_TOPIC).with_id(&id);
        let mut audience = Audience::Everyone;
        if let Some((key, identity)) = receiver {
            audience = Audience::Private { identity: key, name: self.name(identity.as_str()) };
            options = options.with_attribute(wire::TO, wire::TO_ONE).with_destination_identity(identity);
        }
        if let Some((file, _)) = &file {
            options = options.with_attribute(wire::FILE, wire::offer(file));
        }
        let (file, path) = file.unzip();
        let new = New {
            id,
            from: self.my_key(),
            name: self.name(me.identity().as_str()),
            is_local: true,
            to: audience,
            at: 0,
            text: text.clone(),
            edited: false,
            told_by: None,
            file,
        };
        self.dispatch(me, text, options, Sent::New(new, path), reply);
        Ok(())
    }

    pub(super) fn edit(&mut self, key: &str, text: &str, reply: Answer) {
        let checked = checked_text(text).and_then(|text| Ok((self.own(key, OperationType::Update)?, text)));
        match checked {
            Ok(((me, id, options), text)) => {
                self.dispatch(me, text.clone(), options, Sent::Edit(id, text), reply);
            }
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    pub(super) fn delete(&mut self, key: &str, reply: Answer) {
        match self.own(key, OperationType::Delete) {
            Ok((me, id, options)) => {
                self.dispatch(me, wire::DELETED.to_owned(), options, Sent::Delete(id), reply);
            }
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    /// The own message of this key, and how a change of it is sent: to whom the message went.
    fn own(
        &mut self,
        key: &str,
        operation: OperationType,
    ) -> Result<(LocalParticipant, String, SendTextOptions), UiError> {
        let me = self.ready()?;
        let unknown = || UiError::new("not_your_message", "This message cannot be changed.", "Write a new one.");
        let kept = self.store.by_key(key).filter(|kept| kept.message.is_local && !kept.message.deleted);
        let kept = kept.ok_or_else(unknown)?;
        let (id, version) = (kept.id.clone(), kept.version.saturating_add(1));
        let mut options = SendTextOptions::new_with_topic(wire::CHAT_TOPIC)
            .with_id(&id)
            .with_operation_type(operation)
            .with_version(version);
        if let Audience::Private { identity, .. } = &kept.message.to {
            let identity = self.identity_of(identity).ok_or_else(gone)?;
            options = options.with_attribute(wire::TO, wire::TO_ONE).with_destination_identity(identity);
        }
        if let (Some(file), OperationType::Update) = (&kept.message.file, operation) {
            options = options.with_attribute(wire::FILE, wire::offer(file));
        }
        self.allow()?;
        Ok((me, id, options))
    }

    fn dispatch(&self, me: LocalParticipant, text: String, options: SendTextOptions, sent: Sent, reply: Answer) {
        let (number, post) = (self.number, self.post.clone());
        tokio::spawn(async move {
            let result = match tokio::time::timeout(TIMEOUT, me.send_text(&text, options)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => {
                    tracing::warn!(%error, "a message was not sent");
                    Err(not_sent())
                }
                Err(_) => Err(not_sent()),
            };
            let _ = post.send(Input::Sent(number, Box::new(sent), result, reply));
        });
    }

    /// What was sent is shown.
    pub(super) fn was_sent(&mut self, sent: Sent) {
        let me = self.my_key();
        let outcome = match sent {
            Sent::New(new, path) => {
                if let (Some(path), Some(file)) = (path, &new.file) {
                    self.offered(&new.id, file, path, &new.to);
                }
                let at = self.stamp();
                self.store.put(New { at, ..new })
            }
            Sent::Edit(id, text) => self.store.edit(&me, &id, text),
            Sent::Delete(id) => {
                self.withdraw(&id);
                self.store.delete(&me, &id)
            }
        };
        self.kept(outcome, true);
    }

    pub(super) fn react(&mut self, emoji: &str, reply: Answer) {
        let mut checked = || -> Result<_, UiError> {
            let me = self.ready()?;
            let known = wire::reaction(emoji.as_bytes());
            let known = known.ok_or_else(|| UiError::new("no_reaction", "This is no reaction.", "Choose another."))?;
            if !self.reacted.take(ME, Instant::now()) {
                return Err(too_fast());
            }
            Ok((me, known))
        };
        let (me, emoji) = match checked() {
            Ok(checked) => checked,
            Err(error) => return drop(reply.send(Err(error))),
        };
        self.change(ChatChange::Reaction { identity: self.my_key(), emoji: emoji.into() });
        let packet = DataPacket {
            payload: emoji.as_bytes().to_vec(),
            topic: Some(wire::REACTION_TOPIC.into()),
            reliable: true,
            destination_identities: Vec::new(),
        };
        tokio::spawn(async move {
            let result = tokio::time::timeout(TIMEOUT, me.publish_data(packet)).await;
            let _ = reply.send(if matches!(result, Ok(Ok(()))) { Ok(()) } else { Err(not_sent()) });
        });
    }

    /// Oneself, if one can send now.
    pub(super) fn ready(&self) -> Result<LocalParticipant, UiError> {
        let me = self.me().filter(|_| self.lost.is_none());
        let me = me.ok_or_else(|| {
            UiError::new("not_connected", "You are not connected.", "Send it again when the connection is back.")
        })?;
        if !self.may_send() {
            return Err(UiError::new(
                "may_not_write",
                "You may not write in this session.",
                "Ask the host to let you write.",
            ));
        }
        Ok(me)
    }

    /// Counts one more own message.
    fn allow(&mut self) -> Result<(), UiError> {
        if self.sent.take(ME, Instant::now()) { Ok(()) } else { Err(too_fast()) }
    }
}

/// The text to be sent, as it will be shown.
fn checked_text(text: &str) -> Result<String, UiError> {
    if text.len() > MAX_TEXT {
        return Err(UiError::new(
            "message_too_long",
            format!("The message is too long: {} of at most {} bytes.", text.len(), MAX_TEXT),
            "Send it in parts, or as a file.",
        ));
    }
    let text = wire::text(text);
    if text.is_empty() {
        return Err(UiError::new("message_empty", "There is nothing to send.", "Write something first."));
    }
    Ok(text)
}

fn gone() -> UiError {
    UiError::new("receiver_gone", "This person is not in the session any more.", "Choose somebody else, or everyone.")
}

fn too_fast() -> UiError {
    UiError::new("too_fast", "That is faster than the others can read.", "Wait a moment, then send it again.")
}

fn not_sent() -> UiError {
    UiError::new("not_sent", "It could not be sent.", "Send it again when the connection is well.")
}
