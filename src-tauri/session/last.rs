//! The session to go back to: after it was left or lost, and after a crash. On disk it is a small file without secrets,
//! there while one is in a session: a start that finds it follows a crash.

use std::fs::File;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::connect::Admission;
use super::state::{LastSession, LeftHow, Role};
use crate::api::BaseUrl;
use crate::settings::folders;

/// The file, and what is locked while one is in a session: another app with the same folder neither reads nor writes the
/// file then.
const NAME: &str = "last-session.json";
const LOCK: &str = "last-session.lock";

/// Largest file read, bytes. Ours has some hundred.
const MAX_FILE: u64 = 64 * 1024;

/// How long an app is waited for that was killed and started again at once.
const ENDING: Duration = Duration::from_millis(600);

/// How old a session may be that is offered: nobody wants last week's.
const MAX_AGE: time::Duration = time::Duration::hours(12);

/// Which devices were switched on: who was muted comes back muted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    /// The camera.
    pub camera: bool,
    /// The microphone.
    pub microphone: bool,
}

impl Default for Choices {
    fn default() -> Self {
        Self { camera: true, microphone: true }
    }
}

/// Which session, and who one was in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Last {
    /// Which session.
    pub session_id: String,
    /// Its title, if known.
    pub title: Option<String>,
    /// The own role.
    pub role: Role,
    /// The own name.
    pub name: String,
    /// The session server that has it.
    pub api: BaseUrl,
    /// Whether that is this computer's own, and then whether it was on the network.
    pub hosted: Option<bool>,
    /// The devices.
    pub choices: Choices,
    at: OffsetDateTime,
    /// Why it is to be offered, if it is.
    how: Option<LeftHow>,
}

/// The file's content.
#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    session_id: String,
    title: Option<String>,
    role: Role,
    name: String,
    api: String,
    #[serde(default)]
    hosted: Option<bool>,
    #[serde(default)]
    choices: Choices,
    how: LeftHow,
}

impl Last {
    /// What is to be remembered of a session that one is in or was just in.
    pub fn new(
        admission: &Admission,
        hosted: Option<bool>,
        choices: Choices,
        title: Option<String>,
        name: String,
        how: Option<LeftHow>,
    ) -> Self {
        Self {
            session_id: admission.session_id.clone(),
            title,
            role: admission.role,
            name,
            api: admission.api.base().clone(),
            hosted,
            choices,
            at: OffsetDateTime::now_utc(),
            how,
        }
    }

    /// As home offers it, where it is to be offered.
    pub fn offer(&self) -> Option<LastSession> {
        Some(LastSession {
            session_id: self.session_id.clone(),
            title: self.title.clone(),
            role: self.role,
            left_at: self.at.format(&Rfc3339).ok()?,
            how: self.how?,
        })
    }
}

/// Keeps the session to go back to for the next run. What cannot be written is logged, and nobody is bothered: it
/// matters only after a crash.
pub struct Keeper {
    folder: PathBuf,
    lock: Option<File>,
}

impl Keeper {
    /// Keeps it in this folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, lock: None }
    }

    /// What the last run left behind.
    pub fn found(&self) -> Option<Last> {
        let path = self.folder.join(NAME);
        let written = std::fs::metadata(&path).ok().filter(|file| file.len() <= MAX_FILE)?.modified().ok()?;
        // Held by another app that is in a session now: then it is that one's. One that was just killed may be ending.
        let until = Instant::now() + ENDING;
        let _free = loop {
            match self.try_lock() {
                Some(lock) => break lock,
                None if Instant::now() >= until => return None,
                None => std::thread::sleep(Duration::from_millis(50)),
            }
        };
        let at = OffsetDateTime::from(written);
        if OffsetDateTime::now_utc() - at > MAX_AGE {
            return None;
        }
        let document: Document = serde_json::from_slice(&std::fs::read(&path).ok()?).ok()?;
        if document.version != 1 || uuid::Uuid::parse_str(&document.session_id).is_err() {
            return None;
        }
        let last = Last {
            api: BaseUrl::parse(&document.api).ok()?,
            session_id: document.session_id,
            title: document.title,
            role: document.role,
            name: document.name,
            hosted: document.hosted,
            choices: document.choices,
            at,
            how: Some(document.how),
        };
        tracing::info!(how = ?document.how, "there is a session to go back to");
        Some(last)
    }

    /// Writes it. One that was crashed out of is what one is in now.
    pub fn keep(&mut self, last: &Last) {
        let Some(how) = last.how else { return };
        if self.lock.is_none() {
            self.lock = self.try_lock();
        }
        if self.lock.is_none() {
            return;
        }
        let document = Document {
            version: 1,
            session_id: last.session_id.clone(),
            title: last.title.clone(),
            role: last.role,
            name: last.name.clone(),
            api: last.api.as_str().to_owned(),
            hosted: last.hosted,
            choices: last.choices,
            how,
        };
        let write =
            || -> std::io::Result<()> { folders::replace(&self.folder, NAME, &serde_json::to_vec_pretty(&document)?) };
        if let Err(error) = write() {
            tracing::warn!(%error, "the session to go back to is not kept for the next run");
        }
        if how == LeftHow::Lost {
            self.lock = None;
        }
    }

    /// One is in it still: the file's time says until when.
    pub fn still_there(&self) {
        if self.lock.is_some()
            && let Ok(file) = File::options().write(true).open(self.folder.join(NAME))
        {
            // It is only about what "left at" says after a crash.
            let _ = file.set_modified(SystemTime::now());
        }
    }

    /// There is none to go back to.
    pub fn forget(&mut self) {
        // Another app's is not ours to remove.
        if self.lock.take().is_some() || self.try_lock().is_some() {
            let _ = std::fs::remove_file(self.folder.join(NAME));
        }
    }

    fn try_lock(&self) -> Option<File> {
        std::fs::create_dir_all(&self.folder).ok()?;
        let file = File::options().create(true).truncate(false).write(true).open(self.folder.join(LOCK)).ok()?;
        file.try_lock().ok()?;
        Some(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(how: LeftHow) -> Last {
        Last {
            session_id: uuid::Uuid::new_v4().to_string(),
            title: Some("Physics".into()),
            role: Role::Host,
            name: "Ada".into(),
            api: BaseUrl::parse("http://127.0.0.1:8080/api").unwrap(),
            hosted: Some(false),
            choices: Choices { camera: true, microphone: false },
            at: OffsetDateTime::now_utc(),
            how: Some(how),
        }
    }

    #[test]
    fn a_crash_leaves_the_session_to_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let session = last(LeftHow::Crashed);
        let mut crashed = Keeper::new(folder.path().to_owned());
        crashed.keep(&session);
        assert_eq!(Keeper::new(folder.path().to_owned()).found(), None, "another app is in it now");
        drop(crashed);
        let found = Keeper::new(folder.path().to_owned()).found().unwrap();
        assert_eq!((&found.session_id, &found.name, found.role), (&session.session_id, &session.name, Role::Host));
        assert_eq!((found.hosted, found.choices), (Some(false), session.choices));
        assert_eq!(found.offer().unwrap().how, LeftHow::Crashed);
    }

    #[test]
    fn a_clean_end_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut keeper = Keeper::new(folder.path().to_owned());
        keeper.keep(&last(LeftHow::Crashed));
        keeper.forget();
        drop(keeper);
        assert_eq!(Keeper::new(folder.path().to_owned()).found(), None);
    }

    #[test]
    fn a_lost_session_is_found_and_nonsense_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut keeper = Keeper::new(folder.path().to_owned());
        keeper.keep(&last(LeftHow::Lost));
        let next = Keeper::new(folder.path().to_owned());
        assert_eq!(next.found().and_then(|last| last.offer()).map(|offer| offer.how), Some(LeftHow::Lost));
        for text in ["", "{", "{\"version\":9}", "\u{0}"] {
            std::fs::write(folder.path().join(NAME), text).unwrap();
            assert_eq!(next.found(), None);
        }
    }
}
