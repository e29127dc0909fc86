//! Files beside the chat. A file is offered by a message; whoever wants it asks its owner's app, which sends it to that
//! person alone, as a byte stream. Nothing is received that nobody asked for, and nothing is opened.

mod fetch;
mod hand_out;
pub(crate) mod name;
pub mod pick;
pub mod save;
pub mod types;

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::actor::{Actor, Answer};
use super::types::ChatChange;
use crate::error::UiError;
use types::{FileTransfer, TransferState};

/// Most transfers that are listed; of those that are over, the oldest is dropped.
const MAX_LISTED: usize = 60;

/// How often progress is told.
const TOLD: Duration = Duration::from_millis(200);

/// A file that is handed out on request.
#[derive(Clone, Debug)]
pub struct Offer {
    path: PathBuf,
    name: String,
    size: u64,
    /// Identity on the wire of the only one who gets it; none: everybody.
    to: Option<String>,
}

/// A transfer, and what of it the UI does not know.
#[derive(Debug)]
struct Entry {
    transfer: FileTransfer,
    /// Identity on the wire of the other person.
    peer: String,
    /// What both sides call it.
    name: String,
    /// Its bytes have begun to come.
    started: bool,
    cancel: CancellationToken,
    told: Instant,
}

/// What comes of a transfer.
#[derive(Debug)]
pub enum Step {
    /// So many bytes went or came.
    Progress(u64),
    /// It is over.
    Over(TransferState),
}

/// The files that are offered, and those on their way.
#[derive(Debug, Default)]
pub struct Files {
    /// By the identifier of the message that offers it.
    offers: HashMap<String, Offer>,
    entries: Vec<Entry>,
    count: u64,
}

impl Files {
    /// The transfers, as the UI shows them.
    pub fn list(&self) -> Vec<FileTransfer> {
        self.entries.iter().map(|entry| entry.transfer.clone()).collect()
    }

    fn running(&self, sending: bool) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.transfer.sending == sending && entry.is_running())
    }

    fn begin(&mut self, message: String, peer: (String, String), name: String, sending: bool) -> &Entry {
        self.count += 1;
        let (identity, called) = peer;
        let transfer = FileTransfer {
            key: format!("t{}", self.count),
            message,
            peer: called,
            sending,
            done: 0,
            state: TransferState::Running,
        };
        if self.entries.len() >= MAX_LISTED
            && let Some(over) = self.entries.iter().position(|entry| !entry.is_running())
        {
            self.entries.remove(over);
        }
        let cancel = CancellationToken::new();
        self.entries.push(Entry { transfer, peer: identity, name, started: false, cancel, told: Instant::now() });
        &self.entries[self.entries.len() - 1]
    }

    /// Stops everything, and offers nothing any more.
    pub fn clear(&mut self) {
        self.entries.drain(..).for_each(|entry| entry.cancel.cancel());
        self.offers.clear();
    }
}

impl Entry {
    fn is_running(&self) -> bool {
        self.transfer.state == TransferState::Running
    }
}

impl Actor {
    /// Something came of a transfer.
    pub(super) fn file_step(&mut self, key: &str, step: Step) {
        let Some(entry) = self.files.entries.iter_mut().find(|entry| entry.transfer.key == key) else { return };
        if !entry.is_running() {
            return;
        }
        match step {
            Step::Progress(done) => {
                entry.transfer.done = done;
                if entry.told.elapsed() < TOLD {
                    return;
                }
                entry.told = Instant::now();
            }
            Step::Over(state) => {
                tracing::info!(sending = entry.transfer.sending, ?key, "a file's way is over");
                entry.transfer.state = state;
                entry.cancel.cancel();
            }
        }
        let transfer = entry.transfer.clone();
        self.change(ChatChange::Transfer { transfer });
    }

    /// The person stops a transfer. The other side is told: a stream's end does not say whether it was meant.
    pub(super) fn cancel_transfer(&mut self, key: &str, reply: Answer) {
        let entry = self.files.entries.iter().find(|entry| entry.transfer.key == key && entry.is_running());
        let called_off = entry.map(|entry| (entry.peer.clone(), entry.name.clone()));
        self.file_step(key, Step::Over(TransferState::Cancelled { here: true }));
        if let Some((peer, name)) = called_off {
            self.call_off(peer, name);
        }
        let _ = reply.send(Ok(()));
    }

    /// Every transfer for which this holds goes no further.
    fn fail_transfers(&mut self, which: impl Fn(&str) -> bool, state: impl Fn(&str) -> TransferState) {
        let running = self.files.entries.iter().filter(|entry| entry.is_running() && which(&entry.peer));
        let over: Vec<_> = running.map(|entry| (entry.transfer.key.clone(), state(&entry.transfer.peer))).collect();
        for (key, state) in over {
            self.file_step(&key, Step::Over(state));
        }
    }

    /// Somebody left: nothing goes to them or comes from them any more.
    pub(super) fn files_left(&mut self, identity: &str) {
        self.fail_transfers(
            |peer| peer == identity,
            |called| {
                failed(
                    format!("{called} left before all of it went over."),
                    "Ask for it again when that person is back.",
                )
            },
        );
    }

    /// The room was entered anew: what was on its way is lost.
    pub(super) fn files_lost(&mut self) {
        self.fail_transfers(
            |_| true,
            |_| failed("The connection was lost before all of it went over.".into(), "Save it again."),
        );
    }

    /// The message that offered a file is deleted.
    pub(super) fn withdraw(&mut self, id: &str) {
        if self.files.offers.remove(id).is_none() {
            return;
        }
        let key = self.store.kept().iter().find(|kept| kept.id == id).map(|kept| kept.message.key.clone());
        let of_message = |entry: &&Entry| entry.transfer.sending && Some(&entry.transfer.message) == key.as_ref();
        let keys: Vec<_> =
            self.files.entries.iter().filter(of_message).map(|entry| entry.transfer.key.clone()).collect();
        for key in keys {
            self.file_step(&key, Step::Over(TransferState::Cancelled { here: true }));
        }
    }

    /// The folder of a file that came.
    pub(super) fn folder_of(&self, key: &str) -> Result<PathBuf, UiError> {
        let entry = self.files.entries.iter().find(|entry| entry.transfer.key == key);
        let path = entry.and_then(|entry| match &entry.transfer.state {
            TransferState::Done { path: Some(path), .. } => PathBuf::from(path).parent().map(PathBuf::from),
            _ => None,
        });
        path.ok_or_else(|| UiError::new("no_file", "There is no such file.", "Save it first."))
    }
}

fn failed(message: String, hint: &str) -> TransferState {
    TransferState::Failed { message, hint: hint.into() }
}
