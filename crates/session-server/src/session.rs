//! A session, as it is kept and as it is listed.

use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::people::{People, WhenHostLeaves};

/// Who may publish.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// Everybody.
    #[default]
    Meeting,
    /// Hosts, and whom they call to the stage.
    Audience,
}

/// What of a session does not change, and is stored.
#[derive(Clone, Debug)]
pub(crate) struct SessionRecord {
    /// Also the name of its LiveKit room.
    pub(crate) id: Uuid,
    /// What it is about; at most 200 characters.
    pub(crate) title: String,
    /// Who created it; at most 100 characters.
    pub(crate) owner_name: String,
    /// Who may publish.
    pub(crate) mode: Mode,
    /// Whether people wait until a host lets them in.
    pub(crate) lobby: bool,
    /// Whether the list and the event stream show it.
    pub(crate) listed: bool,
    /// SHA-256 of the host key that it was created with, or stored with last.
    pub(crate) host_key_hash: [u8; 32],
    /// When it was created.
    pub(crate) created_at: OffsetDateTime,
    /// What happens when the last host leaves.
    pub(crate) when_host_leaves: WhenHostLeaves,
    /// Who is what, when it was loaded.
    pub(crate) people: People,
}

/// A session as the list and the event stream show it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SessionInfo {
    session_id: Uuid,
    title: String,
    owner_name: String,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    status: &'static str,
    participants: u32,
}

/// A session that has not ended.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) record: SessionRecord,
    live: Mutex<Live>,
    people: Mutex<People>,
    turn: tokio::sync::Mutex<()>,
    settling: tokio::sync::Mutex<()>,
    /// Somebody will look at who is in the room.
    pub(crate) is_looked_at_soon: AtomicBool,
}

/// Whether a host is in the room.
#[derive(Clone, Copy, Debug)]
pub(crate) enum HostPresence {
    There,
    /// Nor has one been.
    NotYet,
    /// The last one left then, as far as known here.
    Gone(Instant),
}

#[derive(Debug)]
struct Live {
    /// Being ended, or ended: no more tokens.
    closed: bool,
    host_key_hash: [u8; 32],
    room_sid: String,
    participants: u32,
    ever_occupied: bool,
    /// Since when nobody is in the room, as far as known here.
    empty_since: Instant,
    /// When recent tokens were handed out: people on their way, whom LiveKit does not count yet.
    on_their_way: VecDeque<Instant>,
    /// By what the apps of those are known who got a token, the newest last.
    clients: VecDeque<(String, String)>,
    host: HostPresence,
    /// With how many people in the room it was last looked at who they are.
    looked_at: Option<u32>,
}

/// Most apps that are known by session.
const MAX_CLIENTS: usize = 2000;

/// How long a token handed out counts as somebody who may be about to arrive.
const ARRIVAL: Duration = Duration::from_secs(15);

impl Session {
    pub(crate) fn new(record: SessionRecord, room_sid: String) -> Self {
        let room_is_new = !room_sid.is_empty();
        let live = Live {
            closed: false,
            host_key_hash: record.host_key_hash,
            room_sid,
            participants: 0,
            ever_occupied: false,
            empty_since: Instant::now(),
            on_their_way: VecDeque::new(),
            clients: VecDeque::new(),
            // A session that was taken up again had one.
            host: if room_is_new { HostPresence::NotYet } else { HostPresence::There },
            looked_at: None,
        };
        let people = Mutex::new(record.people.clone());
        Self {
            record,
            live: Mutex::new(live),
            people,
            turn: Default::default(),
            settling: Default::default(),
            is_looked_at_soon: AtomicBool::new(false),
        }
    }

    pub(crate) fn id(&self) -> Uuid {
        self.record.id
    }

    /// What is known of who is what.
    pub(crate) fn people<T>(&self, read: impl FnOnce(&People) -> T) -> T {
        read(&self.people.lock())
    }

    pub(crate) fn change_people<T>(&self, change: impl FnOnce(&mut People) -> T) -> T {
        change(&mut self.people.lock())
    }

    /// Held while what is known of people is kept and told.
    pub(crate) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Held while it is put right who is in the room.
    pub(crate) async fn settling(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.settling.lock().await
    }

    /// Notes whether a host is in the room now, and says since when not.
    pub(crate) fn host_is_there(&self, there: bool) -> HostPresence {
        let host = &mut self.live.lock().host;
        *host = match *host {
            _ if there => HostPresence::There,
            HostPresence::There => HostPresence::Gone(Instant::now()),
            before => before,
        };
        *host
    }

    /// Whether it is to be looked at who is in the room, with so many in it: others than when it was looked at last, or
    /// the last host is gone.
    pub(crate) fn is_to_be_looked_at(&self, participants: u32) -> bool {
        let mut live = self.live.lock();
        let before = live.looked_at.replace(participants);
        before != Some(participants) || participants > 0 && matches!(live.host, HostPresence::Gone(_))
    }

    /// Whether somebody of this identity who is not hidden may publish.
    pub(crate) fn may_publish(&self, identity: &str) -> bool {
        self.people(|people| people.may_publish(self.record.mode, identity))
    }

    /// The room's metadata: who is what.
    pub(crate) fn metadata(&self) -> String {
        self.people(|people| people.metadata(self.record.mode, self.record.lobby))
    }

    /// Notes by what the app of somebody is known.
    pub(crate) fn note_client(&self, identity: &str, client: Option<String>) {
        let Some(client) = client else { return };
        let clients = &mut self.live.lock().clients;
        clients.retain(|(known, _)| known != identity);
        if clients.len() >= MAX_CLIENTS {
            clients.pop_front();
        }
        clients.push_back((identity.to_owned(), client));
    }

    pub(crate) fn client_of(&self, identity: &str) -> Option<String> {
        self.live.lock().clients.iter().find(|(known, _)| known == identity).map(|(_, client)| client.clone())
    }

    pub(crate) fn info(&self) -> SessionInfo {
        SessionInfo {
            session_id: self.record.id,
            title: self.record.title.clone(),
            owner_name: self.record.owner_name.clone(),
            created_at: self.record.created_at,
            status: "active",
            participants: self.participants(),
        }
    }

    /// SHA-256 of the host key.
    pub(crate) fn host_key_hash(&self) -> [u8; 32] {
        self.live.lock().host_key_hash
    }

    /// Gives it another host key; the one before proves nothing any more.
    pub(crate) fn set_host_key_hash(&self, hash: [u8; 32]) {
        self.live.lock().host_key_hash = hash;
    }

    pub(crate) fn participants(&self) -> u32 {
        self.live.lock().participants
    }

    /// Whether it is being ended or has ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.live.lock().closed
    }

    /// Closes it to newcomers. False if it was closed already.
    pub(crate) fn close(&self) -> bool {
        !std::mem::replace(&mut self.live.lock().closed, true)
    }

    /// Takes [`close`](Self::close) back: ending it did not work.
    pub(crate) fn reopen(&self) {
        self.live.lock().closed = false;
    }

    /// Whether this is the session's present room, or that is not known.
    pub(crate) fn is_room(&self, sid: &str) -> bool {
        let live = self.live.lock();
        live.room_sid.is_empty() || sid.is_empty() || live.room_sid == sid
    }

    /// LiveKit has the room, with that many people in it. Whether it is another room than before.
    pub(crate) fn seen(&self, sid: &str, participants: u32) -> bool {
        let mut live = self.live.lock();
        let another = live.room_sid != sid;
        sid.clone_into(&mut live.room_sid);
        live.set_participants(participants);
        another
    }

    /// LiveKit has a new, empty room for it.
    pub(crate) fn recreated(&self, sid: &str) {
        let mut live = self.live.lock();
        sid.clone_into(&mut live.room_sid);
        live.participants = 0;
        live.ever_occupied = false;
        live.empty_since = Instant::now();
    }

    /// Somebody came (`1`) or went (`-1`); [`seen`](Self::seen) corrects what gets lost on the way.
    pub(crate) fn count(&self, change: i32) {
        let mut live = self.live.lock();
        let participants = live.participants.saturating_add_signed(change);
        live.set_participants(participants);
    }

    /// Whether nobody has been in the room for so long that LiveKit has closed it for that, if it is gone.
    pub(crate) fn is_abandoned(&self, empty_timeout: Duration, departure_timeout: Duration) -> bool {
        /// What is known here lags behind by a poll and the granularity of LiveKit's own.
        const LAG: Duration = Duration::from_secs(10);
        let live = self.live.lock();
        let timeout = if live.ever_occupied { departure_timeout } else { empty_timeout };
        live.participants == 0 && live.empty_since.elapsed() + LAG >= timeout
    }

    /// Notes that a token was handed out.
    pub(crate) fn expect_one(&self) {
        self.live.lock().on_their_way.push_back(Instant::now());
    }

    /// How many people could be in the room by now, at most.
    pub(crate) fn at_most(&self) -> usize {
        let mut live = self.live.lock();
        while live.on_their_way.front().is_some_and(|when| when.elapsed() > ARRIVAL) {
            live.on_their_way.pop_front();
        }
        live.participants as usize + live.on_their_way.len()
    }
}

impl Live {
    fn set_participants(&mut self, participants: u32) {
        if participants > 0 {
            self.ever_occupied = true;
        } else if self.participants > 0 {
            self.empty_since = Instant::now();
        }
        self.participants = participants;
    }
}
