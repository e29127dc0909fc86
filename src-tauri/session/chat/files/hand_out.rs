//! The owner's side: a file is offered, and sent to whoever asks for it and may have it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use livekit::prelude::{LocalParticipant, RpcError};
use livekit::{StreamByteOptions, StreamWriter};
use tokio::io::AsyncReadExt;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::types::{SharedFile, TransferState};
use super::{Offer, Step, failed};
use crate::error::UiError;
use crate::session::chat::actor::{Actor, Answer, Input};
use crate::session::chat::types::Audience;
use crate::session::chat::wire::{self, FileCall, MAX_FILE};

/// Most files that are sent at a time, and to one person.
const MAX_SENDING: usize = 4;
const MAX_SENDING_TO_ONE: usize = 2;

/// Most files that are offered in a session.
const MAX_OFFERS: usize = 100;

/// So many bytes are read at a time.
const PIECE: usize = 60_000;

/// Longest that a piece may take to go.
const PIECE_TIMEOUT: Duration = Duration::from_secs(30);

/// Errors of a request: there is no such file for who asks; too many are being sent.
pub const NO_FILE: u32 = 2003;
pub const BUSY: u32 = 2004;

impl Actor {
    /// Offers the file at this path to everybody, or to the one of this identity.
    pub(in crate::session::chat) fn offer(&mut self, to: Option<String>, path: PathBuf, reply: Answer) {
        let file = checked(&path).and_then(|file| {
            if self.files.offers.len() < MAX_OFFERS {
                return Ok(file);
            }
            let hint = "Delete the messages of some of them first.";
            Err(UiError::new("too_many_files", format!("You offer {MAX_OFFERS} files already."), hint))
        });
        let sent = match file {
            Ok(file) => self.send_new(to, &file.name.clone(), Some((file, path)), reply),
            Err(error) => Err((error, reply)),
        };
        if let Err((error, reply)) = sent {
            let _ = reply.send(Err(error));
        }
    }

    /// The message that offers a file was sent.
    pub(in crate::session::chat) fn offered(&mut self, id: &str, file: &SharedFile, path: PathBuf, to: &Audience) {
        let to = match to {
            Audience::Everyone => None,
            // Who has left since gets nothing.
            Audience::Private { identity, .. } => {
                Some(self.identity_of(identity).map(|identity| identity.to_string()).unwrap_or_default())
            }
        };
        let offer = Offer { path, name: file.name.clone(), size: file.size, to };
        self.files.offers.insert(id.to_owned(), offer);
    }

    /// Lets others ask for files.
    pub(in crate::session::chat) fn serve_files(&self, me: &LocalParticipant) {
        let (number, post) = (self.number, self.post.clone());
        me.register_rpc_method(wire::FILE_METHOD.to_owned(), move |call| {
            let (reply, answer) = oneshot::channel();
            let asked = Input::FileCall(number, call.caller_identity.to_string(), call.payload, reply);
            let asked = post.send(asked).is_ok();
            Box::pin(async move {
                let closing = || RpcError::new(BUSY, "closing".into(), None);
                if asked { answer.await.map_err(|_| closing())? } else { Err(closing()) }
            })
        });
    }

    /// Somebody asks for a file, or stops asking.
    pub(in crate::session::chat) fn file_call(
        &mut self,
        number: u64,
        who: &str,
        payload: &str,
        reply: oneshot::Sender<Result<String, RpcError>>,
    ) {
        let refuse = |code, why: &str| Err(RpcError::new(code, why.to_owned(), None));
        let answer = match wire::file_call(payload) {
            Some(FileCall::Get { file, transfer }) if number == self.number => self.hand_out(who, &file, transfer),
            Some(FileCall::Stop { transfer }) => {
                let mut running = self.files.entries.iter().filter(|entry| entry.is_running());
                let of_caller = running.find(|entry| entry.peer == who && entry.name == transfer);
                if let Some(key) = of_caller.map(|entry| entry.transfer.key.clone()) {
                    self.file_step(&key, Step::Over(TransferState::Cancelled { here: false }));
                }
                Ok(String::new())
            }
            _ => refuse(NO_FILE, "no such file"),
        };
        let _ = reply.send(answer);
    }

    fn hand_out(&mut self, who: &str, id: &str, transfer: String) -> Result<String, RpcError> {
        let refuse = |code, why: &str| Err(RpcError::new(code, why.to_owned(), None));
        let offer = self.files.offers.get(id).filter(|offer| offer.to.as_ref().is_none_or(|to| to == who)).cloned();
        let (Some(offer), Some(me)) = (offer, self.me()) else { return refuse(NO_FILE, "no such file") };
        let message = self.store.kept().iter().find(|kept| kept.id == id && kept.message.is_local);
        let Some(message) = message.map(|kept| kept.message.key.clone()) else {
            return refuse(NO_FILE, "no such file");
        };
        let (all, to_one) =
            (self.files.running(true).count(), self.files.running(true).filter(|e| e.peer == who).count());
        if all >= MAX_SENDING || to_one >= MAX_SENDING_TO_ONE || !self.handing.take(who, Instant::now()) {
            return refuse(BUSY, "busy");
        }
        let called = self.name(who);
        let entry = self.files.begin(message, (who.to_owned(), called), transfer.clone(), true);
        let (key, cancel) = (entry.transfer.key.clone(), entry.cancel.clone());
        self.file_step(&key, Step::Progress(0));
        let (number, post, who) = (self.number, self.post.clone(), who.to_owned());
        tokio::spawn(async move {
            let progress = Progress { number, key: key.clone(), post: post.clone() };
            let state = send(&me, &offer, who, transfer, &cancel, &progress).await;
            let _ = post.send(Input::FileStep(number, key, Step::Over(state)));
        });
        Ok(String::new())
    }
}

/// The file at this path, if it may be sent.
fn checked(path: &std::path::Path) -> Result<SharedFile, UiError> {
    let unreadable = |error: std::io::Error| {
        tracing::info!(%error, "a file cannot be sent");
        UiError::new("file_unreadable", "This file cannot be read.", "Choose another, or look at its permissions.")
    };
    let about = std::fs::File::open(path).and_then(|file| file.metadata()).map_err(unreadable)?;
    if !about.is_file() {
        return Err(UiError::new("no_plain_file", "This is no file.", "Pack a folder into one file first."));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    wire::file(&name, about.len()).ok_or_else(|| {
        let (size, most) = (about.len() / 1024 / 1024, MAX_FILE / 1024 / 1024);
        let message = format!("This file is too large: {size} MiB of at most {most} MiB.");
        UiError::new("file_too_large", message, "Send it another way, or in parts.")
    })
}

/// Where progress is told.
pub(super) struct Progress {
    pub(super) number: u64,
    pub(super) key: String,
    pub(super) post: mpsc::UnboundedSender<Input>,
}

impl Progress {
    pub(super) fn tell(&self, done: u64) {
        let _ = self.post.send(Input::FileStep(self.number, self.key.clone(), Step::Progress(done)));
    }
}

async fn send(
    me: &LocalParticipant,
    offer: &Offer,
    to: String,
    transfer: String,
    cancel: &CancellationToken,
    progress: &Progress,
) -> TransferState {
    let changed = || failed("The file was changed or removed after it was offered.".into(), "Offer it again.");
    let Ok(mut file) = tokio::fs::File::open(&offer.path).await else { return changed() };
    if file.metadata().await.map_or(0, |about| about.len()) != offer.size {
        return changed();
    }
    let options = StreamByteOptions::new_with_topic(wire::FILE_TOPIC)
        .with_name(&offer.name)
        .with_total_length(offer.size)
        .with_attribute(wire::ASKED, transfer)
        .with_destination_identity(to);
    let broken = || failed("It could not be sent.".into(), "It can be asked for again when the connection is well.");
    let Ok(writer) = me.stream_bytes(options).await else { return broken() };
    let mut piece = vec![0; PIECE];
    let mut done = 0;
    let state = loop {
        let read = match file.read(&mut piece).await {
            Ok(0) if done == offer.size => break TransferState::Done { path: None, program: false },
            Ok(read) if read > 0 && done + read as u64 <= offer.size => read,
            _ => break changed(),
        };
        let written = tokio::select! {
            () = cancel.cancelled() => break TransferState::Cancelled { here: true },
            written = tokio::time::timeout(PIECE_TIMEOUT, writer.write(&piece[..read])) => written,
        };
        if !matches!(written, Ok(Ok(()))) {
            break broken();
        }
        done += read as u64;
        progress.tell(done);
    };
    let closed = async {
        match &state {
            TransferState::Done { .. } => writer.close().await,
            _ => writer.close_with_reason("stopped").await,
        }
    };
    match tokio::time::timeout(PIECE_TIMEOUT, closed).await {
        Ok(Ok(())) => state,
        _ if matches!(state, TransferState::Done { .. }) => broken(),
        _ => state,
    }
}
