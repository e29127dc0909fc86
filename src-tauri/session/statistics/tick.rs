//! What the UI is told of the figures. Apart from them, because they are also fuzzed, without the UI.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::types::{ConnectionPoint, TrackSample};

/// One sample, as it is told every two seconds to who watches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, tauri_specta::Event)]
pub struct StatisticsTick {
    /// The connection.
    pub connection: ConnectionPoint,
    /// Every track that there is now.
    pub tracks: Vec<TrackSample>,
}
