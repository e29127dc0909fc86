//! Sessions that one can go into: those that are on at the session server, and those one was in before.

mod live;
mod recent;

pub use live::{LiveList, LiveSession, LiveSessions, Watcher};
pub use recent::{RecentSession, RecentSessions};
