//! One live session: connect, participants, roles, state for the UI.

mod actor;
mod again;
pub mod chat;
mod connect;
mod connection;
mod devices;
mod encryption;
mod end_reason;
mod hands;
pub mod health;
mod hosting;
pub mod invitation;
mod invite;
pub mod journal;
mod last;
mod message;
mod moderation;
mod people;
mod publisher;
mod received;
mod receiving;
mod reduce;
pub mod report;
mod role;
mod room_events;
mod room_metadata;
pub mod sdk;
pub mod state;
pub mod statistics;
pub(crate) mod text;
pub(crate) mod token;
mod watch;

use std::sync::Arc;

use tauri::AppHandle;
use tauri_specta::Event;
use tokio::sync::{mpsc, oneshot};

use crate::api::BaseUrl;
use crate::error::UiError;
use crate::sessions::RecentSession;
use crate::settings::SettingsStore;
use crate::video::Frames;
use actor::Actor;
use chat::Chat;
pub use invite::{Code, Invite, Reach};
use journal::Journal;
use message::{Message, Reply};
pub use moderation::Moderation;
use report::SessionReport;
use state::{Device, LastSession, SessionState};
use statistics::tick::StatisticsTick;
use statistics::{Recorder, StatisticsFile};

/// What was tried last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastAttempt {
    /// The session server that an invitation named; else it was the one of the settings.
    pub api: Option<BaseUrl>,
    /// The session to be joined; none where one was to be created.
    pub session_id: Option<String>,
}

/// What the doctor needs to know of sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// The session server of this computer, if it runs, and whether it is on the network.
    pub host: Option<(BaseUrl, bool)>,
    /// What was tried last in this run of the program.
    pub last: Option<LastAttempt>,
}

/// The live session, for who sends it commands.
#[derive(Clone)]
pub struct Session {
    post: mpsc::UnboundedSender<Message>,
    recorder: Recorder,
    journal: Journal,
    chat: Chat,
}

impl Session {
    /// Starts without being in a session. Patches, meters and statistics go to the UI, pictures to `frames`, statistics
    /// also to `file`.
    pub fn start(
        handle: AppHandle,
        settings: Arc<SettingsStore>,
        frames: Frames,
        file: Option<StatisticsFile>,
        notice: impl Fn(chat::Notice) + Send + 'static,
    ) -> Self {
        let chat_ui = handle.clone();
        let update = Box::new(move |update: chat::types::ChatUpdate| told(update.emit(&chat_ui)));
        let chat = Chat::start(chat::Listeners { update, notice: Box::new(notice) });
        let (ui, watcher) = (handle.clone(), handle.clone());
        let recorder = Recorder::new(file, move |tick: StatisticsTick| told(tick.emit(&watcher)));
        let patches = move |patch: state::SessionPatch| told(patch.emit(&ui));
        let meters = move |meters: state::Meters| told(meters.emit(&handle));
        Self::start_with(settings, frames, recorder, chat, patches, meters)
    }

    /// The same without a UI: whoever is told is given.
    pub fn start_telling(
        settings: Arc<SettingsStore>,
        frames: Frames,
        recorder: Recorder,
        patches: impl Fn(state::SessionPatch) + Send + 'static,
        meters: impl Fn(state::Meters) + Send + 'static,
    ) -> Self {
        let chat = Chat::start(chat::Listeners { update: Box::new(|_| {}), notice: Box::new(|_| {}) });
        Self::start_with(settings, frames, recorder, chat, patches, meters)
    }

    fn start_with(
        settings: Arc<SettingsStore>,
        frames: Frames,
        recorder: Recorder,
        chat: Chat,
        patches: impl Fn(state::SessionPatch) + Send + 'static,
        meters: impl Fn(state::Meters) + Send + 'static,
    ) -> Self {
        let journal = Journal::default();
        let writes = journal.clone();
        let patches = move |patch| {
            writes.hear(&patch);
            patches(patch);
        };
        let post = Actor::start(settings, frames, recorder.clone(), chat.clone(), patches, meters);
        Self { post, recorder, journal, chat }
    }

    /// The report of the session that is on, or of the last one; none before the first.
    ///
    /// # Errors
    /// The app is closing.
    pub async fn report(&self, settings: &SettingsStore) -> Result<Option<SessionReport>, UiError> {
        let state = self.snapshot().await?;
        let statistics = self.recorder.statistics();
        let report = SessionReport::new(&state, &statistics, &self.journal, &settings.current(), &settings.server());
        Ok(Some(report).filter(|report| !report.is_empty()))
    }

    /// The statistics of the session that is on, or of the last one.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// The chat of the session that is on.
    pub fn chat(&self) -> &Chat {
        &self.chat
    }

    async fn ask<T>(&self, message: impl FnOnce(Reply<T>) -> Message) -> Result<T, UiError> {
        let (reply, answer) = oneshot::channel();
        let stopping = |_| UiError::new("stopping", "The app is closing.", "Start it again.");
        self.post.send(message(reply)).map_err(|_| stopping(()))?;
        answer.await.map_err(|_| stopping(()))
    }

    /// The whole state.
    ///
    /// # Errors
    /// The app is closing.
    pub async fn snapshot(&self) -> Result<SessionState, UiError> {
        self.ask(Message::Snapshot).await
    }

    /// Creates a session, encrypted or not, and goes into it; returns when connected.
    ///
    /// # Errors
    /// Which link of the chain is broken, and what to do.
    pub async fn create(&self, title: String, name: String, encrypted: bool) -> Result<(), UiError> {
        self.ask(|reply| Message::Create(title, name, encrypted, reply)).await?
    }

    /// Joins the session that `input` names, with the key words of an encrypted one where they are not in it; returns when
    /// connected.
    ///
    /// # Errors
    /// Which link of the chain is broken, and what to do.
    pub async fn join(&self, input: String, name: String, key_words: Option<String>) -> Result<(), UiError> {
        self.ask(|reply| Message::Join(input, name, key_words, reply)).await?
    }

    /// Uses these key words in the encrypted session one is in.
    ///
    /// # Errors
    /// They are none, or the session is not encrypted.
    pub async fn use_key(&self, key_words: String) -> Result<(), UiError> {
        self.ask(|reply| Message::UseKey(key_words, reply)).await?
    }

    /// Makes a new key for the encrypted session one is the host of, and gives it to everybody who is there with the old
    /// one. For when somebody had to go.
    ///
    /// # Errors
    /// One is not the host of an encrypted session.
    pub async fn renew_key(&self) -> Result<(), UiError> {
        self.ask(|reply| Message::RenewKey(None, reply)).await?
    }

    /// Goes into the last session again, as who one was there; returns when connected.
    ///
    /// # Errors
    /// There is none, or which link of the chain is broken, and what to do.
    pub async fn rejoin(&self) -> Result<(), UiError> {
        self.ask(Message::Rejoin).await?
    }

    /// The session to offer to go back to: lost, or left by a crash.
    ///
    /// # Errors
    /// The app is closing.
    pub async fn last(&self) -> Result<Option<LastSession>, UiError> {
        self.ask(Message::Last).await
    }

    /// Offers it no more.
    ///
    /// # Errors
    /// The app is closing.
    pub async fn forget_last(&self) -> Result<(), UiError> {
        self.ask(Message::ForgetLast).await?
    }

    /// The sessions one was in before, the last one first.
    ///
    /// # Errors
    /// The app is closing.
    pub async fn recent(&self) -> Result<Vec<RecentSession>, UiError> {
        self.ask(Message::Recent).await
    }

    /// Forgets one of them, or all.
    ///
    /// # Errors
    /// The app is closing.
    pub async fn forget_recent(&self, session_id: Option<String>) -> Result<(), UiError> {
        self.ask(|reply| Message::ForgetRecent(session_id, reply)).await?
    }

    /// What to hand out so that others come; none outside a session.
    ///
    /// # Errors
    /// The app is closing.
    pub async fn invite(&self) -> Result<Option<Invite>, UiError> {
        self.ask(Message::Invite).await
    }

    /// Does something about somebody, as the host.
    ///
    /// # Errors
    /// One is not the host, the person is gone, or LiveKit is not reached.
    pub async fn moderate(&self, identity: String, what: Moderation) -> Result<(), UiError> {
        self.ask(|reply| Message::Moderate(identity, what, reply)).await?
    }

    /// Mutes everybody else, as the host.
    ///
    /// # Errors
    /// One is not the host, or LiveKit is not reached.
    pub async fn mute_all(&self) -> Result<(), UiError> {
        self.ask(Message::MuteAll).await?
    }

    /// Locks the session, or opens it again, as the host. Who was in it comes back all the same.
    ///
    /// # Errors
    /// One is not the host, or the session server refused or is not reached.
    pub async fn lock(&self, locked: bool) -> Result<(), UiError> {
        self.ask(|reply| Message::LockSession(locked, reply)).await?
    }

    /// Leaves; devices are off at once.
    ///
    /// # Errors
    /// The app is closing.
    pub async fn leave(&self) -> Result<(), UiError> {
        self.ask(Message::Leave).await?
    }

    /// Ends the session for everyone.
    ///
    /// # Errors
    /// One is not its host, or the session server refused.
    pub async fn end(&self) -> Result<(), UiError> {
        self.ask(Message::End).await?
    }

    /// Back to idle after an end.
    ///
    /// # Errors
    /// The app is closing.
    pub async fn dismiss_end(&self) -> Result<(), UiError> {
        self.ask(Message::DismissEnd).await?
    }

    /// Switches a device; what comes of it is in the state.
    ///
    /// # Errors
    /// There is no session, or one may not publish in it.
    pub async fn set_device(&self, device: Device, on: bool) -> Result<(), UiError> {
        self.ask(|reply| Message::SetDevice(device, on, reply)).await?
    }

    /// Raises or lowers the own hand.
    ///
    /// # Errors
    /// There is no connection, or the session does not let one.
    pub async fn raise_hand(&self, up: bool) -> Result<(), UiError> {
        self.ask(|reply| Message::RaiseHand(up, reply)).await?
    }

    /// Goes over to another device, in the session that is on. Without one there is nothing to do: the next session
    /// begins with what the settings have.
    pub fn choose_device(&self, device: Device, id: Option<String>) {
        // An error means that the app is closing.
        let _ = self.post.send(Message::ChooseDevice(device, id));
    }

    /// What the doctor needs to know.
    ///
    /// # Errors
    /// The app is closing.
    pub async fn diagnosis(&self) -> Result<Diagnosis, UiError> {
        self.ask(Message::Diagnosis).await
    }

    /// What to send people on the own network, while this computer hosts there.
    pub async fn lan_address(&self) -> Option<String> {
        self.ask(Message::LanAddress).await.unwrap_or(None)
    }

    /// Stops everything before the program ends.
    pub async fn shut_down(&self) {
        // An error means that it has stopped already.
        let _ = self.ask(Message::ShutDown).await;
    }
}

fn told(result: tauri::Result<()>) {
    if let Err(error) = result {
        tracing::warn!(%error, "the UI was not told");
    }
}
