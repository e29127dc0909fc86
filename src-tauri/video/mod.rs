//! Decoded pictures on their way to the screen: the newest frame of each tile, and the layer that draws it.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Which picture a tile shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
pub struct TileId {
    /// Whose picture: a LiveKit identity.
    pub identity: String,
    /// Which of that person's pictures.
    pub source: TileSource,
}

/// Which of a person's pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TileSource {
    /// The camera.
    Camera,
    /// The screen share.
    Screen,
}

/// Where a tile is, as the UI laid it out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct TileLayout {
    /// Which picture.
    pub tile: TileId,
    /// Left edge in CSS px from the webview's left edge.
    #[specta(type = specta_typescript::Number)]
    pub x: f32,
    /// Top edge in CSS px from the webview's top edge.
    #[specta(type = specta_typescript::Number)]
    pub y: f32,
    /// Width in CSS px.
    #[specta(type = specta_typescript::Number)]
    pub width: f32,
    /// Height in CSS px.
    #[specta(type = specta_typescript::Number)]
    pub height: f32,
    /// How the picture fills the tile.
    pub fit: Fit,
    /// Mirrored left to right (the own camera).
    pub mirror: bool,
    /// Radius of the corners in CSS px.
    #[specta(type = specta_typescript::Number)]
    pub radius: f32,
}

/// How a picture fills its tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// All of the tile is covered, the picture's edges cut (cameras).
    Cover,
    /// All of the picture is seen, bars beside it (screens).
    Contain,
}
