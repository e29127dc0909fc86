//! The chat as the UI shows it: one snapshot, then updates.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::files::types::{FileTransfer, SharedFile};

/// The chat of the session that is on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ChatState {
    /// Number of the last update that is contained; the next one carries `sequence + 1`.
    pub sequence: u32,
    /// Whether this person may write.
    pub can_send: bool,
    /// The messages, by [`ChatMessage::sent_at`].
    pub messages: Vec<ChatMessage>,
    /// How it stands with what was written before one came.
    pub history: History,
    /// Files on their way, and those that were.
    pub transfers: Vec<FileTransfer>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ChatMessage {
    /// Its name here, unique in the session.
    pub key: String,
    /// Identity of who wrote it.
    pub from: String,
    /// What that person was called then.
    pub name: String,
    /// Written at this computer, or by this person before.
    pub is_local: bool,
    /// Who can read it.
    pub to: Audience,
    /// When it came, ms since 1970 by this computer's clock. No two have the same.
    #[specta(type = specta_typescript::Number)]
    pub sent_at: u64,
    /// Plain text of several lines. Never markup.
    pub text: String,
    /// The author changed it.
    pub edited: bool,
    /// The author deleted it; the text is empty.
    pub deleted: bool,
    /// Name of who told it, where it did not come from its author: it is only as true as that person.
    pub told_by: Option<String>,
    /// A file that goes with it.
    pub file: Option<SharedFile>,
}

/// Who can read a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Audience {
    /// Everybody in the session, and who comes later.
    Everyone,
    /// Its author and one other.
    Private {
        /// Identity of that other.
        identity: String,
        /// What that person was called then.
        name: String,
    },
}

/// How it stands with what was written before one came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum History {
    /// There is nothing to ask for, or nobody has it.
    #[default]
    None,
    /// Somebody is being asked.
    Asking,
    /// It is there.
    Told {
        /// What the person who told it is called.
        by: String,
    },
}

/// One change of a [`ChatState`], or something that passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct ChatUpdate {
    /// One more than the update or snapshot before.
    pub sequence: u32,
    /// What changed.
    pub change: ChatChange,
}

/// What an update changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChatChange {
    /// All of it: a session began or ended.
    Reset {
        /// The state from now on; its `sequence` is the update's.
        state: ChatState,
    },
    /// Messages came or changed; old ones made room.
    Messages {
        /// Each replaces the message of the same key, or is new.
        changed: Vec<ChatMessage>,
        /// Keys of those that go.
        dropped: Vec<String>,
        /// Those that are new are news: written just now, or while the connection was lost. Not what was written before
        /// one came.
        news: bool,
    },
    /// One may write, or not any more.
    CanSend {
        /// Whether.
        can_send: bool,
    },
    /// It stands otherwise with the history.
    History {
        /// How.
        history: History,
    },
    /// A file's way began, goes on, or is over.
    Transfer {
        /// Replaces the one of the same key, or is new.
        transfer: FileTransfer,
    },
    /// Somebody sends so much that some of it is left out. Told at most every ten seconds. Not in the state.
    Flood {
        /// What that person is called.
        name: String,
    },
    /// Somebody reacts. Not in the state.
    Reaction {
        /// Identity of who.
        identity: String,
        /// One of the known reactions.
        emoji: String,
    },
}
