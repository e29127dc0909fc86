//! What somebody may do in a session.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Who somebody is in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May end the session and moderate.
    Host,
    /// Everyone else.
    Viewer,
}
