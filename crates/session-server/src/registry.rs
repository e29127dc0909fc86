//! The sessions that last, in memory, written through to the store; and the events about them.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;
use serde::Serialize;
use time::OffsetDateTime;
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::error::ApiError;
use crate::people::People;
use crate::session::{Session, SessionInfo, SessionRecord};
use crate::store::{Store, StoreError};

/// Events that a slow listener may be behind by before it is dropped and has to list anew.
const BACKLOG: usize = 256;

/// The one owner of which sessions there are.
pub(crate) struct Registry {
    sessions: RwLock<HashMap<Uuid, Arc<Session>>>,
    store: Box<dyn Store>,
    events: broadcast::Sender<Arc<str>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Event {
    Created { session: SessionInfo },
    Ended { session_id: Uuid },
}

impl Registry {
    /// Takes up what the store holds.
    pub(crate) async fn load(store: Box<dyn Store>) -> Result<Self, StoreError> {
        let sessions = store.active().await?;
        let sessions = sessions.into_iter().map(|r| (r.id, Arc::new(Session::new(r, String::new())))).collect();
        Ok(Self { sessions: RwLock::new(sessions), store, events: broadcast::Sender::new(BACKLOG) })
    }

    /// A session that lasts; 404 or 410 for any other.
    pub(crate) async fn find(&self, id: Uuid) -> Result<Arc<Session>, ApiError> {
        match self.get(id) {
            Some(session) if session.is_closed() => Err(ApiError::SessionEnded),
            Some(session) => Ok(session),
            None if self.has_ended(id).await? => Err(ApiError::SessionEnded),
            None => Err(ApiError::SessionNotFound),
        }
    }

    pub(crate) fn get(&self, id: Uuid) -> Option<Arc<Session>> {
        self.sessions.read().get(&id).cloned()
    }

    /// Whether there was such a session once.
    pub(crate) async fn has_ended(&self, id: Uuid) -> Result<bool, StoreError> {
        Ok(self.store.ended_at(id).await?.is_some())
    }

    /// Forgets the sessions that ended before; how many those were.
    pub(crate) async fn forget_ended(&self, before: OffsetDateTime) -> Result<u64, StoreError> {
        self.store.forget_ended(before).await
    }

    /// Every session that lasts.
    pub(crate) fn all(&self) -> Vec<Arc<Session>> {
        self.sessions.read().values().filter(|session| !session.is_closed()).cloned().collect()
    }

    /// What the list shows, the newest first.
    pub(crate) fn listed(&self) -> Vec<SessionInfo> {
        let mut sessions = self.all();
        sessions.retain(|session| session.record.listed);
        sessions.sort_by_key(|session| std::cmp::Reverse(session.record.created_at));
        sessions.iter().map(|session| session.info()).collect()
    }

    /// Adds a session whose room exists.
    pub(crate) async fn insert(&self, record: SessionRecord, room_sid: String) -> Result<Arc<Session>, StoreError> {
        self.store.insert(&record).await?;
        let session = Arc::new(Session::new(record, room_sid));
        self.sessions.write().insert(session.id(), session.clone());
        if session.record.listed {
            self.publish(&Event::Created { session: session.info() });
        }
        Ok(session)
    }

    /// Gives a session another host key.
    pub(crate) async fn set_host_key(&self, session: &Session, hash: [u8; 32]) -> Result<(), StoreError> {
        self.store.set_host_key(session.id(), hash).await?;
        session.set_host_key_hash(hash);
        Ok(())
    }

    /// Keeps who is what in a session.
    pub(crate) async fn save_people(&self, session: &Session) -> Result<(), StoreError> {
        self.store.save_people(session.id(), session.people(People::clone)).await
    }

    /// Ends a session that its caller has [closed](Session::close).
    pub(crate) async fn finish(&self, session: &Session) -> Result<OffsetDateTime, StoreError> {
        let now = OffsetDateTime::now_utc();
        // Stored first: in between, the closed session in memory still answers that it has ended.
        let stored = self.store.end(session.id(), now).await;
        self.sessions.write().remove(&session.id());
        if session.record.listed {
            self.publish(&Event::Ended { session_id: session.id() });
        }
        stored.map(|()| now)
    }

    /// Events from now on, as JSON.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<str>> {
        self.events.subscribe()
    }

    fn publish(&self, event: &Event) {
        let json = serde_json::to_string(event).expect("an event of plain texts and numbers is JSON");
        // Nobody listening is no error.
        let _ = self.events.send(json.into());
    }
}
