//! What a person can set.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::media::DeviceChoice;

/// What a person can set. Holds no secret: those are in the system's keyring.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Settings {
    /// The name last used in a session; empty at first.
    pub name: String,
    /// Light, dark, or as the system has it.
    pub theme: Theme,
    /// Where sessions come from.
    pub server: SessionServer,
    /// Whether the system shows what is written while the window is not in front.
    pub notifications: Notifications,
    /// The devices to use.
    pub devices: ChosenDevices,
    /// How the pictures of a session are arranged.
    pub layout: StageLayout,
}

/// How the pictures of a session are arranged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct StageLayout {
    /// Which arrangement.
    pub choice: LayoutChoice,
    /// The own picture is left out.
    pub hide_self: bool,
    /// Those whose camera is off are left out.
    pub hide_without_video: bool,
}

/// Arrangements of the pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LayoutChoice {
    /// A shared screen large with the others beside it, else a grid.
    #[default]
    Auto,
    /// All equally large, in pages.
    Grid,
    /// Who speaks, or a shared screen, large; the others beside.
    Speaker,
    /// That on one half, the others on the other.
    SideBySide,
}

/// The devices that a person chose. None: the system's default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ChosenDevices {
    /// The camera.
    pub camera: Option<DeviceChoice>,
    /// The microphone.
    pub microphone: Option<DeviceChoice>,
    /// The loudspeaker.
    pub speaker: Option<DeviceChoice>,
}

/// The colours of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Whether the system shows what is written in a session while its window is not in front.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Notifications {
    /// It does.
    #[default]
    On,
    /// It does not.
    Off,
}

/// Where sessions come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SessionServer {
    /// The app runs the session server and LiveKit itself.
    ThisComputer {
        /// Lets people on the own network join: listens on the LAN address instead of loopback only.
        lan: bool,
    },
    /// A session server elsewhere.
    Remote {
        /// Its base URL, e.g. `http://localhost:8080/api`.
        url: String,
    },
}

impl Default for SessionServer {
    fn default() -> Self {
        Self::ThisComputer { lan: false }
    }
}
