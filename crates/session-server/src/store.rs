//! Where sessions outlive the process.

mod best_effort;

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{self, BoxFuture};
use parking_lot::Mutex;
use sqlx::Row;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::config::Database;
use crate::people::{People, WhenHostLeaves};
use crate::session::{Mode, SessionRecord};
use best_effort::BestEffort;

/// The store did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database could not be opened, read or written.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// Its tables could not be brought up to date.
    #[error("database migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A row holds what this version does not understand.
    #[error("the database holds a session that cannot be read: {0}")]
    Corrupt(String),
}

/// What the server needs from a store. Requests read sessions from memory; the store is written through.
pub(crate) trait Store: Send + Sync {
    /// Keeps a new session.
    fn insert<'a>(&'a self, record: &'a SessionRecord) -> BoxFuture<'a, Result<(), StoreError>>;
    /// Keeps who is what in a session.
    fn save_people(&self, id: Uuid, people: People) -> BoxFuture<'_, Result<(), StoreError>>;
    /// Notes that a session has ended.
    fn end(&self, id: Uuid, at: OffsetDateTime) -> BoxFuture<'_, Result<(), StoreError>>;
    /// Gives a session another host key.
    fn set_host_key(&self, id: Uuid, hash: [u8; 32]) -> BoxFuture<'_, Result<(), StoreError>>;
    /// When a session ended: `None` if it is unknown or lasts still.
    fn ended_at(&self, id: Uuid) -> BoxFuture<'_, Result<Option<OffsetDateTime>, StoreError>>;
    /// Forgets the sessions that ended before; how many those were.
    fn forget_ended(&self, before: OffsetDateTime) -> BoxFuture<'_, Result<u64, StoreError>>;
    /// All sessions that have not ended, the oldest first.
    fn active(&self) -> BoxFuture<'_, Result<Vec<SessionRecord>, StoreError>>;
}

/// Opens the store that was configured.
pub(crate) async fn open(database: &Database) -> Result<Box<dyn Store>, StoreError> {
    Ok(match database {
        Database::Memory => Box::new(MemoryStore::default()),
        Database::File(path) => Box::new(SqliteStore::open(path).await?),
        Database::BestEffort(path) => Box::new(BestEffort::open(path).await),
    })
}

/// Nothing outlives the process; only which sessions there were is remembered.
#[derive(Default)]
struct MemoryStore(Mutex<HashMap<Uuid, OffsetDateTime>>);

impl Store for MemoryStore {
    fn insert<'a>(&'a self, _: &'a SessionRecord) -> BoxFuture<'a, Result<(), StoreError>> {
        future::ready(Ok(())).boxed()
    }

    fn save_people(&self, _: Uuid, _: People) -> BoxFuture<'_, Result<(), StoreError>> {
        future::ready(Ok(())).boxed()
    }

    fn end(&self, id: Uuid, at: OffsetDateTime) -> BoxFuture<'_, Result<(), StoreError>> {
        self.0.lock().insert(id, at);
        future::ready(Ok(())).boxed()
    }

    fn set_host_key(&self, _: Uuid, _: [u8; 32]) -> BoxFuture<'_, Result<(), StoreError>> {
        future::ready(Ok(())).boxed()
    }

    fn ended_at(&self, id: Uuid) -> BoxFuture<'_, Result<Option<OffsetDateTime>, StoreError>> {
        future::ready(Ok(self.0.lock().get(&id).copied())).boxed()
    }

    fn forget_ended(&self, before: OffsetDateTime) -> BoxFuture<'_, Result<u64, StoreError>> {
        let mut ended = self.0.lock();
        let known = ended.len();
        ended.retain(|_, at| *at >= before);
        future::ready(Ok((known - ended.len()) as u64)).boxed()
    }

    fn active(&self) -> BoxFuture<'_, Result<Vec<SessionRecord>, StoreError>> {
        future::ready(Ok(Vec::new())).boxed()
    }
}

/// Sessions in an SQLite file.
struct SqliteStore(SqlitePool);

impl SqliteStore {
    async fn open(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(5));
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
        sqlx::migrate!().run(&pool).await?;
        Ok(Self(pool))
    }
}

impl Store for SqliteStore {
    fn insert<'a>(&'a self, record: &'a SessionRecord) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            sqlx::query(
                "INSERT INTO sessions (id, title, owner_name, mode, lobby, listed, host_key_hash, created_at, \
                 when_host_leaves, people) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(record.id.to_string())
            .bind(&record.title)
            .bind(&record.owner_name)
            .bind(mode_to_text(record.mode))
            .bind(record.lobby)
            .bind(record.listed)
            .bind(record.host_key_hash.as_slice())
            .bind(to_millis(record.created_at))
            .bind(record.when_host_leaves.text())
            .bind(to_json(&record.people))
            .execute(&self.0)
            .await?;
            Ok(())
        }
        .boxed()
    }

    fn save_people(&self, id: Uuid, people: People) -> BoxFuture<'_, Result<(), StoreError>> {
        async move {
            sqlx::query("UPDATE sessions SET people = ? WHERE id = ?")
                .bind(to_json(&people))
                .bind(id.to_string())
                .execute(&self.0)
                .await?;
            Ok(())
        }
        .boxed()
    }

    fn end(&self, id: Uuid, at: OffsetDateTime) -> BoxFuture<'_, Result<(), StoreError>> {
        async move {
            sqlx::query("UPDATE sessions SET ended_at = ? WHERE id = ? AND ended_at IS NULL")
                .bind(to_millis(at))
                .bind(id.to_string())
                .execute(&self.0)
                .await?;
            Ok(())
        }
        .boxed()
    }

    fn set_host_key(&self, id: Uuid, hash: [u8; 32]) -> BoxFuture<'_, Result<(), StoreError>> {
        async move {
            sqlx::query("UPDATE sessions SET host_key_hash = ? WHERE id = ?")
                .bind(hash.as_slice())
                .bind(id.to_string())
                .execute(&self.0)
                .await?;
            Ok(())
        }
        .boxed()
    }

    fn ended_at(&self, id: Uuid) -> BoxFuture<'_, Result<Option<OffsetDateTime>, StoreError>> {
        async move {
            let row = sqlx::query("SELECT ended_at FROM sessions WHERE id = ? AND ended_at IS NOT NULL")
                .bind(id.to_string())
                .fetch_optional(&self.0)
                .await?;
            row.map(|row| from_millis(row.try_get("ended_at")?)).transpose()
        }
        .boxed()
    }

    fn forget_ended(&self, before: OffsetDateTime) -> BoxFuture<'_, Result<u64, StoreError>> {
        async move {
            let done =
                sqlx::query("DELETE FROM sessions WHERE ended_at < ?").bind(to_millis(before)).execute(&self.0).await?;
            Ok(done.rows_affected())
        }
        .boxed()
    }

    fn active(&self) -> BoxFuture<'_, Result<Vec<SessionRecord>, StoreError>> {
        async move {
            let rows = sqlx::query("SELECT * FROM sessions WHERE ended_at IS NULL ORDER BY created_at")
                .fetch_all(&self.0)
                .await?;
            rows.iter().map(read).collect()
        }
        .boxed()
    }
}

fn read(row: &SqliteRow) -> Result<SessionRecord, StoreError> {
    let id: String = row.try_get("id")?;
    let mode: String = row.try_get("mode")?;
    let hash: Vec<u8> = row.try_get("host_key_hash")?;
    Ok(SessionRecord {
        id: id.parse().map_err(|_| StoreError::Corrupt(format!("id {id:?}")))?,
        title: row.try_get("title")?,
        owner_name: row.try_get("owner_name")?,
        mode: match mode.as_str() {
            "meeting" => Mode::Meeting,
            "audience" => Mode::Audience,
            other => return Err(StoreError::Corrupt(format!("mode {other:?} of {id}"))),
        },
        lobby: row.try_get("lobby")?,
        listed: row.try_get("listed")?,
        host_key_hash: hash.try_into().map_err(|_| StoreError::Corrupt(format!("host key of {id}")))?,
        created_at: from_millis(row.try_get("created_at")?)?,
        when_host_leaves: WhenHostLeaves::parse(row.try_get("when_host_leaves")?).unwrap_or_default(),
        people: serde_json::from_str(row.try_get("people")?)
            .map_err(|_| StoreError::Corrupt(format!("people of {id}")))?,
    })
}

fn to_json(people: &People) -> String {
    serde_json::to_string(people).expect("lists of texts are JSON")
}

fn mode_to_text(mode: Mode) -> &'static str {
    match mode {
        Mode::Meeting => "meeting",
        Mode::Audience => "audience",
    }
}

fn to_millis(time: OffsetDateTime) -> i64 {
    // Until the year 9999 this fits.
    (time.unix_timestamp_nanos() / 1_000_000) as i64
}

fn from_millis(millis: i64) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
        .map_err(|_| StoreError::Corrupt(format!("time {millis}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn record(mode: Mode) -> SessionRecord {
        SessionRecord {
            id: Uuid::new_v4(),
            title: "Übung".into(),
            owner_name: "Ada".into(),
            mode,
            lobby: true,
            listed: false,
            host_key_hash: [7; 32],
            created_at: from_millis(1_764_000_000_123).unwrap(),
            when_host_leaves: WhenHostLeaves::Promote,
            people: People::with_host("ada"),
        }
    }

    #[tokio::test]
    async fn a_file_keeps_sessions_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let (lasting, ended) = (record(Mode::Audience), record(Mode::Meeting));
        let at = from_millis(1_764_000_001_456).unwrap();
        {
            let store = SqliteStore::open(&path).await.unwrap();
            store.insert(&lasting).await.unwrap();
            store.insert(&ended).await.unwrap();
            store.end(ended.id, at).await.unwrap();
            let mut people = lasting.people.clone();
            people.set_co_host("bob", true);
            store.save_people(lasting.id, people).await.unwrap();
            store.0.close().await;
        }
        let store = SqliteStore::open(&path).await.unwrap();
        let active = store.active().await.unwrap();
        assert_eq!(active.len(), 1);
        let kept = &active[0];
        assert_eq!((kept.id, kept.mode, kept.lobby, kept.listed), (lasting.id, Mode::Audience, true, false));
        assert_eq!((&kept.title, &kept.owner_name), (&lasting.title, &lasting.owner_name));
        assert_eq!((kept.host_key_hash, kept.created_at), (lasting.host_key_hash, lasting.created_at));
        assert!(kept.people.is_host("ada") && kept.people.is_co_host("bob"));
        assert_eq!(kept.when_host_leaves, WhenHostLeaves::Promote);
        assert_eq!(store.ended_at(ended.id).await.unwrap(), Some(at));
        assert_eq!(store.ended_at(lasting.id).await.unwrap(), None);
        assert_eq!(store.ended_at(Uuid::new_v4()).await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_ended_long_ago_is_forgotten_and_what_lasts_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = Database::File(folder.path().join("sessions.db"));
        for database in [Database::Memory, file] {
            let store = open(&database).await.unwrap();
            let (lasting, early, late) = (record(Mode::Meeting), record(Mode::Meeting), record(Mode::Meeting));
            for record in [&lasting, &early, &late] {
                store.insert(record).await.unwrap();
            }
            let (first, second) = (from_millis(1_764_000_001_000).unwrap(), from_millis(1_764_000_002_000).unwrap());
            store.end(early.id, first).await.unwrap();
            store.end(late.id, second).await.unwrap();
            assert_eq!(store.forget_ended(second).await.unwrap(), 1, "{database:?}");
            assert_eq!(store.ended_at(early.id).await.unwrap(), None);
            assert_eq!(store.ended_at(late.id).await.unwrap(), Some(second));
            let lasts = store.active().await.unwrap().iter().any(|kept| kept.id == lasting.id);
            assert!(lasts || database == Database::Memory, "{database:?}");
            assert_eq!(store.forget_ended(second).await.unwrap(), 0);
        }
    }
}
