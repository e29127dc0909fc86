//! Files as the UI shows them.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A file that somebody offers with a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SharedFile {
    /// Its name: no path, nothing that hides or misleads.
    pub name: String,
    /// Its size in bytes, as its owner says.
    #[specta(type = specta_typescript::Number)]
    pub size: u64,
    /// By its name it is a program, or something that can hold one.
    pub program: bool,
}

/// The way of a file to or from one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FileTransfer {
    /// Its name here.
    pub key: String,
    /// Key of the message that offers it.
    pub message: String,
    /// What the other person is called.
    pub peer: String,
    /// Whether it goes out from here.
    pub sending: bool,
    /// Bytes that went or came.
    #[specta(type = specta_typescript::Number)]
    pub done: u64,
    /// Where it stands.
    pub state: TransferState,
}

/// Where a file's way stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TransferState {
    /// On its way.
    Running,
    /// It is there.
    Done {
        /// Where it was put; none for a file that went out.
        path: Option<String>,
        /// Its content is a program, whatever its name says.
        program: bool,
    },
    /// Somebody stopped it.
    Cancelled {
        /// The person at this computer did.
        here: bool,
    },
    /// It did not arrive.
    Failed {
        /// Why, one sentence.
        message: String,
        /// What to do about it.
        hint: String,
    },
}
