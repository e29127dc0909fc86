//! The sessions that are on at the session server, kept current while somebody looks: by the server's events where it
//! has them, and by asking again, which also tells how many people are in each.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::async_runtime::JoinHandle;
use tauri_specta::Event;
use tokio::time::{Instant, sleep_until};

use crate::api::{ApiClient, ApiError, BaseUrl, Listed, SessionEvent};
use crate::error::UiError;
use crate::session::text::shown;
use crate::settings::{SessionServer, SettingsStore};

/// How often the list is asked for: beside the server's events, and without them.
type Refresh = (Duration, Duration);

const REFRESH: Refresh = (Duration::from_secs(30), Duration::from_secs(10));

/// First and longest pause before a server that failed is asked again.
const PAUSE: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(30));

/// Most sessions that are shown.
const MOST: usize = 100;

/// Longest title and name shown, in characters.
const MAX_TEXT: usize = 100;

/// A session that is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LiveSession {
    /// Its id, a UUID.
    pub session_id: String,
    /// Its title, where the server tells it.
    pub title: Option<String>,
    /// Who created it, where the server tells it.
    pub owner_name: Option<String>,
    /// Since when it is on, RFC 3339, where the server tells it.
    pub created_at: Option<String>,
    /// How many people are in it, where the server tells it.
    pub participants: Option<u32>,
}

/// The sessions that are on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LiveList {
    /// There is none to show: this computer hosts, or the session server lists nothing.
    None,
    /// It is asked for.
    Loading,
    /// As they are now, the newest first; at most a hundred.
    Current {
        /// They.
        sessions: Vec<LiveSession>,
        /// How many there are.
        total: u32,
    },
    /// It cannot be had; it is tried again.
    Failed {
        /// Why.
        error: UiError,
    },
}

/// Tells the UI of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, Event)]
pub struct LiveSessions {
    /// The list.
    pub list: LiveList,
}

/// Keeps the list current while it is looked at.
#[derive(Default)]
pub struct Watcher(Mutex<Option<JoinHandle<()>>>);

impl Watcher {
    /// Begins, or begins anew with the settings of now.
    pub fn start(&self, settings: Arc<SettingsStore>, tell: impl Fn(LiveList) + Send + Sync + 'static) {
        let task = tauri::async_runtime::spawn(async move {
            let tell = changed_only(tell);
            match settings.server() {
                SessionServer::Remote { url } => match BaseUrl::parse(&url) {
                    Ok(base) => {
                        let credential = settings.credential(&base).await;
                        follow(ApiClient::new(base, credential).quiet(), REFRESH, &tell).await;
                    }
                    Err(error) => tell(LiveList::Failed { error }),
                },
                SessionServer::ThisComputer { .. } => tell(LiveList::None),
            }
        });
        if let Some(before) = self.0.lock().replace(task) {
            before.abort();
        }
    }

    /// Nobody looks any more.
    pub fn stop(&self) {
        if let Some(task) = self.0.lock().take() {
            task.abort();
        }
    }
}

/// Tells what is not told already.
fn changed_only(tell: impl Fn(LiveList) + Send + Sync) -> impl Fn(LiveList) + Send + Sync {
    let told = Mutex::new(None);
    move |list| {
        let mut told = told.lock();
        if told.as_ref() != Some(&list) {
            *told = Some(list.clone());
            tell(list);
        }
    }
}

type Events = Pin<Box<dyn Stream<Item = SessionEvent> + Send>>;

/// Tells the list until it is stopped, or the service turns out to have none.
async fn follow(api: ApiClient, refresh: Refresh, tell: &(impl Fn(LiveList) + Sync)) {
    tell(LiveList::Loading);
    let mut pause = PAUSE.0;
    let mut told = false;
    let mut has_events = true;
    let mut events: Option<Events> = None;
    loop {
        // Events first, then the list: nothing falls between.
        if events.is_none() && has_events {
            match api.session_events().await {
                Ok(stream) => events = Some(Box::pin(stream)),
                Err(error) => has_events = !lacks(&error),
            }
        }
        let mut sessions = match api.sessions().await {
            Ok(sessions) => {
                (pause, told) = (PAUSE.0, false);
                sessions.into_iter().filter_map(fit).collect::<Vec<_>>()
            }
            Err(error) if lacks(&error) => return tell(LiveList::None),
            Err(error) => {
                // Once until it works again: it goes on as long as home is looked at.
                if !std::mem::replace(&mut told, true) {
                    tracing::warn!(%error, "the sessions that are on are not known");
                }
                tell(LiveList::Failed { error: error.into() });
                events = None;
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE.1);
                continue;
            }
        };
        tell(current(&mut sessions));
        let again = Instant::now() + if events.is_some() { refresh.0 } else { refresh.1 };
        while let Some(stream) = &mut events {
            let event = tokio::select! {
                event = stream.next() => event,
                () = sleep_until(again) => break,
            };
            match event {
                Some(event) => {
                    take(&mut sessions, event);
                    tell(current(&mut sessions));
                }
                None => events = None,
            }
        }
        if events.is_none() {
            // Without events, or with a stream that just ended: a server that restarts is not pressed.
            let soon = Instant::now() + PAUSE.0;
            sleep_until(if has_events { soon.min(again) } else { again }).await;
        }
    }
}

/// Whether the service does not have this call at all.
fn lacks(error: &ApiError) -> bool {
    matches!(
        error,
        ApiError::NotSessionApi { status: 200..=299 | 404 | 405 | 501, .. }
            | ApiError::Refused { status: 404 | 405 | 501, .. }
    )
}

fn take(sessions: &mut Vec<LiveSession>, event: SessionEvent) {
    match event {
        SessionEvent::Created { session } => {
            if let Some(session) = fit(session) {
                sessions.retain(|known| known.session_id != session.session_id);
                sessions.push(session);
            }
        }
        SessionEvent::Ended { session_id } => {
            let id = session_id.to_ascii_lowercase();
            sessions.retain(|known| known.session_id != id);
        }
    }
}

/// The newest first, and not more than one can look through.
fn current(sessions: &mut [LiveSession]) -> LiveList {
    sessions.sort_by(|one, other| other.created_at.cmp(&one.created_at).then(one.session_id.cmp(&other.session_id)));
    let total = u32::try_from(sessions.len()).unwrap_or(u32::MAX);
    LiveList::Current { sessions: sessions.iter().take(MOST).cloned().collect(), total }
}

/// A session as it may be shown; none where it is over or has no usable id.
fn fit(listed: Listed) -> Option<LiveSession> {
    let Listed { session_id, title, owner_name, created_at, status, participants } = listed;
    if status.is_some_and(|status| status.eq_ignore_ascii_case("ended")) {
        return None;
    }
    let shown = |text: Option<String>| text.map(|text| shown(&text, MAX_TEXT)).filter(|text| !text.is_empty());
    Some(LiveSession {
        session_id: uuid::Uuid::parse_str(&session_id).ok()?.to_string(),
        title: shown(title),
        owner_name: shown(owner_name),
        created_at: created_at.and_then(|at| same_form(&at)),
        participants,
    })
}

/// A time in UTC, so that times sort as texts.
fn same_form(at: &str) -> Option<String> {
    use time::format_description::well_known::Rfc3339;
    let at = time::OffsetDateTime::parse(at, &Rfc3339).ok()?;
    at.to_offset(time::UtcOffset::UTC).replace_nanosecond(0).ok()?.format(&Rfc3339).ok()
}

#[cfg(test)]
mod tests;
