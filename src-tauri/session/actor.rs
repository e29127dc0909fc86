//! Owns the session: takes a person's wishes, the room's events and the devices' reports, one after the other.

mod ending;
mod hand;
mod keys;
mod last_session;
mod moderate;
mod reconnect;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use livekit::prelude::{Room, RoomEvent};
use secrecy::SecretString;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::chat::{self, Chat};
use super::connect::{Admission, Attempt, News, Wish};
use super::devices::Devices;
use super::encryption::{self, Encryption};
use super::hands::Hands;
use super::invite::Invite;
use super::last::{Choices, Keeper, Last};
use super::message::{Answer, Message};
use super::people::Hosts;
use super::publisher::Publisher;
use super::received::Received;
use super::receiving::Receiving;
use super::reduce::Store;
use super::room_events::Places;
use super::state::{
    Change, ConnectStep, Device, EndReason, LeftHow, Meters, Participant, Phase, Role, SessionPatch, SessionState,
};
use super::statistics::{Recorder, Sampling};
use super::text::checked;
use super::{Diagnosis, LastAttempt, moderation, people};
use crate::api::ApiClient;
use crate::error::UiError;
use crate::host::Host;
use crate::sessions::RecentSessions;
use crate::settings::{SettingsStore, folders};
use crate::video::Frames;
use keys::Lock;
use reconnect::Line;

/// How often levels and frame counts are told: five times a second.
const METERS_INTERVAL: Duration = Duration::from_millis(200);

/// How often changes of who is there are told at most: a crowd that comes at once is a few patches, not one a person.
const PEOPLE_INTERVAL: Duration = Duration::from_millis(100);

/// Proof of being host of a session, for coming back to it and for ending it.
#[derive(Clone)]
struct Proof {
    api: ApiClient,
    host_key: Option<SecretString>,
    token: SecretString,
    here: bool,
}

/// A session under way.
struct Live {
    number: u64,
    attempt: Option<(JoinHandle<()>, Answer)>,
    name: String,
    admission: Option<Admission>,
    devices: Option<Devices>,
    room: Option<Arc<Room>>,
    publisher: Option<Publisher>,
    sampling: Option<Sampling>,
    receiving: Option<Receiving>,
    /// Whose hands are up.
    hands: Hands,
    /// Who is a host.
    hosts: Hosts,
    /// Which of the others' tracks are received.
    received: Received,
    /// The connection, once in the room.
    line: Option<Line>,
    /// What is known of the others' keys.
    lock: Lock,
}

impl Live {
    /// Which devices are switched on.
    fn choices(&self) -> Choices {
        self.devices.as_ref().map(Devices::choices).unwrap_or_default()
    }
}

/// The actor.
pub struct Actor {
    inbox: mpsc::UnboundedReceiver<Message>,
    post: mpsc::UnboundedSender<Message>,
    store: Store,
    meters: Box<dyn Fn(Meters) + Send>,
    settings: Arc<SettingsStore>,
    frames: Frames,
    recorder: Recorder,
    chat: Chat,
    host: Option<Host>,
    live: Option<Live>,
    events: Option<mpsc::UnboundedReceiver<RoomEvent>>,
    proofs: HashMap<String, Proof>,
    /// The session to go back to.
    back: Option<Last>,
    /// By which right one was in it, if that was in this run.
    before: Option<Admission>,
    /// Keeps it for the next run.
    keeper: Keeper,
    /// The sessions one was in, for home.
    recent: RecentSessions,
    number: u64,
    last: Option<LastAttempt>,
    /// Who is there, or how, has changed since it was told.
    people_changed: bool,
}

impl Actor {
    /// Starts it; it lives as long as the program.
    pub fn start(
        settings: Arc<SettingsStore>,
        frames: Frames,
        recorder: Recorder,
        chat: Chat,
        patches: impl Fn(SessionPatch) + Send + 'static,
        meters: impl Fn(Meters) + Send + 'static,
    ) -> mpsc::UnboundedSender<Message> {
        // A person's clicks and state changes: few, and none may be lost. Media goes other ways.
        let (post, inbox) = mpsc::unbounded_channel();
        let keeper = Keeper::new(folders::config());
        let actor = Self {
            inbox,
            post: post.clone(),
            store: Store::new(patches),
            meters: Box::new(meters),
            settings,
            frames,
            recorder,
            chat,
            host: None,
            live: None,
            events: None,
            proofs: HashMap::new(),
            back: keeper.found(),
            before: None,
            keeper,
            recent: RecentSessions::new(folders::config()),
            number: 0,
            last: None,
            people_changed: false,
        };
        tauri::async_runtime::spawn(actor.run());
        post
    }

    async fn run(mut self) {
        let mut tick = tokio::time::interval(METERS_INTERVAL);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut people = tokio::time::interval(PEOPLE_INTERVAL);
        people.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let event = async {
                match &mut self.events {
                    Some(events) => events.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                message = self.inbox.recv() => match message {
                    Some(Message::ShutDown(reply)) => {
                        self.shut_down().await;
                        let _ = reply.send(());
                        return;
                    }
                    Some(message) => self.hear(message),
                    None => return,
                },
                event = event => match event {
                    Some(event) => self.room_event(event),
                    None => self.events_over(),
                },
                _ = people.tick(), if self.people_changed => self.tell_people(),
                _ = tick.tick(), if self.live.is_some() => {
                    self.host_failed();
                    self.host_moved();
                    self.line_tick();
                    self.look_at_keys();
                    self.tell_meters();
                }
            }
        }
    }

    /// Replies whose asker has gone are of no interest.
    fn hear(&mut self, message: Message) {
        match message {
            Message::Snapshot(reply) => drop(reply.send(self.store.state().clone())),
            Message::Create(title, name, encrypted, reply) => match checked("title", &title) {
                Ok(title) => self.begin(Wish::Create { title, encrypted }, &name, reply),
                Err(error) => drop(reply.send(Err(error))),
            },
            Message::Join(input, name, words, reply) => match encryption::invitation(&input, words.as_deref()) {
                Ok(invitation) => self.begin(Wish::Join(invitation), &name, reply),
                Err(error) => drop(reply.send(Err(error))),
            },
            Message::UseKey(words, reply) => self.use_key(&words, reply),
            Message::RenewKey(without, reply) => self.renew_key(without.as_deref(), reply),
            Message::KeyUsed(number, result, reply) => self.key_used(number, result, reply),
            Message::Rejoin(reply) => self.rejoin(reply),
            Message::Last(reply) => drop(reply.send(self.offered())),
            Message::ForgetLast(reply) => {
                self.forget_last();
                let _ = reply.send(Ok(()));
            }
            Message::Moderate(identity, what, reply) => self.moderate(identity, what, reply),
            Message::MuteAll(reply) => self.mute_all(reply),
            Message::LockSession(locked, reply) => self.lock_session(locked, reply),
            Message::Recent(reply) => drop(reply.send(self.recent.list())),
            Message::ForgetRecent(session_id, reply) => {
                match session_id {
                    Some(session_id) => self.recent.forget(&session_id),
                    None => self.recent.clear(),
                }
                let _ = reply.send(Ok(()));
            }
            Message::Invite(reply) => {
                let admission = self.live.as_ref().and_then(|live| live.admission.as_ref());
                let _ = reply.send(admission.map(|admission| {
                    let secret = admission.encryption.as_ref().map(Encryption::secret);
                    Invite::new(&admission.session_id, admission.api.base(), secret)
                }));
            }
            Message::Leave(reply) => {
                if self.live.is_some() {
                    self.finish(EndReason::Left);
                }
                let _ = reply.send(Ok(()));
            }
            Message::End(reply) => self.end(reply),
            Message::Ended(number, result, reply) => {
                if result.is_ok() && self.is_current(number) {
                    self.finish(EndReason::EndedByHost);
                }
                let _ = reply.send(result);
            }
            Message::DismissEnd(reply) => {
                if matches!(self.store.state().phase, Phase::Ended { .. }) {
                    self.store.change(Change::Reset { state: SessionState::idle(0) });
                }
                let _ = reply.send(Ok(()));
            }
            Message::ChooseDevice(device, id) => {
                if let Some(devices) = self.live.as_mut().and_then(|live| live.devices.as_mut()) {
                    devices.choose(device, id);
                }
            }
            Message::SetDevice(device, on, reply) => drop(reply.send(self.set_device(device, on))),
            Message::RaiseHand(up, reply) => self.raise_hand(up, reply),
            Message::Diagnosis(reply) => {
                let host = self.host.as_ref().map(|host| (host.base_url().clone(), host.lan()));
                let _ = reply.send(Diagnosis { host, last: self.last.clone() });
            }
            Message::LanAddress(reply) => {
                let host = self.host.as_ref().filter(|host| host.lan());
                let _ = reply.send(host.map(|host| host.base_url().as_str().to_owned()));
            }
            Message::News(number, News::Hosting(host)) => {
                // Kept also when the attempt was given up meanwhile: dropping it here would stop it.
                tracing::debug!(number, "host");
                self.host = Some(host);
            }
            Message::News(number, news) => {
                if self.is_current(number) {
                    self.news(news);
                }
            }
            Message::Title(number, title) => {
                if self.is_current(number) {
                    let SessionState { session_id, role, can_publish, .. } = self.store.state().clone();
                    if let Some(id) = &session_id {
                        self.recent.titled(id, &title);
                    }
                    self.store.change(Change::About { session_id, title: Some(title), role, can_publish });
                }
            }
            Message::Sign(number, room, sign) => self.sign(number, room, sign),
            Message::Entered(number, room, result) => self.entered(number, room, result),
            Message::Device(number, device, start, state) => {
                if self.is_current(number) {
                    tracing::info!(?device, ?state, "device");
                    if let Some(devices) = self.live.as_mut().and_then(|live| live.devices.as_mut()) {
                        devices.reported(device, start, state);
                    }
                    self.devices_changed();
                }
            }
            Message::Health(number, health) => {
                if self.is_current(number) {
                    self.store.change(Change::Health { health });
                    self.people_changed = true;
                }
            }
            Message::TooLarge(number, tile, sid, (width, height)) => {
                if let Some(live) = self.live.as_mut().filter(|live| live.number == number) {
                    if live.received.picture_is_too_large(&tile, &sid, width, height) {
                        self.frames.unwatch(&tile);
                    }
                    self.people_changed = true;
                }
            }
            Message::NotPublished(number, room, device, text) => self.not_published(number, room, device, text),
            Message::ShutDown(_) => unreachable!("heard in run"),
        }
    }

    fn is_current(&self, number: u64) -> bool {
        self.live.as_ref().is_some_and(|live| live.number == number)
    }

    /// Sets out for a room.
    fn begin(&mut self, wish: Wish, name: &str, reply: Answer) {
        if self.live.is_some() {
            let error = UiError::new("already_in_session", "You are in a session already.", "Leave it first.");
            let _ = reply.send(Err(error));
            return;
        }
        let name = match checked("name", name) {
            Ok(name) => name,
            Err(error) => {
                let _ = reply.send(Err(error));
                return;
            }
        };
        self.number += 1;
        let number = self.number;
        let mut state = SessionState::idle(0);
        state.phase = Phase::Connecting { step: ConnectStep::AskingApi };
        let mut host_key = None;
        let (mut was_host, mut hosted, mut before) = (false, None, None);
        self.last = Some(match &wish {
            Wish::Create { .. } => LastAttempt { api: None, session_id: None },
            Wish::Join(invitation) => {
                LastAttempt { api: invitation.api.clone(), session_id: Some(invitation.session_id.clone()) }
            }
        });
        match &wish {
            Wish::Create { title, .. } => {
                state.title = Some(title.clone());
                state.role = Role::Host;
            }
            Wish::Join(invitation) => {
                state.session_id = Some(invitation.session_id.clone());
                host_key = self.proofs.get(&invitation.session_id).and_then(|proof| proof.host_key.clone());
                was_host = self.was_host_of(&invitation.session_id);
                hosted = self.hosted(&invitation.session_id);
                before = self.before.clone().filter(|before| before.session_id == invitation.session_id);
            }
        }
        self.store.change(Change::Reset { state });
        self.recorder.begin();
        self.chat.begin();
        let attempt = Attempt {
            settings: self.settings.clone(),
            host: self.host.take(),
            name: name.clone(),
            wish,
            host_key,
            was_host,
            hosted,
            before,
        };
        let post = self.post.clone();
        let task = tokio::spawn(attempt.go(move |news| drop(post.send(Message::News(number, news)))));
        let settings = self.settings.clone();
        let remembered = name.clone();
        tokio::spawn(async move { settings.remember_name(&remembered).await });
        self.live = Some(Live {
            number,
            attempt: Some((task, reply)),
            name,
            admission: None,
            devices: None,
            room: None,
            publisher: None,
            sampling: None,
            receiving: None,
            hands: Hands::default(),
            hosts: Hosts::default(),
            received: Received::default(),
            line: None,
            lock: Lock::default(),
        });
    }

    fn news(&mut self, news: News) {
        match news {
            News::Step(step) => self.store.change(Change::Phase { phase: Phase::Connecting { step } }),
            News::Admitted(admission) => self.admitted(*admission),
            News::Joined(room, events) => self.joined(room, events),
            News::Failed(error) => {
                self.not_back(&error);
                if let Some((_, reply)) = self.live.as_mut().and_then(|live| live.attempt.take()) {
                    let _ = reply.send(Err(error));
                }
                self.release();
                self.store.change(Change::Reset { state: SessionState::idle(0) });
            }
            News::Hosting(host) => self.host = Some(host),
        }
    }

    /// There is a token: the own picture starts while LiveKit is being connected to.
    fn admitted(&mut self, admission: Admission) {
        self.keep_host_key(&admission);
        let choices = self.choices(&admission.session_id);
        let Some(live) = &mut self.live else { return };
        let number = live.number;
        self.store.change(Change::About {
            session_id: Some(admission.session_id.clone()),
            title: admission.title.clone(),
            role: admission.role,
            can_publish: admission.can_publish,
        });
        if admission.role == Role::Host {
            let here = self.host.as_ref().is_some_and(|host| host.base_url() == admission.api.base());
            let proof = Proof {
                api: admission.api.clone(),
                host_key: admission.host_key.clone(),
                token: admission.token.clone(),
                here,
            };
            self.proofs.insert(admission.session_id.clone(), proof);
        }
        if admission.title.is_none() {
            let (api, id, post) = (admission.api.clone(), admission.session_id.clone(), self.post.clone());
            tokio::spawn(async move {
                // Some services list nothing, or want a sign-in for it: then there is no title.
                if let Ok(Some(title)) = api.title(&id).await {
                    let _ = post.send(Message::Title(number, title));
                }
            });
        }
        let post = self.post.clone();
        let report = Arc::new(move |device, start, state| {
            let _ = post.send(Message::Device(number, device, start, state));
        });
        let me = people::key(&admission.identity);
        let mut devices = Devices::new(self.frames.clone(), me, &self.settings.current().devices, report);
        if admission.can_publish {
            devices.switch(Device::Camera, choices.camera);
            devices.switch(Device::Microphone, choices.microphone);
        }
        live.devices = Some(devices);
        live.admission = Some(admission);
        self.devices_changed();
    }

    fn joined(&mut self, room: Arc<Room>, events: mpsc::UnboundedReceiver<RoomEvent>) {
        self.in_room(room, events);
        self.remember(LeftHow::Crashed);
        self.note_recent();
        if let Some((_, reply)) = self.live.as_mut().and_then(|live| live.attempt.take()) {
            let _ = reply.send(Ok(()));
        }
    }

    fn room_event(&mut self, event: RoomEvent) {
        let Some(live) = &mut self.live else { return };
        let keep = live.line.as_ref().is_some_and(Line::keeps);
        let has_key = live.admission.as_ref().is_some_and(|admission| admission.encryption.is_some());
        let (number, post) = (live.number, self.post.clone());
        let places = Places {
            frames: &self.frames,
            devices: live.devices.as_ref(),
            received: &mut live.received,
            keep,
            has_key,
            too_large: Arc::new(move |tile, sid, size| drop(post.send(Message::TooLarge(number, tile, sid, size)))),
        };
        places.route(&event);
        match event {
            RoomEvent::DataReceived { payload, topic, participant, .. }
                if topic.as_deref() == Some(encryption::RENEWAL_TOPIC) =>
            {
                return self.renewal(&payload, participant.as_ref());
            }
            RoomEvent::DataReceived { payload, topic, participant, .. }
                if topic.as_deref() == Some(moderation::ASK_TOPIC) =>
            {
                return self.asked(&payload, participant.as_ref());
            }
            event if chat::concerns(&event) => return self.chat.hear(event),
            // What peers send and nobody here reads changes nothing.
            RoomEvent::DataReceived { .. }
            | RoomEvent::ChatMessage { .. }
            | RoomEvent::TranscriptionReceived { .. }
            | RoomEvent::TextStreamOpened { .. }
            | RoomEvent::ByteStreamOpened { .. } => return,
            event => {
                self.tell_chat(&event);
                self.silenced(&event);
                if let RoomEvent::RoomMetadataChanged { metadata, .. } = &event {
                    self.room_told(metadata);
                }
                self.line_event(&event);
            }
        }
        self.people_changed = true;
    }

    /// What the chat is to know besides what is written.
    fn tell_chat(&self, event: &RoomEvent) {
        match event {
            RoomEvent::ParticipantDisconnected(participant) => self.chat.left(participant.identity().as_str()),
            RoomEvent::ParticipantPermissionChanged {
                participant: livekit::prelude::Participant::Local(_), ..
            } => {
                self.chat.permission_changed();
            }
            _ => {}
        }
    }

    fn set_device(&mut self, device: Device, on: bool) -> Result<(), UiError> {
        let not_now = || UiError::new("not_in_session", "You are in no session.", "Create or join one first.");
        let live = self.live.as_mut().ok_or_else(not_now)?;
        let devices = live.devices.as_mut().ok_or_else(not_now)?;
        if on && !live.admission.as_ref().is_some_and(|admission| admission.can_publish) {
            return Err(UiError::new(
                "may_not_publish",
                "In this session only the host is seen and heard.",
                "Ask the host to bring you onto the stage.",
            ));
        }
        devices.switch(device, on);
        if self.store.state().silenced == Some(device) {
            self.store.change(Change::Silenced { device: None });
        }
        if on && self.store.state().asked.as_ref().is_some_and(|asked| asked.device == device) {
            self.store.change(Change::Asked { asked: None });
        }
        if live.line.is_some() {
            self.remember(LeftHow::Crashed);
        }
        self.devices_changed();
        Ok(())
    }

    /// Tells the UI and LiveKit how the devices are.
    fn devices_changed(&mut self) {
        let Some(devices) = self.live.as_mut().and_then(|live| live.devices.as_mut()) else { return };
        for (device, state) in devices.shown() {
            self.store.change(Change::Device { device, state });
        }
        if let Some(live) = &mut self.live
            && let (Some(devices), Some(publisher)) = (&mut live.devices, &live.publisher)
        {
            devices.orders().into_iter().for_each(|order| publisher.order(order));
        }
        self.tell_people();
    }

    /// Tells the UI who is in the room, and how.
    fn tell_people(&mut self) {
        self.people_changed = false;
        let Some(live) = &mut self.live else { return };
        let (Some(admission), Some(devices)) = (&live.admission, &live.devices) else { return };
        let (microphone, camera, screen) = devices.track_states();
        let keeps = live.line.as_ref().is_some_and(Line::keeps);
        let me = Participant {
            identity: devices.identity().to_owned(),
            name: live.name.clone(),
            role: admission.role,
            is_local: true,
            speaking: false,
            microphone,
            camera,
            screen,
            quality: self.store.state().health.own,
            hand_raised_at: live.hands.raised_at(devices.identity()).filter(|_| keeps),
        };
        let people = match &live.room {
            Some(room) => people::list(room, me, &live.hosts, &live.received),
            None => vec![me],
        };
        let mut people = if keeps { people::keep(&self.store.state().participants, people) } else { people };
        live.hands.order(&mut people, hand::now_ms());
        self.store.set_people(people);
    }

    fn tell_meters(&self) {
        if let Some(devices) = self.live.as_ref().and_then(|live| live.devices.as_ref()) {
            (self.meters)(Meters { levels: devices.levels(), tiles: self.frames.meters() });
        }
    }
}
