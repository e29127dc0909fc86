//! Whether LiveKit's SDK can be used at all.

use livekit::prelude::{Room, RoomError, RoomOptions};

use crate::doctor::Cause;
use crate::error::UiError;

/// The version of LiveKit's Rust SDK that the app is written for.
pub const VERSION: &str = "0.10";

/// Loads the SDK and says what is wrong with it: missing, another version, or not the one that LiveKit published.
///
/// # Errors
/// It cannot be used; the message has its path and version.
pub async fn check() -> Result<(), UiError> {
    // Without an address nothing is connected to; only a broken SDK fails before it looks at the address.
    match Room::connect("", "", RoomOptions::default()).await {
        Err(RoomError::Internal(text)) => {
            tracing::error!(error = text, "LiveKit's SDK cannot be used");
            Err(UiError::of(Cause::SdkUnusable, "").because(format!("{text}.")))
        }
        _ => Ok(()),
    }
}
