//! Owns the chat: takes a person's wishes, what comes from the room, and what came of it, one after the other.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use livekit::prelude::{LocalParticipant, ParticipantIdentity, Room, RoomEvent, RpcError};
use tokio::sync::{mpsc, oneshot};

use super::files::{Files, Step};
use super::limit::{Limits, Rate};
use super::past::{Asking, Told};
use super::send::Sent;
use super::store::{New, Outcome, Store};
use super::types::{Audience, ChatChange, ChatState, ChatUpdate, History};
use super::{Listeners, Notice};
use crate::error::UiError;
use crate::session::people;

/// Where the answer to a wish goes when it is fulfilled or not.
pub type Answer = oneshot::Sender<Result<(), UiError>>;

/// Messages from one person and from all. One more is left out; who types does not get there, and one's own are held to
/// [`SENT`], which is less.
const RECEIVED: (Rate, Rate) = (Rate { burst: 12., per_second: 2. }, Rate { burst: 100., per_second: 30. });

/// Own messages.
const SENT: Rate = Rate { burst: 6., per_second: 1. };

/// Reactions from one person and from all.
const REACTIONS: (Rate, Rate) = (Rate { burst: 6., per_second: 2. }, Rate { burst: 40., per_second: 20. });

/// Own reactions.
const REACTED: Rate = Rate { burst: 4., per_second: 1. };

/// How often the history is told to one person, and to all.
const TELLING: (Rate, Rate) = (Rate { burst: 4., per_second: 0.2 }, Rate { burst: 30., per_second: 4. });

/// How often files are sent to one person, and to all.
const HANDING: (Rate, Rate) = (Rate { burst: 6., per_second: 0.2 }, Rate { burst: 40., per_second: 2. });

/// How often it is said of one person, and of all, that something of theirs is left out.
const FLOOD_NOTES: (Rate, Rate) = (Rate { burst: 1., per_second: 0.1 }, Rate { burst: 3., per_second: 0.3 });

/// What the actor hears.
pub enum Input {
    /// The chat, please.
    Snapshot(oneshot::Sender<ChatState>),
    /// To everybody or to one.
    Send {
        /// Identity of that one.
        to: Option<String>,
        /// What.
        text: String,
        /// When sent.
        reply: Answer,
    },
    /// Another text for an own message.
    Edit {
        /// Which.
        key: String,
        /// The new text.
        text: String,
        /// When sent.
        reply: Answer,
    },
    /// An own message goes.
    Delete {
        /// Which.
        key: String,
        /// When sent.
        reply: Answer,
    },
    /// A reaction.
    React {
        /// Which.
        emoji: String,
        /// When sent.
        reply: Answer,
    },
    /// A file for everybody or for one.
    Offer {
        /// Identity of that one.
        to: Option<String>,
        /// Where it is.
        path: PathBuf,
        /// When sent.
        reply: Answer,
    },
    /// The file of a message is wanted.
    Fetch {
        /// Which message.
        key: String,
        /// When it is asked for.
        reply: Answer,
    },
    /// A file is wanted no more.
    CancelTransfer {
        /// Which transfer.
        key: String,
        /// When stopped.
        reply: Answer,
    },
    /// Where a file is that came.
    FolderOf(String, oneshot::Sender<Result<PathBuf, UiError>>),
    /// A session begins.
    Begin,
    /// In its room.
    Enter(Arc<Room>),
    /// The connection is lost.
    Lost,
    /// The same connection is back.
    Back,
    /// The own permissions changed.
    Permission,
    /// Somebody left.
    Left(String),
    /// Something came.
    Event(Box<RoomEvent>),
    /// The session is over.
    End,
    /// What came of sending something, in the session of this number.
    Sent(u64, Box<Sent>, Result<(), UiError>, Answer),
    /// A message was read to its end, in the session of this number.
    Read(u64, Box<New>, super::hear::Change),
    /// Reading one of this person's streams is over, in the session of this number.
    ReadOver(u64, String),
    /// Somebody asks for the history, in the session of this number.
    Asked(u64, String, String, oneshot::Sender<Result<String, RpcError>>),
    /// What came of asking for the history.
    Told(u64, u64, Told),
    /// Somebody asks for a file, in the session of this number.
    FileCall(u64, String, String, oneshot::Sender<Result<String, RpcError>>),
    /// A transfer goes on or is over, in the session of this number.
    FileStep(u64, String, Step),
    /// A transfer should have begun by now, in the session of this number.
    FileLate(u64, String),
}

/// The actor.
pub struct Actor {
    inbox: mpsc::UnboundedReceiver<Input>,
    pub(super) post: mpsc::UnboundedSender<Input>,
    listeners: Listeners,
    sequence: u32,
    can_send: bool,
    history: History,
    /// Counts the sessions: what is left of an earlier one does not matter.
    pub(super) number: u64,
    pub(super) room: Option<Arc<Room>>,
    pub(super) store: Store,
    pub(super) files: Files,
    pub(super) asking: Option<Asking>,
    /// Counts what was asked for.
    pub(super) asked: u64,
    /// When the connection was lost, if it is.
    pub(super) lost: Option<Instant>,
    /// How many streams of each person are being read.
    pub(super) reading: HashMap<String, usize>,
    pub(super) received: Limits,
    pub(super) sent: Limits,
    pub(super) reactions: Limits,
    pub(super) reacted: Limits,
    pub(super) telling: Limits,
    pub(super) handing: Limits,
    flood_notes: Limits,
    /// The newest time that a message has.
    newest: u64,
}

impl Actor {
    /// Starts it; it lives as long as the program.
    pub fn start(listeners: Listeners) -> mpsc::UnboundedSender<Input> {
        // What comes from others is bounded where it arrives, and each thing is done at once.
        let (post, inbox) = mpsc::unbounded_channel();
        let own = |rate| Limits::new(rate, rate);
        let others = |(each, all)| Limits::new(each, all);
        let actor = Self {
            inbox,
            post: post.clone(),
            listeners,
            sequence: 0,
            can_send: false,
            history: History::None,
            number: 0,
            room: None,
            store: Store::default(),
            files: Files::default(),
            asking: None,
            asked: 0,
            lost: None,
            reading: HashMap::new(),
            received: others(RECEIVED),
            sent: own(SENT),
            reactions: others(REACTIONS),
            reacted: own(REACTED),
            telling: others(TELLING),
            handing: others(HANDING),
            flood_notes: others(FLOOD_NOTES),
            newest: 0,
        };
        tauri::async_runtime::spawn(actor.run());
        post
    }

    async fn run(mut self) {
        while let Some(input) = self.inbox.recv().await {
            self.hear(input);
        }
    }

    fn hear(&mut self, input: Input) {
        match input {
            Input::Snapshot(reply) => drop(reply.send(self.state())),
            Input::Send { to, text, reply } => self.send(to, &text, reply),
            Input::Edit { key, text, reply } => self.edit(&key, &text, reply),
            Input::Delete { key, reply } => self.delete(&key, reply),
            Input::React { emoji, reply } => self.react(&emoji, reply),
            Input::Offer { to, path, reply } => self.offer(to, path, reply),
            Input::Fetch { key, reply } => self.fetch(&key, reply),
            Input::CancelTransfer { key, reply } => self.cancel_transfer(&key, reply),
            Input::FolderOf(key, reply) => drop(reply.send(self.folder_of(&key))),
            Input::FileCall(number, who, payload, reply) => self.file_call(number, &who, &payload, reply),
            Input::FileStep(number, key, step) if number == self.number => self.file_step(&key, step),
            Input::FileLate(number, key) if number == self.number => self.file_late(&key),
            Input::Begin => {
                self.end();
                self.store = Store::default();
                self.history = History::None;
                self.reset();
            }
            Input::Enter(room) => self.enter(room),
            Input::Lost => {
                self.lost.get_or_insert_with(Instant::now);
            }
            Input::Back => self.ask_for_missed(),
            Input::Permission => self.permission(),
            Input::Left(identity) => {
                self.left(&identity);
                self.files_left(&identity);
            }
            Input::Event(event) => self.event(*event),
            Input::End => self.end(),
            Input::Sent(number, sent, result, reply) => {
                if number == self.number && result.is_ok() {
                    self.was_sent(*sent);
                }
                let _ = reply.send(result);
            }
            Input::Read(number, new, change) if number == self.number => self.read(*new, change),
            Input::ReadOver(number, from) if number == self.number => self.read_over(&from),
            Input::Asked(number, who, payload, reply) => self.asked(number, &who, &payload, reply),
            Input::Told(number, asked, told) if number == self.number => self.told(asked, told),
            Input::Read(..) | Input::ReadOver(..) | Input::Told(..) | Input::FileStep(..) | Input::FileLate(..) => {}
        }
    }

    /// How it stands with the history.
    pub(super) fn state_history(&self) -> &History {
        &self.history
    }

    fn state(&self) -> ChatState {
        ChatState {
            sequence: self.sequence,
            can_send: self.can_send,
            messages: self.store.kept().iter().map(|kept| kept.message.clone()).collect(),
            history: self.history.clone(),
            transfers: self.files.list(),
        }
    }

    /// Tells the UI of a change.
    pub(super) fn change(&mut self, change: ChatChange) {
        self.sequence = self.sequence.wrapping_add(1);
        (self.listeners.update)(ChatUpdate { sequence: self.sequence, change });
    }

    fn reset(&mut self) {
        self.sequence = self.sequence.wrapping_add(1);
        let state = self.state();
        (self.listeners.update)(ChatUpdate { sequence: state.sequence, change: ChatChange::Reset { state } });
    }

    /// Tells the UI what came of keeping, changing or deleting a message.
    pub(super) fn kept(&mut self, outcome: Outcome, news: bool) {
        let Outcome { changed, dropped } = outcome;
        if !changed.is_empty() || !dropped.is_empty() {
            self.change(ChatChange::Messages { changed, dropped, news });
        }
    }

    /// Tells the UI how it stands with the history.
    pub(super) fn history(&mut self, history: History) {
        if self.history != history {
            self.history = history.clone();
            self.change(ChatChange::History { history });
        }
    }

    /// Tells who looks elsewhere that something was written.
    pub(super) fn notice(&self, new: &New) {
        let private = new.to != Audience::Everyone;
        let file = new.file.as_ref().map(|file| file.name.clone());
        let text = file.unwrap_or_else(|| new.text.clone());
        (self.listeners.notice)(Notice { name: new.name.clone(), text, private });
    }

    /// Something of this person's is left out: it is too much.
    pub(super) fn flood(&mut self, identity: &str) {
        if self.flood_notes.take(identity, Instant::now()) {
            tracing::info!(identity = people::key(identity), "sends more than is taken");
            let name = self.name(identity);
            self.change(ChatChange::Flood { name });
        }
    }

    fn enter(&mut self, room: Arc<Room>) {
        self.serve_history(&room.local_participant());
        self.serve_files(&room.local_participant());
        self.files_lost();
        self.room = Some(room);
        self.reading.clear();
        self.permission();
        self.ask_for_missed();
    }

    fn end(&mut self) {
        self.number += 1;
        (self.room, self.asking, self.lost) = (None, None, None);
        self.files.clear();
        self.reading.clear();
        if self.can_send {
            self.can_send = false;
            self.change(ChatChange::CanSend { can_send: false });
        }
    }

    fn permission(&mut self) {
        let Some(me) = self.me() else { return };
        let can_send = me.permission().is_none_or(|permission| permission.can_publish_data);
        if self.can_send != can_send {
            self.can_send = can_send;
            self.change(ChatChange::CanSend { can_send });
        }
    }

    /// Oneself in the room.
    pub(super) fn me(&self) -> Option<LocalParticipant> {
        self.room.as_ref().map(|room| room.local_participant())
    }

    /// Identity, as the UI has it, of oneself.
    pub(super) fn my_key(&self) -> String {
        self.me().map(|me| people::key(me.identity().as_str())).unwrap_or_default()
    }

    /// What somebody is called, by the identity as it is on the wire.
    pub(super) fn name(&self, identity: &str) -> String {
        let others = self.room.as_ref().map(|room| room.remote_participants()).unwrap_or_default();
        let name = match self.me().filter(|me| me.identity().as_str() == identity) {
            Some(me) => me.name(),
            None => others.get(&ParticipantIdentity::from(identity.to_owned())).map(|p| p.name()).unwrap_or_default(),
        };
        people::name(&name, &people::key(identity))
    }

    /// Identity on the wire of somebody in the room, by the one that the UI has.
    pub(super) fn identity_of(&self, key: &str) -> Option<ParticipantIdentity> {
        let others = self.room.as_ref()?.remote_participants();
        others.into_keys().find(|identity| people::key(identity.as_str()) == key)
    }

    /// Whether one may write.
    pub(super) fn may_send(&self) -> bool {
        self.can_send
    }

    /// A time for a message that comes now: later than all before, ms since 1970.
    pub(super) fn stamp(&mut self) -> u64 {
        self.newest = now_ms().max(self.newest + 1);
        self.newest
    }
}

/// Now, ms since 1970.
pub fn now_ms() -> u64 {
    let since: Duration = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
