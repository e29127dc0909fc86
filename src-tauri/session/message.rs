//! What the session's actor is told, and where its answers go.

use livekit::prelude::TrackSid;
use tokio::sync::oneshot;

use super::Diagnosis;
use super::again::Entered;
use super::connect::News;
use super::connection::Setback;
use super::state::{Device, DeviceState, Health, LastSession, SessionState};
use super::watch::Sign;
use crate::error::UiError;
use crate::video::TileId;

/// Where the answer to a wish goes.
pub type Reply<T> = oneshot::Sender<T>;

/// Where it goes when a wish is fulfilled or not.
pub type Answer = Reply<Result<(), UiError>>;

/// What the actor hears.
pub enum Message {
    /// The state, please.
    Snapshot(Reply<SessionState>),
    /// A new session: title, name.
    Create(String, String, Answer),
    /// Into a session: what was pasted, name.
    Join(String, String, Answer),
    /// Into the last session again.
    Rejoin(Answer),
    /// Which session that would be, where it is to be offered.
    Last(Reply<Option<LastSession>>),
    /// It is not to be offered any more.
    ForgetLast(Answer),
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
