//! The sessions one was in: a small file of this computer, without secrets.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use specta::Type;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::api::BaseUrl;
use crate::session::invitation::Invitation;
use crate::session::state::Role;
use crate::session::text::shown;
use crate::settings::folders;

const NAME: &str = "recent-sessions.json";

/// Most that are kept.
const MOST: usize = 12;

/// How long they are kept.
const MAX_AGE: time::Duration = time::Duration::days(30);

/// Largest file read, bytes. Ours has a few thousand.
const MAX_FILE: u64 = 256 * 1024;

/// Longest title shown, in characters.
const MAX_TITLE: usize = 100;

/// A session one was in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RecentSession {
    /// Its id, a UUID.
    pub session_id: String,
    /// Its title, if it was known.
    pub title: Option<String>,
    /// Who one was in it.
    pub role: Role,
    /// When one was last in it, RFC 3339.
    pub joined_at: String,
    /// The session server's host and port.
    pub server: String,
    /// What to join with: a link that names the session server.
    pub link: String,
}

/// As it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    session_id: String,
    title: Option<String>,
    role: Role,
    joined_at: String,
    api: String,
}

#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    sessions: Vec<Entry>,
}

/// Reads and keeps them. Apps side by side share the file; what cannot be written is logged, and nobody is bothered.
pub struct RecentSessions {
    folder: PathBuf,
}

impl RecentSessions {
    /// Those of this folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// All of them, the last one first.
    pub fn list(&self) -> Vec<RecentSession> {
        let now = OffsetDateTime::now_utc();
        self.read().into_iter().filter_map(|entry| view(entry, now)).take(MOST).collect()
    }

    /// One is in this session now.
    pub fn joined(&self, session_id: &str, title: Option<&str>, role: Role, api: &BaseUrl) {
        let joined_at = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
        let (session_id, api) = (session_id.to_owned(), api.as_str().to_owned());
        let mut entries = self.read();
        let known = entries.iter().position(|entry| entry.session_id == session_id).map(|at| entries.remove(at));
        let title = title.map(str::to_owned).or(known.and_then(|known| known.title));
        entries.insert(0, Entry { session_id, title, role, joined_at, api });
        entries.truncate(MOST);
        self.write(entries);
    }

    /// Its title became known.
    pub fn titled(&self, session_id: &str, title: &str) {
        let mut entries = self.read();
        if let Some(entry) = entries.iter_mut().find(|entry| entry.session_id == session_id) {
            entry.title = Some(title.to_owned());
            self.write(entries);
        }
    }

    /// It is over, or nobody wants to be reminded of it.
    pub fn forget(&self, session_id: &str) {
        let mut entries = self.read();
        let before = entries.len();
        entries.retain(|entry| entry.session_id != session_id);
        if entries.len() < before {
            self.write(entries);
        }
    }

    /// Nobody wants to be reminded of any.
    pub fn clear(&self) {
        if let Err(error) = std::fs::remove_file(self.folder.join(NAME))
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "the sessions one was in are not forgotten");
        }
    }

    fn read(&self) -> Vec<Entry> {
        let path = self.folder.join(NAME);
        let small = std::fs::metadata(&path).is_ok_and(|file| file.len() <= MAX_FILE);
        let bytes = if small { std::fs::read(path).unwrap_or_default() } else { Vec::new() };
        match serde_json::from_slice(&bytes) {
            Ok(Document { version: 1, sessions }) => sessions,
            // Broken or of another version: it is only a convenience.
            _ => Vec::new(),
        }
    }

    fn write(&self, sessions: Vec<Entry>) {
        let write = || -> std::io::Result<()> {
            let text = serde_json::to_vec_pretty(&Document { version: 1, sessions })?;
            folders::replace(&self.folder, NAME, &text)
        };
        if let Err(error) = write() {
            tracing::warn!(%error, "the session is not remembered");
        }
    }
}

/// As home shows it; none where it is too old or not ours.
fn view(entry: Entry, now: OffsetDateTime) -> Option<RecentSession> {
    let Entry { session_id, title, role, joined_at, api } = entry;
    let age = now - OffsetDateTime::parse(&joined_at, &Rfc3339).ok()?;
    let api = BaseUrl::parse(&api).ok()?;
    let session_id = uuid::Uuid::parse_str(&session_id).ok()?.to_string();
    (age < MAX_AGE).then(|| RecentSession {
        link: Invitation { session_id: session_id.clone(), api: Some(api.clone()), secret: None }.link(),
        server: api.host(),
        title: title.map(|title| shown(&title, MAX_TITLE)).filter(|title| !title.is_empty()),
        session_id,
        role,
        joined_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::invitation;

    fn api() -> BaseUrl {
        BaseUrl::parse("https://live.example/api/v1").unwrap()
    }

    #[test]
    fn the_last_one_is_first_and_none_is_there_twice() {
        let folder = tempfile::tempdir().unwrap();
        let recent = RecentSessions::new(folder.path().join("new"));
        assert_eq!(recent.list(), []);
        let ids: Vec<_> = (0..MOST + 3).map(|_| uuid::Uuid::new_v4().to_string()).collect();
        for id in &ids {
            recent.joined(id, None, Role::Viewer, &api());
        }
        recent.titled(&ids[5], "Physics");
        recent.joined(&ids[5], None, Role::Host, &api());
        let list = RecentSessions::new(folder.path().join("new")).list();
        assert_eq!(list.len(), MOST);
        assert_eq!((list[0].session_id.as_str(), list[0].role), (ids[5].as_str(), Role::Host));
        assert_eq!(list[0].title.as_deref(), Some("Physics"), "known from before");
        assert_eq!(list.iter().filter(|session| session.session_id == ids[5]).count(), 1);
        let found = invitation::parse(&list[1].link).unwrap();
        assert_eq!((found.session_id, found.api), (list[1].session_id.clone(), Some(api())));
        recent.forget(&ids[5]);
        assert_ne!(recent.list()[0].session_id, ids[5]);
        recent.clear();
        recent.clear();
        assert_eq!(recent.list(), []);
    }

    #[test]
    fn nonsense_and_what_is_old_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let recent = RecentSessions::new(folder.path().to_owned());
        for text in ["", "{", "{\"version\":2,\"sessions\":[]}", "{\"version\":1,\"sessions\":[{}]}"] {
            std::fs::write(folder.path().join(NAME), text).unwrap();
            assert_eq!(recent.list(), [], "{text}");
        }
        let id = uuid::Uuid::new_v4();
        let entry = |at: &str, id: &str| {
            format!(
                "{{\"session_id\":\"{id}\",\"title\":\"\\u202e\",\"role\":\"host\",\"joined_at\":\"{at}\",\"api\":\"https://h/api\"}}"
            )
        };
        let now = OffsetDateTime::now_utc().format(&Rfc3339).unwrap();
        let entries = [entry("2020-01-01T00:00:00Z", &id.to_string()), entry(&now, "x"), entry(&now, &id.to_string())];
        let text = format!("{{\"version\":1,\"sessions\":[{}]}}", entries.join(","));
        std::fs::write(folder.path().join(NAME), text).unwrap();
        let list = recent.list();
        assert_eq!(list.len(), 1);
        assert_eq!(list[0].title, None);
    }
}
