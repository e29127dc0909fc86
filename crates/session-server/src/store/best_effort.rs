//! A file for a server inside somebody's app: sessions outlive a crash of the app, and nothing that is wrong with the
//! file keeps the app from hosting.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{MemoryStore, SqliteStore, Store, StoreError};
use crate::people::People;
use crate::session::SessionRecord;

/// How old a session may be that is taken up again: nobody comes back to last week's.
const TAKEN_UP: time::Duration = time::Duration::hours(24);

/// How long another server is waited for that lets go of the file: this app's own of before, which is ending.
const LOCK_TIMEOUT: Duration = Duration::from_millis(500);
const LOCK_INTERVAL: Duration = Duration::from_millis(25);

/// What an unreadable file is called instead. A second one takes the place of the first.
const SET_ASIDE: &str = ".unreadable";

/// SQLite's result codes that blame the system and not the file: no permission, busy, locked, no memory, read-only, input
/// and output, full, cannot open, locking protocol.
const NOT_THE_FILES_FAULT: [u32; 9] = [3, 5, 6, 7, 8, 10, 13, 14, 15];

/// Of input and output: the file is shorter than it says itself.
const SHORT_READ: u32 = 522;

/// Sessions in an SQLite file if that can be had, in memory in any case.
pub(super) struct BestEffort {
    memory: MemoryStore,
    file: Option<SqliteStore>,
    /// Whose the file is: one server's at a time.
    _lock: Option<File>,
}

impl BestEffort {
    /// Opens the file, or goes on without one; the log says why.
    pub(super) async fn open(path: &Path) -> Self {
        let mut store = Self { memory: MemoryStore::default(), file: None, _lock: None };
        match prepare(path).await {
            Ok(Some(lock)) => store._lock = Some(lock),
            Ok(None) => {
                tracing::info!("another server on this computer keeps its sessions here: ours are in memory only");
                return store;
            }
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "sessions cannot be kept here, and are in memory only");
                return store;
            }
        }
        store.file = match read(path).await {
            Err(error) if is_the_files_fault(&error) => {
                tracing::warn!(%error, path = %path.display(), "the sessions cannot be read: the file is set aside");
                match set_aside(path) {
                    Ok(()) => kept(path, read(path).await),
                    Err(error) => {
                        tracing::warn!(%error, "nor can it be set aside: sessions are in memory only");
                        None
                    }
                }
            }
            opened => kept(path, opened),
        };
        store
    }
}

/// Makes the folder and the file, for this user only, and takes the lock. `None`: another server has it.
async fn prepare(path: &Path) -> std::io::Result<Option<File>> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let lock = private().open(beside(path, ".lock"))?;
    let deadline = tokio::time::Instant::now() + LOCK_TIMEOUT;
    loop {
        match lock.try_lock() {
            Ok(()) => break,
            Err(fs::TryLockError::WouldBlock) if tokio::time::Instant::now() < deadline => {
                tokio::time::sleep(LOCK_INTERVAL).await;
            }
            Err(fs::TryLockError::WouldBlock) => return Ok(None),
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
    }
    // SQLite gives its other files the permissions of this one.
    private().open(path)?;
    Ok(Some(lock))
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Opens the file and sees that its sessions can be read.
async fn read(path: &Path) -> Result<SqliteStore, StoreError> {
    let store = SqliteStore::open(path).await?;
    store.active().await?;
    Ok(store)
}

fn kept(path: &Path, opened: Result<SqliteStore, StoreError>) -> Option<SqliteStore> {
    opened
        .inspect_err(|error| {
            tracing::warn!(%error, path = %path.display(), "sessions cannot be kept here, and are in memory only");
        })
        .ok()
}

/// Whether another file in its place would do.
fn is_the_files_fault(error: &StoreError) -> bool {
    use sqlx::migrate::MigrateError;
    match error {
        StoreError::Database(error)
        | StoreError::Migration(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => match error
        {
            sqlx::Error::Database(error) => {
                let code = error.code().and_then(|code| code.parse::<u32>().ok());
                code.is_none_or(|code| code == SHORT_READ || !NOT_THE_FILES_FAULT.contains(&(code & 0xff)))
            }
            sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_) => true,
            _ => false,
        },
        // Also the file of a later version.
        StoreError::Migration(_) | StoreError::Corrupt(_) => true,
    }
}

/// Renames the file, with what SQLite put beside it.
fn set_aside(path: &Path) -> std::io::Result<()> {
    let aside = beside(path, SET_ASIDE);
    for suffix in ["", "-wal", "-shm"] {
        match fs::rename(beside(path, suffix), beside(&aside, suffix)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    drop(private().open(path)?);
    Ok(())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// What the file did not take is known in this run only.
fn noted<T: Default>(what: &str, result: Result<T, StoreError>) -> T {
    result
        .inspect_err(|error| tracing::error!(%error, "{what} was not stored: a crash of the app would lose it"))
        .unwrap_or_default()
}

impl Store for BestEffort {
    fn insert<'a>(&'a self, record: &'a SessionRecord) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            if let Some(file) = &self.file {
                noted("a session", file.insert(record).await);
            }
            Ok(())
        }
        .boxed()
    }

    fn end(&self, id: Uuid, at: OffsetDateTime) -> BoxFuture<'_, Result<(), StoreError>> {
        async move {
            self.memory.end(id, at).await?;
            if let Some(file) = &self.file {
                noted("the end of a session", file.end(id, at).await);
            }
            Ok(())
        }
        .boxed()
    }

    fn set_host_key(&self, id: Uuid, hash: [u8; 32]) -> BoxFuture<'_, Result<(), StoreError>> {
        async move {
            if let Some(file) = &self.file {
                noted("a host key", file.set_host_key(id, hash).await);
            }
            Ok(())
        }
        .boxed()
    }

    fn save_people(&self, id: Uuid, people: People) -> BoxFuture<'_, Result<(), StoreError>> {
        async move {
            if let Some(file) = &self.file {
                noted("who is what in a session", file.save_people(id, people).await);
            }
            Ok(())
        }
        .boxed()
    }

    fn ended_at(&self, id: Uuid) -> BoxFuture<'_, Result<Option<OffsetDateTime>, StoreError>> {
        async move {
            let known = self.memory.ended_at(id).await?;
            match &self.file {
                Some(file) if known.is_none() => file.ended_at(id).await.or(Ok(None)),
                _ => Ok(known),
            }
        }
        .boxed()
    }

    fn forget_ended(&self, before: OffsetDateTime) -> BoxFuture<'_, Result<u64, StoreError>> {
        async move {
            let forgotten = self.memory.forget_ended(before).await?;
            match &self.file {
                Some(file) => Ok(file.forget_ended(before).await?),
                None => Ok(forgotten),
            }
        }
        .boxed()
    }

    fn active(&self) -> BoxFuture<'_, Result<Vec<SessionRecord>, StoreError>> {
        async move {
            let Some(file) = &self.file else { return Ok(Vec::new()) };
            let now = OffsetDateTime::now_utc();
            let (young, old): (Vec<_>, Vec<_>) = noted("which sessions last", file.active().await)
                .into_iter()
                .partition(|record| now - record.created_at <= TAKEN_UP);
            for record in old {
                self.end(record.id, now).await?;
            }
            Ok(young)
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Mode;
    use crate::store::tests::record;

    fn now() -> SessionRecord {
        SessionRecord { created_at: OffsetDateTime::now_utc(), ..record(Mode::Meeting) }
    }

    async fn ids(store: &BestEffort) -> Vec<Uuid> {
        store.active().await.unwrap().into_iter().map(|record| record.id).collect()
    }

    #[tokio::test]
    async fn a_crash_leaves_what_lasts_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deeper/sessions.db");
        let (lasting, ended, old) = (now(), now(), record(Mode::Meeting));
        {
            let store = BestEffort::open(&path).await;
            for session in [&lasting, &ended, &old] {
                store.insert(session).await.unwrap();
            }
            store.set_host_key(lasting.id, [9; 32]).await.unwrap();
            store.end(ended.id, OffsetDateTime::now_utc()).await.unwrap();
        }
        let store = BestEffort::open(&path).await;
        let active = store.active().await.unwrap();
        assert_eq!(active.iter().map(|record| record.id).collect::<Vec<_>>(), [lasting.id]);
        assert_eq!(active[0].host_key_hash, [9; 32]);
        for id in [ended.id, old.id] {
            assert!(store.ended_at(id).await.unwrap().is_some());
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let store = BestEffort::open(&path).await;
        store.insert(&now()).await.unwrap();
        for file in fs::read_dir(folder.path()).unwrap() {
            let file = file.unwrap();
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
        }
    }

    #[tokio::test]
    async fn a_second_server_leaves_the_first_ones_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let first = BestEffort::open(&path).await;
        let (session, other) = (now(), now());
        first.insert(&session).await.unwrap();
        let second = BestEffort::open(&path).await;
        assert!(second.file.is_none());
        second.insert(&other).await.unwrap();
        second.end(other.id, OffsetDateTime::now_utc()).await.unwrap();
        assert!(second.ended_at(other.id).await.unwrap().is_some());
        assert!(ids(&second).await.is_empty());
        assert_eq!(ids(&first).await, [session.id]);
        // Whoever comes when the first is gone takes it up.
        drop(first);
        assert_eq!(ids(&BestEffort::open(&path).await).await, [session.id]);
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_set_aside() {
        let noise: Vec<u8> = (0..8192u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let (one, two) = (now(), now());
        {
            let store = BestEffort::open(&path).await;
            store.insert(&one).await.unwrap();
            store.file.as_ref().unwrap().0.close().await;
        }
        let good = fs::read(&path).unwrap();
        let half = good[..good.len() / 2].to_vec();
        let mut holed = good.clone();
        holed[4096..].fill(0xff);
        for (what, content) in
            [("noise", noise), ("half", half), ("holed", holed), ("text", b"not a database".to_vec())]
        {
            // A place of its own: a connection that is dropped closes later, and would write beside the next file.
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("sessions.db");
            fs::write(&path, &content).unwrap();
            let store = BestEffort::open(&path).await;
            assert!(store.file.is_some(), "{what}: a new file");
            assert_eq!(fs::read(beside(&path, SET_ASIDE)).unwrap().len(), content.len(), "{what}: the old one is kept");
            store.insert(&two).await.unwrap();
            store.file.as_ref().unwrap().0.close().await;
            drop(store);
            assert_eq!(ids(&BestEffort::open(&path).await).await, [two.id], "{what}");
        }
    }

    #[tokio::test]
    async fn a_file_of_another_version_is_set_aside_and_an_empty_one_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        fs::write(&path, []).unwrap();
        let store = BestEffort::open(&path).await;
        let file = store.file.as_ref().unwrap();
        assert!(!beside(&path, SET_ASIDE).exists());
        sqlx::query("INSERT INTO _sqlx_migrations VALUES (99, 'later', 0, TRUE, x'00', 0)")
            .execute(&file.0)
            .await
            .unwrap();
        drop(store);
        let store = BestEffort::open(&path).await;
        assert!(store.file.is_some() && beside(&path, SET_ASIDE).exists());
    }

    #[tokio::test]
    async fn without_a_place_for_the_file_sessions_are_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        fs::create_dir(folder.path().join("folder.db")).unwrap();
        for path in ["file/sessions.db", "folder.db"] {
            let store = BestEffort::open(&folder.path().join(path)).await;
            assert!(store.file.is_none(), "{path}");
            let session = now();
            store.insert(&session).await.unwrap();
            store.end(session.id, OffsetDateTime::now_utc()).await.unwrap();
            assert!(store.ended_at(session.id).await.unwrap().is_some(), "{path}");
        }
    }
}
