//! What the actor does while a connection is lost.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use livekit::SimulateScenario;
use livekit::prelude::{Room, RoomEvent};

use super::{Actor, Live};
use crate::session::again::{self, Entered};
use crate::session::connection::{self, Connection, Setback};
use crate::session::devices::Devices;
use crate::session::hands::HAND_ATTRIBUTE;
use crate::session::message::Message;
use crate::session::people;
use crate::session::publisher::{Order, Publisher};
use crate::session::receiving::Receiving;
use crate::session::state::{Change, Device, EndReason, Phase, ReconnectStage, Role};
use crate::session::watch::{Sign, Watch};
use crate::video::Frames;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// How long after the connection is back people and pictures of before stay that are not back yet: all come back by
/// themselves, one after the other.
const SETTLING: Duration = Duration::from_secs(6);

/// How often it is written down that one is still in the session.
const NOTED: Duration = Duration::from_secs(30);

/// Longest that leaving the lost room is waited for before the new one is entered.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(1);

/// Environment variable for tests: after how many seconds a lost connection is given up, in place of two minutes.
const GIVES_UP_VARIABLE: &str = "DONFRA_LIVE_TEST_GIVES_UP_S";

fn gives_up() -> Duration {
    let set = std::env::var(GIVES_UP_VARIABLE).ok().and_then(|text| text.parse().ok());
    set.map_or(connection::GIVES_UP, Duration::from_secs)
}

/// The connection of a session that is in its room.
pub(super) struct Line {
    connection: Connection,
    /// Counts the rooms: what is seen of an earlier one does not matter.
    room: u64,
    /// Watch the traffic and the signal connection.
    watches: Vec<Watch>,
    /// Tries LiveKit's port, while the connection is lost.
    port: Option<Watch>,
    /// The attempt to enter the room anew.
    attempt: Option<JoinHandle<()>>,
    /// Until then what was there before the loss stays.
    settles: Option<Instant>,
    /// When it was last written down that one is still in the session.
    noted: Instant,
    /// The stage and attempt that the UI knows.
    told: Option<Phase>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.stop_attempt();
    }
}

impl Line {
    fn stop_attempt(&mut self) {
        if let Some(attempt) = self.attempt.take() {
            attempt.abort();
        }
    }

    /// Whether what was there before the loss stays.
    pub(super) fn keeps(&self) -> bool {
        self.connection.is_lost() || self.settles.is_some()
    }
}

impl Live {
    /// What the others are shown of oneself. All at once: LiveKit was seen to take two changes that follow each other
    /// closely as one, and the SDK to wait for the first in vain.
    pub(super) fn attributes(&self) -> HashMap<String, String> {
        let Some(admission) = &self.admission else { return HashMap::new() };
        let encryption = admission.encryption.as_ref();
        let mut shown = encryption.map(|encryption| encryption.attributes(&admission.identity)).unwrap_or_default();
        if admission.role == Role::Host {
            shown.insert(people::ROLE_ATTRIBUTE.into(), people::HOST_ROLE.into());
        }
        // A hand that was up when the room was lost is up again.
        let me = self.devices.as_ref().map(|devices| devices.identity());
        if let Some(at) = me.and_then(|me| self.hands.raised_at(me)) {
            shown.insert(HAND_ATTRIBUTE.into(), at.to_string());
        }
        shown
    }
}

impl Actor {
    /// Everything that follows from being in a room, the first or another one.
    pub(super) fn in_room(&mut self, room: Arc<Room>, events: mpsc::UnboundedReceiver<RoomEvent>) {
        let Some(live) = &mut self.live else { return };
        let (number, post) = (live.number, self.post.clone());
        let count = live.line.as_ref().map_or(1, |line| line.room + 1);
        let publisher = Publisher::start(room.local_participant(), move |device, text| {
            let _ = post.send(Message::NotPublished(number, count, device, text));
        });
        publisher.order(Order::Show(live.attributes()));
        let (post, limit) = (self.post.clone(), live.devices.as_ref().map(Devices::camera_limit));
        let heard = move |health| drop(post.send(Message::Health(number, health)));
        let sampling = self.recorder.sample(room.clone(), limit.unwrap_or_default(), heard);
        live.receiving = Some(Receiving::start(room.clone(), self.frames.clone(), sampling.receiving()));
        live.sampling = Some(sampling);
        live.publisher = Some(publisher);
        live.received = Default::default();
        live.room = Some(room.clone());
        let metadata = room.metadata();
        self.chat.enter(room.clone());
        self.events = Some(events);
        let settles = live.line.as_ref().map(|_| Instant::now() + SETTLING);
        let tell = || {
            let post = self.post.clone();
            move |sign| drop(post.send(Message::Sign(number, count, sign)))
        };
        let watches = vec![Watch::traffic(room.clone(), tell()), Watch::signal(room, tell())];
        live.line = Some(Line {
            connection: Connection::new(gives_up()),
            room: count,
            watches,
            port: None,
            attempt: None,
            settles,
            noted: Instant::now(),
            told: Some(Phase::Connected),
        });
        self.store.change(Change::Phase { phase: Phase::Connected });
        self.room_told(&metadata);
        self.devices_changed();
    }

    /// LiveKit did not take a track. While the connection is lost that says nothing about the device.
    pub(super) fn not_published(&mut self, number: u64, room: u64, device: Device, text: String) {
        let Some(live) = self.live.as_mut().filter(|live| live.number == number) else { return };
        let (Some(line), Some(devices)) = (&live.line, &mut live.devices) else { return };
        if line.room != room {
            return;
        }
        if line.connection.is_lost() {
            devices.publish_later(device);
        } else {
            devices.not_published(device, text);
            self.devices_changed();
        }
    }

    /// Something was seen of the connection.
    pub(super) fn sign(&mut self, number: u64, room: u64, sign: Sign) {
        let line = self.live.as_mut().filter(|live| live.number == number).and_then(|live| live.line.as_mut());
        let Some(line) = line.filter(|line| line.room == room) else { return };
        let now = Instant::now();
        if let (Sign::Hears(channel, false), false) = (sign, line.connection.is_lost()) {
            tracing::info!(?channel, "nothing arrives");
        }
        match sign {
            Sign::Hears(channel, heard) => line.connection.hears(channel, heard, now),
            Sign::Reaches(reachable) => line.connection.reaches(reachable, now),
            Sign::Woke => line.connection.woke(now),
        }
        self.line_changed(None);
    }

    /// What an event says of the connection.
    pub(super) fn line_event(&mut self, event: &RoomEvent) {
        let Some(live) = &mut self.live else { return };
        let Some(line) = &mut live.line else { return };
        let now = Instant::now();
        match event {
            RoomEvent::Reconnecting => {
                tracing::info!("the SDK restores the connection");
                line.connection.resuming(now);
                self.line_changed(None);
            }
            RoomEvent::Reconnected => {
                tracing::info!("the SDK has restored the connection");
                line.connection.restored();
                if let (Some(room), Some(sampling)) = (&live.room, &live.sampling) {
                    live.receiving = Some(Receiving::start(room.clone(), self.frames.clone(), sampling.receiving()));
                }
                // Where it had to enter the room anew, LiveKit knows neither.
                if let (Some(devices), Some(publisher)) = (&live.devices, &live.publisher) {
                    devices.mutes().for_each(|order| publisher.order(order));
                    publisher.order(Order::Show(live.attributes()));
                }
                self.line_changed(None);
                self.devices_changed();
            }
            RoomEvent::Disconnected { reason } => {
                tracing::info!(?reason, "disconnected");
                let order = line.connection.ended(crate::session::end_reason::of_disconnect(*reason), now);
                self.line_changed(Some(order));
            }
            RoomEvent::TokenRefreshed { token } => {
                if let Some(admission) = &mut live.admission {
                    admission.token = token.clone().into();
                }
                // LiveKit begins each signal connection with it.
                line.connection.signalled();
                self.line_changed(None);
            }
            _ => {}
        }
    }

    /// The room's events are over, and it was not said why.
    pub(super) fn events_over(&mut self) {
        self.events = None;
        let Some(line) = self.live.as_mut().and_then(|live| live.line.as_mut()) else { return };
        let order = line.connection.ended(EndReason::ConnectionLost, Instant::now());
        self.line_changed(Some(order));
    }

    /// Time has passed.
    pub(super) fn line_tick(&mut self) {
        let Some(line) = self.live.as_mut().and_then(|live| live.line.as_mut()) else { return };
        let now = Instant::now();
        if now.saturating_duration_since(line.noted) > NOTED {
            line.noted = now;
            self.keeper.still_there();
        }
        if line.settles.is_some_and(|until| now >= until) && !line.connection.is_lost() {
            line.settles = None;
            self.frames.drop_held();
            self.people_changed = true;
            return;
        }
        if let Some(order) = line.connection.tick(now) {
            self.line_changed(Some(order));
        }
    }

    /// This computer's LiveKit is at another address: the SDK would look for it in vain, and the room is entered anew.
    pub(super) fn host_moved(&mut self) {
        let (Some(host), Some(live)) = (&self.host, &mut self.live) else { return };
        let (Some(line), Some(admission)) = (&mut live.line, &live.admission) else { return };
        let now = Instant::now();
        let restoring = matches!(
            line.connection.phase(now),
            Phase::Reconnecting { stage: ReconnectStage::Noticed | ReconnectStage::Resuming, .. }
        );
        if restoring && admission.api.base() == host.base_url() && host.has_moved_from(&admission.livekit) {
            let order = line.connection.ended(EndReason::ConnectionLost, now);
            self.line_changed(Some(order));
        }
    }

    /// An attempt to enter the room anew is over.
    pub(super) fn entered(&mut self, number: u64, room: u64, result: Result<Box<Entered>, Setback>) {
        let line = self.live.as_mut().filter(|live| live.number == number).and_then(|live| live.line.as_mut());
        let Some(line) = line.filter(|line| line.room == room) else { return };
        line.attempt = None;
        match result {
            Ok(entered) => {
                let Entered { admission, room, events } = *entered;
                tracing::info!("in the room again");
                let SessionAbout { session_id, title } = self.about();
                self.store.change(Change::About {
                    session_id,
                    title,
                    role: admission.role,
                    can_publish: admission.can_publish,
                });
                if let Some(live) = &mut self.live {
                    live.admission = Some(admission);
                }
                self.in_room(Arc::new(room), events);
            }
            Err(setback) => {
                let order = line.connection.failed(setback, rand::random(), Instant::now());
                self.line_changed(order);
            }
        }
    }

    /// Does what is to be done, and tells the UI how it stands.
    fn line_changed(&mut self, order: Option<connection::Order>) {
        match order {
            Some(connection::Order::End(reason)) => {
                tracing::warn!(?reason, "the connection is given up");
                return self.finish(reason);
            }
            Some(connection::Order::Rejoin) => self.rejoin_room(),
            Some(connection::Order::Resume) => self.urge(),
            None => {}
        }
        let Some(live) = &mut self.live else { return };
        let (Some(line), Some(admission)) = (&mut live.line, &live.admission) else { return };
        if line.connection.is_lost() {
            line.settles = Some(Instant::now() + SETTLING);
            if line.port.is_none() {
                let (number, room, post) = (live.number, line.room, self.post.clone());
                let tell = move |sign| drop(post.send(Message::Sign(number, room, sign)));
                line.port = Some(Watch::port(&admission.livekit, tell));
            }
        } else {
            line.port = None;
        }
        let phase = line.connection.phase(Instant::now());
        if !line.told.as_ref().is_some_and(|told| same_stage(told, &phase)) {
            if phase == Phase::Connected {
                tracing::info!("the connection is well again");
                self.chat.back();
            } else {
                tracing::warn!(?phase, "the connection is lost");
                self.chat.lost();
            }
            line.told = Some(phase.clone());
            self.store.change(Change::Phase { phase });
        }
    }

    /// Closes the signal connection, which is dead: the SDK makes another, and media goes on meanwhile.
    fn urge(&self) {
        let Some(room) = self.live.as_ref().and_then(|live| live.room.clone()) else { return };
        tracing::info!("the signal connection is dead: the SDK is told to make another");
        tokio::spawn(async move {
            if let Err(error) = room.simulate_scenario(SimulateScenario::SignalReconnect).await {
                tracing::info!(%error, "the SDK does not close the signal connection");
            }
        });
    }

    /// Lets go of the room and enters it anew; devices, pictures and people stay.
    fn rejoin_room(&mut self) {
        self.events = None;
        let Some(live) = &mut self.live else { return };
        leave(live, &self.frames);
        let old = live.room.take();
        let (Some(line), Some(admission)) = (&mut live.line, live.admission.clone()) else { return };
        line.stop_attempt();
        let (number, room, post, name) = (live.number, line.room, self.post.clone(), live.name.clone());
        line.attempt = Some(tokio::spawn(async move {
            if let Some(old) = old {
                // Where LiveKit can be reached, the others see one leave, and nobody of the same name stays behind.
                let closing = tokio::spawn(async move { old.close().await });
                let _ = tokio::time::timeout(LEAVE_TIMEOUT, closing).await;
            }
            let result = again::enter(&admission, &name).await.map(Box::new);
            let _ = post.send(Message::Entered(number, room, result));
        }));
    }

    fn about(&self) -> SessionAbout {
        let state = self.store.state();
        SessionAbout { session_id: state.session_id.clone(), title: state.title.clone() }
    }
}

/// What stays the same of a session.
struct SessionAbout {
    session_id: Option<String>,
    title: Option<String>,
}

/// The tracks of the old room are dead; what they showed last stays.
fn leave(live: &mut Live, frames: &Frames) {
    drop(live.sampling.take());
    if live.publisher.take().is_some() {
        frames.hold_all();
        if let Some(devices) = &mut live.devices {
            devices.leave_room();
        }
    }
    if let Some(line) = &mut live.line {
        line.watches.clear();
    }
}

/// Whether only the time has changed.
fn same_stage(one: &Phase, other: &Phase) -> bool {
    match (one, other) {
        (Phase::Reconnecting { stage: a, attempt: n, .. }, Phase::Reconnecting { stage: b, attempt: m, .. }) => {
            (a, n) == (b, m)
        }
        (one, other) => one == other,
    }
}
