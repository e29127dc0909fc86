//! Talking beside talking: the chat of a session, its history, reactions, files.

mod actor;
pub(crate) mod files;
mod hear;
mod limit;
mod past;
mod send;
pub(crate) mod store;
pub mod types;
pub(crate) mod wire;

use std::path::PathBuf;
use std::sync::Arc;

use livekit::prelude::{Room, RoomEvent};
use tokio::sync::{mpsc, oneshot};

use crate::error::UiError;
use actor::{Actor, Input};
use types::{ChatState, ChatUpdate};

/// What somebody wrote, for who looks elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What the author is called.
    pub name: String,
    /// What was written.
    pub text: String,
    /// Nobody else can read it.
    pub private: bool,
}

/// Where the chat's news go.
pub struct Listeners {
    /// To the UI.
    pub update: Box<dyn Fn(ChatUpdate) + Send>,
    /// To who looks elsewhere.
    pub notice: Box<dyn Fn(Notice) + Send>,
}

/// The chat, for who sends it commands and events.
#[derive(Clone)]
pub struct Chat {
    post: mpsc::UnboundedSender<Input>,
}

impl Chat {
    /// Starts it; it lives as long as the program.
    pub fn start(listeners: Listeners) -> Self {
        Self { post: Actor::start(listeners) }
    }

    /// A session begins: nothing was written yet.
    pub(super) fn begin(&self) {
        self.tell(Input::Begin);
    }

    /// In its room, the first time or again.
    pub(super) fn enter(&self, room: Arc<Room>) {
        self.tell(Input::Enter(room));
    }

    /// The connection to the room is lost.
    pub(super) fn lost(&self) {
        self.tell(Input::Lost);
    }

    /// The same connection is back.
    pub(super) fn back(&self) {
        self.tell(Input::Back);
    }

    /// What one may do has changed.
    pub(super) fn permission_changed(&self) {
        self.tell(Input::Permission);
    }

    /// Somebody has left.
    pub(super) fn left(&self, identity: &str) {
        self.tell(Input::Left(identity.to_owned()));
    }

    /// Something came. Give it only what [`concerns`] says.
    pub(super) fn hear(&self, event: RoomEvent) {
        self.tell(Input::Event(Box::new(event)));
    }

    /// The session is over.
    pub(super) fn end(&self) {
        self.tell(Input::End);
    }

    fn tell(&self, input: Input) {
        // An error means that the app is closing.
        let _ = self.post.send(input);
    }

    async fn ask<T>(&self, input: impl FnOnce(oneshot::Sender<T>) -> Input) -> Result<T, UiError> {
        let (reply, answer) = oneshot::channel();
        self.tell(input(reply));
        answer.await.map_err(|_| UiError::new("stopping", "The app is closing.", "Start it again."))
    }

    /// The whole chat.
    ///
    /// # Errors
    /// The app is closing.
    pub async fn snapshot(&self) -> Result<ChatState, UiError> {
        self.ask(Input::Snapshot).await
    }

    /// Writes to everybody, or to the one of this identity. Returns when it is sent.
    ///
    /// # Errors
    /// The text is empty or too long, one writes too fast or may not, that person is gone, there is no connection.
    pub async fn send(&self, to: Option<String>, text: String) -> Result<(), UiError> {
        self.ask(|reply| Input::Send { to, text, reply }).await?
    }

    /// Changes an own message. Returns when it is sent.
    ///
    /// # Errors
    /// As [`Chat::send`], or it is not one's own.
    pub async fn edit(&self, key: String, text: String) -> Result<(), UiError> {
        self.ask(|reply| Input::Edit { key, text, reply }).await?
    }

    /// Deletes an own message. Returns when the others are told.
    ///
    /// # Errors
    /// As [`Chat::edit`].
    pub async fn delete(&self, key: String) -> Result<(), UiError> {
        self.ask(|reply| Input::Delete { key, reply }).await?
    }

    /// Reacts with one of the known reactions.
    ///
    /// # Errors
    /// It is none of them, one reacts too often or may not, there is no connection.
    pub async fn react(&self, emoji: String) -> Result<(), UiError> {
        self.ask(|reply| Input::React { emoji, reply }).await?
    }

    /// Offers the file at this path to everybody, or to the one of this identity. Returns when the offer is sent.
    ///
    /// # Errors
    /// As [`Chat::send`]; the file cannot be read or is too large.
    pub async fn offer(&self, to: Option<String>, path: PathBuf) -> Result<(), UiError> {
        self.ask(|reply| Input::Offer { to, path, reply }).await?
    }

    /// Has the file of this message come; how it goes is in the transfers.
    ///
    /// # Errors
    /// There is no such file, its owner is gone, too many are coming, there is no connection.
    pub async fn fetch(&self, key: String) -> Result<(), UiError> {
        self.ask(|reply| Input::Fetch { key, reply }).await?
    }

    /// Stops a transfer, on either side.
    ///
    /// # Errors
    /// The app is closing.
    pub async fn cancel_transfer(&self, key: String) -> Result<(), UiError> {
        self.ask(|reply| Input::CancelTransfer { key, reply }).await?
    }

    /// The folder in which the file of a transfer is.
    ///
    /// # Errors
    /// It did not come.
    pub async fn folder_of(&self, key: String) -> Result<PathBuf, UiError> {
        self.ask(|reply| Input::FolderOf(key, reply)).await?
    }
}

/// Whether an event is for the chat. All other data is nobody's, and is dropped where it arrives.
pub(super) fn concerns(event: &RoomEvent) -> bool {
    match event {
        RoomEvent::TextStreamOpened { topic, .. } => [wire::CHAT_TOPIC, wire::HISTORY_TOPIC].contains(&topic.as_str()),
        RoomEvent::DataReceived { topic: Some(topic), .. } => {
            [wire::LEGACY_TOPIC, wire::REACTION_TOPIC].contains(&topic.as_str())
        }
        RoomEvent::ByteStreamOpened { topic, .. } => [wire::CHAT_TOPIC, wire::FILE_TOPIC].contains(&topic.as_str()),
        RoomEvent::ChatMessage { .. } => true,
        _ => false,
    }
}
