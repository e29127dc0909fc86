//! The other side: a file that was offered is asked for, and put among the downloads.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::StreamExt;
use livekit::prelude::PerformRpcData;
use livekit::{ByteStreamReader, StreamReader};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::hand_out::{BUSY, Progress};
use super::save::{self, Part, SaveError};
use super::types::TransferState;
use super::{Step, failed};
use crate::error::UiError;
use crate::session::chat::actor::{Actor, Answer, Input};
use crate::session::chat::wire::{self, FileCall};

/// Most files that come at a time.
const MAX_FETCHING: usize = 4;

/// Longest that the owner may take to answer, and then to begin.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest silence of a file on its way.
const SILENCE: Duration = Duration::from_secs(45);

/// Longest from a file's end before its time to word that its owner stopped it.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// So many bytes are written at a time.
const PIECE: usize = 256 * 1024;

impl Actor {
    /// Asks for the file of this message.
    pub(in crate::session::chat) fn fetch(&mut self, key: &str, reply: Answer) {
        let _ = reply.send(self.begin_fetch(key));
    }

    fn begin_fetch(&mut self, key: &str) -> Result<(), UiError> {
        let me = self.ready()?;
        let kept = self.store.by_key(key).filter(|kept| !kept.message.is_local && kept.message.file.is_some());
        let kept = kept.ok_or_else(|| UiError::new("no_file", "There is no such file.", "Choose another."))?;
        let (file, from) = (kept.id.clone(), kept.message.from.clone());
        let owner = self.identity_of(&from).ok_or_else(|| {
            UiError::new("owner_gone", "Who offered this file is not here any more.", "Ask that person to come back.")
        })?;
        if self.files.running(false).any(|entry| entry.transfer.message == key) {
            return Ok(());
        }
        if self.files.running(false).count() >= MAX_FETCHING {
            let message = format!("{MAX_FETCHING} files are coming already.");
            return Err(UiError::new("too_many_files", message, "Wait until one of them is here."));
        }
        let name = Uuid::new_v4().to_string();
        let called = self.name(owner.as_str());
        let entry = self.files.begin(key.to_owned(), (owner.to_string(), called), name.clone(), false);
        let transfer = entry.transfer.key.clone();
        self.file_step(&transfer, Step::Progress(0));
        let payload = wire::file_call_text(&FileCall::Get { file, transfer: name });
        let (number, post) = (self.number, self.post.clone());
        tokio::spawn(async move {
            let data = PerformRpcData::new(owner.to_string(), wire::FILE_METHOD)
                .with_payload(payload)
                .with_response_timeout(ANSWER_TIMEOUT);
            let state = match tokio::time::timeout(2 * ANSWER_TIMEOUT, me.perform_rpc(data)).await {
                Ok(Ok(_)) => {
                    tokio::time::sleep(ANSWER_TIMEOUT).await;
                    return drop(post.send(Input::FileLate(number, transfer)));
                }
                Ok(Err(error)) if error.code == BUSY => {
                    failed("Its owner’s app sends too much already.".into(), "Save it again in a while.")
                }
                _ => failed(
                    "Its owner’s app does not hand it out any more.".into(),
                    "Ask that person to offer it again.",
                ),
            };
            let _ = post.send(Input::FileStep(number, transfer, Step::Over(state)));
        });
        Ok(())
    }

    /// The owner has answered, and should have begun by now.
    pub(in crate::session::chat) fn file_late(&mut self, key: &str) {
        if self.files.running(false).any(|entry| entry.transfer.key == key && !entry.started) {
            let state = failed("It did not begin to come.".into(), "Save it again.");
            self.file_step(key, Step::Over(state));
        }
    }

    /// The other side is told that a transfer was stopped here.
    pub(super) fn call_off(&self, peer: String, name: String) {
        let Some(me) = self.me() else { return };
        let payload = wire::file_call_text(&FileCall::Stop { transfer: name });
        tokio::spawn(async move {
            let data = PerformRpcData::new(peer, wire::FILE_METHOD).with_payload(payload);
            // Who cannot be told has left, or will notice that nothing comes.
            let _ = tokio::time::timeout(ANSWER_TIMEOUT, me.perform_rpc(data)).await;
        });
    }

    /// A file begins to come. It is taken if it was asked for.
    pub(in crate::session::chat) fn file_comes(&mut self, reader: ByteStreamReader, from: &str) {
        let asked = reader.info().attributes().remove(wire::ASKED);
        let waits = |entry: &&mut super::Entry| {
            let ours = entry.peer == from && asked.as_ref() == Some(&entry.name);
            ours && !entry.transfer.sending && entry.is_running() && !entry.started
        };
        let Some(entry) = self.files.entries.iter_mut().find(waits) else { return };
        entry.started = true;
        let (key, message, cancel) = (entry.transfer.key.clone(), entry.transfer.message.clone(), entry.cancel.clone());
        let Some(file) = self.store.by_key(&message).and_then(|kept| kept.message.file.clone()) else { return };
        let (number, post) = (self.number, self.post.clone());
        tokio::spawn(async move {
            let progress = Progress { number, key: key.clone(), post: post.clone() };
            let state = match receive(reader, save::folder(), &file.name, file.size, &cancel, &progress).await {
                Ok((path, program)) => TransferState::Done { path: Some(path.display().to_string()), program },
                Err(state) => state,
            };
            let _ = post.send(Input::FileStep(number, key, Step::Over(state)));
        });
    }
}

async fn receive(
    mut reader: ByteStreamReader,
    folder: PathBuf,
    name: &str,
    size: u64,
    cancel: &CancellationToken,
    progress: &Progress,
) -> Result<(PathBuf, bool), TransferState> {
    let name = name.to_owned();
    let mut part = on_disk(move || Part::begin(&folder, &name, size)).await?;
    let mut piece = Vec::new();
    let mut came = 0;
    loop {
        let chunk = tokio::select! {
            () = cancel.cancelled() => return Err(TransferState::Cancelled { here: true }),
            chunk = tokio::time::timeout(SILENCE, reader.next()) => chunk,
        };
        let over = match chunk {
            Ok(Some(Ok(bytes))) => {
                came += bytes.len() as u64;
                piece.extend_from_slice(&bytes);
                progress.tell(came);
                false
            }
            Ok(None) => true,
            Ok(Some(Err(error))) => {
                tracing::info!(%error, "a file broke off");
                // Where its owner stopped it, that is told, too.
                tokio::select! {
                    () = cancel.cancelled() => return Err(TransferState::Cancelled { here: false }),
                    () = tokio::time::sleep(STOP_TIMEOUT) => {}
                }
                let message = "It broke off: its owner left, or the connection was lost.";
                return Err(failed(message.into(), "Save it again when its owner is back."));
            }
            Err(_) => return Err(failed("Nothing of it comes any more.".into(), "Save it again.")),
        };
        if piece.len() >= PIECE || over || came > size {
            let bytes = std::mem::take(&mut piece);
            part = on_disk(move || part.write(&bytes).map(|_| part)).await?;
        }
        if over {
            return on_disk(move || part.finish()).await;
        }
    }
}

/// Does something with the disk, which may take its time.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SaveError> + Send + 'static,
) -> Result<T, TransferState> {
    let result = tokio::task::spawn_blocking(work).await;
    result.map_err(|error| SaveError::Io(io::Error::other(error))).flatten().map_err(|error| {
        tracing::warn!(%error, "a file was not saved");
        match &error {
            SaveError::Io(io) if io.kind() == io::ErrorKind::StorageFull => {
                failed("The disk is full.".into(), "Make room, then save it again.")
            }
            SaveError::Io(io) => failed(
                format!("The folder of downloads did not take it: {io}."),
                "Look at the folder’s permissions, then save it again.",
            ),
            SaveError::Size { .. } => {
                failed("What came is not as large as what was offered.".into(), "Ask its owner to offer it again.")
            }
        }
    })
}
