//! Who waits to be let in.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::{broadcast, watch};
use uuid::Uuid;

use crate::error::ApiError;
use crate::secret;
use crate::token::Admission;

/// Most people waiting for one session.
const MAX_WAITING: usize = 500;
/// How long somebody who is not listening for the answer still counts as waiting.
const PATIENCE: Duration = Duration::from_secs(60);
/// Events that a slow host may be behind by before its stream is closed, and starts anew with all who wait.
const BACKLOG: usize = 1024;

/// Where a ticket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Waiting,
    Admitted,
    Declined,
    /// The session ended first.
    #[serde(rename = "declined")]
    Ended,
}

/// Events of all sessions, each with the session it is for, as JSON.
type HostEvents = broadcast::Receiver<(Uuid, Arc<str>)>;

/// Tickets of all sessions.
pub(crate) struct Lobby {
    tickets: Mutex<HashMap<String, Ticket>>,
    events: broadcast::Sender<(Uuid, Arc<str>)>,
}

struct Ticket {
    session: Uuid,
    /// One ticket is one identity, however often its stream is opened.
    admission: Admission,
    status: watch::Sender<Status>,
    since: Instant,
    listeners: usize,
    /// When its holder last was, or began or stopped to be, listening.
    last_heard: Instant,
}

/// What a host is told.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum HostEvent<'a> {
    Waiting { ticket: &'a str, user_name: &'a str, is_hidden: bool },
    Gone { ticket: &'a str },
}

impl HostEvent<'_> {
    fn json(&self) -> Arc<str> {
        serde_json::to_string(self).expect("an event of plain texts is JSON").into()
    }
}

/// Somebody listening for what becomes of their ticket. Dropping it notes that they stopped.
pub(crate) struct Listening {
    lobby: Arc<Lobby>,
    ticket: String,
    pub(crate) session: Uuid,
    pub(crate) admission: Admission,
    pub(crate) status: watch::Receiver<Status>,
}

impl Lobby {
    pub(crate) fn new() -> Self {
        Self { tickets: Mutex::default(), events: broadcast::Sender::new(BACKLOG) }
    }

    /// Lets somebody wait; their ticket.
    pub(crate) fn enter(&self, session: Uuid, admission: Admission) -> Result<String, ApiError> {
        let ticket = secret::random();
        let event = waiting(&ticket, &admission);
        let now = Instant::now();
        let mut tickets = self.tickets.lock();
        if tickets.values().filter(|t| t.session == session && t.is_waiting()).count() >= MAX_WAITING {
            return Err(ApiError::LobbyFull);
        }
        let (status, _) = watch::channel(Status::Waiting);
        tickets
            .insert(ticket.clone(), Ticket { session, admission, status, since: now, listeners: 0, last_heard: now });
        drop(tickets);
        self.publish(session, event);
        Ok(ticket)
    }

    /// Lets somebody in or not; a decision made before stands.
    pub(crate) fn decide(&self, session: Uuid, ticket: &str, admit: bool) -> Result<Status, ApiError> {
        let (status, decided) = {
            let mut tickets = self.tickets.lock();
            let entry = tickets.get_mut(ticket).filter(|t| t.session == session).ok_or(ApiError::TicketNotFound)?;
            let decided = entry.is_waiting();
            if decided {
                entry.status.send_replace(if admit { Status::Admitted } else { Status::Declined });
                entry.last_heard = Instant::now();
            }
            (*entry.status.borrow(), decided)
        };
        if decided {
            self.publish(session, HostEvent::Gone { ticket }.json());
        }
        Ok(status)
    }

    /// Listens for what becomes of a ticket.
    pub(crate) fn listen(self: &Arc<Self>, ticket: &str) -> Result<Listening, ApiError> {
        let mut tickets = self.tickets.lock();
        let entry = tickets.get_mut(ticket).ok_or(ApiError::TicketNotFound)?;
        entry.listeners += 1;
        entry.last_heard = Instant::now();
        Ok(Listening {
            lobby: self.clone(),
            ticket: ticket.to_owned(),
            session: entry.session,
            admission: entry.admission.clone(),
            status: entry.status.subscribe(),
        })
    }

    /// Who waits for a session now, the first to come first, and what happens from now on.
    pub(crate) fn watch(&self, session: Uuid) -> (Vec<Arc<str>>, HostEvents) {
        // In this order one may come in both, none in neither.
        let events = self.events.subscribe();
        let tickets = self.tickets.lock();
        let mut now: Vec<_> = tickets.iter().filter(|(_, t)| t.session == session && t.is_waiting()).collect();
        now.sort_by_key(|(_, ticket)| ticket.since);
        (now.into_iter().map(|(id, ticket)| waiting(id, &ticket.admission)).collect(), events)
    }

    /// The session has ended: whoever waits for it is told.
    pub(crate) fn close(&self, session: Uuid) {
        for ticket in self.tickets.lock().values().filter(|ticket| ticket.session == session && ticket.is_waiting()) {
            ticket.status.send_replace(Status::Ended);
        }
    }

    /// Forgets who gave up, and decisions that are `keep` old.
    pub(crate) fn sweep(&self, keep: Duration) {
        let mut gave_up = Vec::new();
        self.tickets.lock().retain(|id, ticket| {
            let patience = if ticket.is_waiting() { PATIENCE } else { keep };
            let stays = ticket.listeners > 0 || ticket.last_heard.elapsed() < patience;
            if !stays && ticket.is_waiting() {
                gave_up.push((ticket.session, id.clone()));
            }
            stays
        });
        for (session, ticket) in gave_up {
            self.publish(session, HostEvent::Gone { ticket: &ticket }.json());
        }
    }

    fn publish(&self, session: Uuid, event: Arc<str>) {
        // No host listening is no error: who waits is shown when one does.
        let _ = self.events.send((session, event));
    }
}

impl Ticket {
    fn is_waiting(&self) -> bool {
        *self.status.borrow() == Status::Waiting
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(ticket) = self.lobby.tickets.lock().get_mut(&self.ticket) {
            ticket.listeners -= 1;
            ticket.last_heard = Instant::now();
        }
    }
}

fn waiting(ticket: &str, admission: &Admission) -> Arc<str> {
    HostEvent::Waiting { ticket, user_name: &admission.name, is_hidden: admission.hidden }.json()
}
