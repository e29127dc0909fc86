//! What the session's actor is told, and where its answers go.

use livekit::prelude::TrackSid;
use tokio::sync::oneshot;

use super::Diagnosis;
use super::again::Entered;
use super::connect::News;
use super::connection::Setback;
use super::invite::Invite;
use super::moderation::Moderation;
use super::state::{Device, DeviceState, Health, LastSession, SessionState};
use super::watch::Sign;
use crate::error::UiError;
use crate::sessions::RecentSession;
use crate::video::TileId;

/// Where the answer to a wish goes.
pub type Reply<T> = oneshot::Sender<T>;

/// Where it goes when a wish is fulfilled or not.
pub type Answer = Reply<Result<(), UiError>>;

/// What the actor hears.
pub enum Message {
    /// The state, please.
    Snapshot(Reply<SessionState>),
    /// A new session: title, name, whether encrypted.
    Create(String, String, bool, Answer),
    /// Into a session: what was pasted, name, key words.
    Join(String, String, Option<String>, Answer),
    /// These key words for the encrypted session one is in.
    UseKey(String, Answer),
    /// A new key for the encrypted session one hosts, but not for this identity.
    RenewKey(Option<String>, Answer),
    /// The session of this number uses another key now, or could not.
    KeyUsed(u64, Result<(), UiError>, Option<Answer>),
    /// Into the last session again.
    Rejoin(Answer),
    /// Which session that would be, where it is to be offered.
    Last(Reply<Option<LastSession>>),
    /// It is not to be offered any more.
    ForgetLast(Answer),
    /// Something about somebody, by identity, as the host.
    Moderate(String, Moderation, Answer),
    /// Everybody else is to be muted, as the host wants.
    MuteAll(Answer),
    /// Nobody new is to be let in, or everybody again, as the host wants.
    LockSession(bool, Answer),
    /// The sessions one was in before.
    Recent(Reply<Vec<RecentSession>>),
    /// One of them, or all, is not to be remembered any more.
    ForgetRecent(Option<String>, Answer),
    /// What to hand out so that others come.
    Invite(Reply<Option<Invite>>),
    /// Out of it.
    Leave(Answer),
    /// Ends it for everyone.
    End(Answer),
    /// The session server's answer to that.
    Ended(u64, Result<(), UiError>, Answer),
    /// Back to idle.
    DismissEnd(Answer),
    /// A device on or off.
    SetDevice(Device, bool, Answer),
    /// The own hand up or down.
    RaiseHand(bool, Answer),
    /// Another device of this kind, by id; none: the system's default.
    ChooseDevice(Device, Option<String>),
    /// What the doctor needs to know.
    Diagnosis(Reply<Diagnosis>),
    /// What to send people on the network.
    LanAddress(Reply<Option<String>>),
    /// News of the attempt of this number.
    News(u64, News),
    /// The title became known.
    Title(u64, String),
    /// What is seen of the connection, in the session of this number and its room of that number.
    Sign(u64, u64, Sign),
    /// How an attempt to enter the room anew went, in the session and after the room of these numbers.
    Entered(u64, u64, Result<Box<Entered>, Setback>),
    /// A device's report, in the session of this number.
    Device(u64, Device, u64, DeviceState),
    /// The connection became better or worse.
    Health(u64, Health),
    /// A track was not taken, in the session of this number and its room of that number.
    NotPublished(u64, u64, Device, String),
    /// A picture of this track and size is larger than what is decoded, in the session of this number.
    TooLarge(u64, TileId, TrackSid, (u32, u32)),
    /// The program ends.
    ShutDown(Reply<()>),
}
