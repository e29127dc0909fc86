//! Decoded pictures on their way to the screen: the newest frame of each tile, and the layer that draws it.
//!
//! track or device → [`Frames`] (the newest picture of each tile) → worker (cut, scaled, converted; only what is
//! visible) → layer (native: under the transparent webview; portable: a canvas in it) → the screen, counted there.

mod frames;
#[cfg(target_os = "linux")]
mod native;
mod picture;
mod pool;
mod portable;
mod scale;
mod stage;
mod worker;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::WebviewWindow;

pub use frames::{FrameSink, Frames};

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

/// A colour of the screen (sRGB).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Rgb {
    /// Red, 0 to 255.
    pub r: u8,
    /// Green, 0 to 255.
    pub g: u8,
    /// Blue, 0 to 255.
    pub b: u8,
}

/// How the UI takes part in showing pictures.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum VideoLayerInfo {
    /// It leaves its tiles transparent; the pictures are drawn under it.
    Native,
    /// It draws the pictures itself, on a canvas behind the page (`ui/src/lib/portable-layer.ts`).
    Portable {
        /// Where they come from: `ws://127.0.0.1:PORT`.
        url: String,
        /// To be sent as the first message; of this run only. In no log and no URL.
        token: String,
    },
}

impl std::fmt::Debug for VideoLayerInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Native => f.write_str("Native"),
            Self::Portable { url, .. } => f.debug_struct("Portable").field("url", url).finish_non_exhaustive(),
        }
    }
}

/// Draws the newest picture of each tile where the UI has the tile.
pub trait VideoLayer: Send + Sync {
    /// The UI's layout from now on. A tile that is not in it is drawn nowhere and costs nothing.
    fn set_tiles(&self, tiles: Vec<TileLayout>);

    /// The colour under the page, where it is transparent and no tile is; the corners of tiles are in it.
    fn set_backdrop(&self, colour: Rgb);

    /// What the UI has to know.
    fn info(&self) -> VideoLayerInfo;
}

/// Why there is no layer at all.
#[derive(Debug, thiserror::Error)]
pub enum VideoError {
    /// The worker's thread did not start.
    #[error("the video worker did not start: {0}")]
    Worker(#[source] std::io::Error),
    /// The portable layer found no port on the loopback.
    #[error("the portable video layer cannot listen on 127.0.0.1: {0}")]
    Listen(#[source] std::io::Error),
}

/// Puts a layer under `window`'s page that draws `frames`: natively where that is possible and really shows through the
/// webview (tried on a hidden window), else the portable one. `DONFRA_LIVE_VIDEO_LAYER=native|portable` decides instead.
/// From now on the page is loaded again if its process dies.
///
/// # Errors
/// [`VideoError`] if not even the portable layer can start.
pub async fn attach(window: &WebviewWindow, frames: Frames) -> Result<Arc<dyn VideoLayer>, VideoError> {
    #[cfg(target_os = "linux")]
    {
        let wanted = std::env::var("DONFRA_LIVE_VIDEO_LAYER").unwrap_or_default();
        native::reload_when_the_page_dies(window, &frames);
        if wanted != "portable" {
            match native::attach(window, &frames, wanted == "native").await {
                Ok(layer) => {
                    tracing::info!("video layer: native");
                    return Ok(Arc::new(layer));
                }
                Err(native::NativeError::Worker(error)) => return Err(VideoError::Worker(error)),
                Err(error) => tracing::warn!(%error, "no native video layer here"),
            }
        }
    }
    let layer = portable::PortableLayer::start(&frames).await?;
    tracing::info!("video layer: portable");
    Ok(Arc::new(layer))
}
