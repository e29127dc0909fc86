//! What the web UI knows of a session: one snapshot, then patches. No media and no secret is in here.

use serde::{Deserialize, Serialize};
use specta::Type;

pub use super::encryption::Encrypted;
pub use super::role::Role;

/// One live session as the UI shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct SessionState {
    /// Number of the last patch that is contained; the next patch carries `sequence + 1`. A gap asks for a new snapshot.
    pub sequence: u32,
    /// Where the session stands.
    pub phase: Phase,
    /// The session's id (a UUID), once known.
    pub session_id: Option<String>,
    /// The session's title, where known (who joins learns it from the list of sessions, if at all).
    pub title: Option<String>,
    /// The own role.
    pub role: Role,
    /// Whether this person may publish (an audience's viewer may not).
    pub can_publish: bool,
    /// Everybody in the room, the own person first, then by time of joining.
    pub participants: Vec<Participant>,
    /// The own camera.
    pub camera: DeviceState,
    /// The own microphone.
    pub microphone: DeviceState,
    /// The own screen share.
    pub screen: DeviceState,
    /// The loudspeaker.
    pub speaker: DeviceState,
    /// How good the connection is, and what is done about it.
    pub health: Health,
    /// The device that a host switched off, until the person switches it again.
    pub silenced: Option<Device>,
    /// How it stands with the encryption, in a session that is end-to-end encrypted.
    pub encrypted: Option<Encrypted>,
    /// What a host asked this person to switch on, until that is done.
    pub asked: Option<Asked>,
    /// Whether the session is locked: who was not in it is not let in. None: its session server cannot lock it.
    pub locked: Option<bool>,
}

impl SessionState {
    /// No session; the next patch has the number after `sequence`.
    pub fn idle(sequence: u32) -> Self {
        Self {
            sequence,
            phase: Phase::Idle,
            session_id: None,
            title: None,
            role: Role::Viewer,
            can_publish: true,
            participants: Vec::new(),
            camera: DeviceState::Off,
            microphone: DeviceState::Off,
            screen: DeviceState::Off,
            speaker: DeviceState::Off,
            health: Health::default(),
            silenced: None,
            encrypted: None,
            asked: None,
            locked: None,
        }
    }
}

/// A host's wish that this person switch something on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Asked {
    /// What.
    pub device: Device,
    /// The host's name.
    pub by: String,
    /// Which wish it is in this session, from 1: the same may be asked again.
    pub count: u32,
}

/// Where a session stands: `Idle → Connecting → Connected ⇄ Reconnecting → Ended`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Phase {
    /// No session.
    Idle,
    /// On the way into one.
    Connecting {
        /// What is being waited for.
        step: ConnectStep,
    },
    /// In the room.
    Connected,
    /// The connection is lost and being restored; pictures, people and devices stay as they are.
    Reconnecting {
        /// How.
        stage: ReconnectStage,
        /// Which attempt at this stage, from 1; 0 where attempts are not counted.
        attempt: u32,
        /// Seconds until it is given up, rounded up; told anew at each change of the rest.
        gives_up_in_s: u32,
    },
    /// Over.
    Ended {
        /// Why.
        reason: EndReason,
    },
}

/// How a lost connection is being restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ReconnectStage {
    /// Nothing arrives from LiveKit any more; it may come back by itself.
    Noticed,
    /// LiveKit's SDK restores the connection to the room.
    Resuming,
    /// The room is entered anew, with a new token.
    Rejoining,
}

/// The session to go back to, as home offers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LastSession {
    /// The session's id.
    pub session_id: String,
    /// Its title, if known.
    pub title: Option<String>,
    /// The own role in it.
    pub role: Role,
    /// When this computer was last in it (RFC 3339, UTC).
    pub left_at: String,
    /// How it was left.
    pub how: LeftHow,
}

/// How a session was left that one may want to go back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LeftHow {
    /// The app ended while in the session.
    Crashed,
    /// The connection was lost and could not be restored.
    Lost,
}

/// The links of the chain to a room, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ConnectStep {
    /// This computer starts its LiveKit server and session server.
    StartingHost,
    /// The session server is asked for a session or a token.
    AskingApi,
    /// LiveKit is being connected to.
    JoiningRoom,
}

/// Every way out of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The person left.
    Left,
    /// A host ended it for everyone.
    EndedByHost,
    /// A host removed the person.
    Removed,
    /// The same identity joined from elsewhere.
    DuplicateIdentity,
    /// LiveKit refused the token.
    TokenRefused,
    /// The room is gone.
    RoomGone,
    /// The LiveKit server shut down.
    ServerShutdown,
    /// The connection was lost and could not be restored.
    ConnectionLost,
    /// This computer hosted, and its LiveKit server stopped and does not start again.
    HostFailed,
}

/// Somebody in the room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Participant {
    /// LiveKit identity, unique in the room.
    pub identity: String,
    /// The name to show.
    pub name: String,
    /// Host or viewer.
    pub role: Role,
    /// The person at this computer.
    pub is_local: bool,
    /// An active speaker now.
    pub speaking: bool,
    /// Microphone track.
    pub microphone: TrackState,
    /// Camera track.
    pub camera: TrackState,
    /// Screen share track.
    pub screen: TrackState,
    /// Connection quality as LiveKit sees it.
    pub quality: Quality,
    /// Since when the hand is up, ms since 1970 by this computer's clock; none: it is down. Of two hands the one that
    /// was up first here has the smaller number, whatever their owners' clocks say.
    #[specta(type = Option<specta_typescript::Number>)]
    pub hand_raised_at: Option<u64>,
}

/// A published track, or its absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TrackState {
    /// Nothing is published.
    Off,
    /// Published, muted.
    Muted,
    /// Published and sending.
    On,
    /// Published, and not received: the picture is larger than what is decoded.
    TooLarge,
}

/// Connection quality.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// Not known yet.
    #[default]
    Unknown,
    /// Good.
    Good,
    /// Some loss.
    Fair,
    /// Bad.
    Poor,
    /// Gone.
    Lost,
}

/// How good the connection is, whose fault it is if it is bad, and what the app does about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Health {
    /// The own connection: the worse of what LiveKit says and what is measured here.
    pub own: Quality,
    /// Whose connection is bad. It is told when that has lasted for some seconds, and likewise taken back.
    pub blame: Blame,
    /// What is done about it.
    pub measure: Measure,
}

/// Whose connection is bad.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Blame {
    /// Nobody's.
    #[default]
    None,
    /// One's own.
    Own,
    /// The server's, or everybody's at once.
    Server,
    /// That of others.
    Others {
        /// Theirs.
        identities: Vec<String>,
    },
}

/// What the app does about a bad connection. Sound is always kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Nothing.
    #[default]
    None,
    /// The own camera is sent slower or smaller.
    SendingLess,
    /// The others' pictures are received smaller, or fewer of them.
    ReceivingLess,
    /// No picture is received.
    AudioOnly,
}

/// A device of this computer, as the session uses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DeviceState {
    /// Switched off by the person, or not in a session.
    Off,
    /// Being opened.
    Starting,
    /// In use.
    On {
        /// The device's name as the system gives it.
        name: String,
    },
    /// There is none on this computer.
    Missing,
    /// Another program has it.
    Busy {
        /// The device's name as the system gives it.
        name: String,
    },
    /// The system does not permit its use.
    Denied,
    /// It was unplugged while in use; it comes back by itself.
    Unplugged {
        /// The device's name as the system gave it.
        name: String,
    },
    /// It failed otherwise.
    Failed {
        /// What the system said, in words.
        message: String,
    },
}

/// One change of a [`SessionState`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct SessionPatch {
    /// One more than the patch or snapshot before.
    pub sequence: u32,
    /// What changed.
    pub change: Change,
}

/// What a patch changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "a reset is rare, and is told at once")]
pub enum Change {
    /// All of it: a session began or ended.
    Reset {
        /// The state from now on; its `sequence` is the patch's.
        state: SessionState,
    },
    /// Where the session stands.
    Phase {
        /// The new phase.
        phase: Phase,
    },
    /// The session's id or title became known or changed, or the own rights did.
    About {
        /// The session's id.
        session_id: Option<String>,
        /// The session's title.
        title: Option<String>,
        /// The own role.
        role: Role,
        /// Whether this person may publish.
        can_publish: bool,
    },
    /// People went, came or changed since the last patch of this kind: at most ten a second, however many they are.
    People {
        /// Identities of those whose entries go.
        left: Vec<String>,
        /// Who came or changed: each replaces the entry of the same identity, or is added at the end.
        changed: Vec<Participant>,
    },
    /// The connection became better or worse.
    Health {
        /// How it is now.
        health: Health,
    },
    /// A host switched a device off, or the person has switched it since.
    Silenced {
        /// Which; none: the person has switched it since.
        device: Option<Device>,
    },
    /// The code, or who has which key.
    Encrypted {
        /// How it stands now.
        encrypted: Encrypted,
    },
    /// A host asks for a device, or it is on now.
    Asked {
        /// Which, and who asks.
        asked: Option<Asked>,
    },
    /// A host locked the session, or opened it again.
    Locked {
        /// As it is now.
        locked: Option<bool>,
    },
    /// A device of this computer changed.
    Device {
        /// Which.
        device: Device,
        /// Its new state.
        state: DeviceState,
    },
}

/// The devices a session uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// The camera.
    Camera,
    /// The microphone.
    Microphone,
    /// The screen share.
    Screen,
    /// The loudspeaker.
    Speaker,
}

/// Fast-changing figures of a session, sent at most five times a second, beside the patches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct Meters {
    /// How loud each person is, 0 (silence) to 1.
    pub levels: Vec<Level>,
    /// What each tile has drawn.
    pub tiles: Vec<TileMeter>,
}

/// How loud somebody is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Level {
    /// Whose.
    pub identity: String,
    /// 0 (silence) to 1.
    #[specta(type = specta_typescript::Number)]
    pub level: f32,
}

/// What a tile has drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct TileMeter {
    /// Which tile.
    pub tile: crate::video::TileId,
    /// Frames drawn on the screen since the track began.
    pub frames: u32,
    /// Width of the received picture in pixels, 0 before the first.
    pub width: u32,
    /// Height of the received picture in pixels, 0 before the first.
    pub height: u32,
}
