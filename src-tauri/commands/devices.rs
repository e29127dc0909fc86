//! Commands about the devices of this computer.

use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::State;

use crate::App;
use crate::error::UiError;
use crate::media::{self, DeviceChoice};
use crate::session::state::Device;
use crate::settings::SettingsView;

/// The devices there are now, in the system's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DeviceList {
    /// The cameras.
    pub cameras: Vec<DeviceChoice>,
    /// The microphones.
    pub microphones: Vec<DeviceChoice>,
    /// The loudspeakers.
    pub speakers: Vec<DeviceChoice>,
}

/// The devices there are now. Opens none of them.
#[tauri::command]
#[specta::specta]
pub async fn devices() -> Result<DeviceList, UiError> {
    let list =
        || DeviceList { cameras: media::cameras(), microphones: media::microphones(), speakers: media::speakers() };
    tauri::async_runtime::spawn_blocking(list).await.map_err(|error| {
        tracing::error!(%error, "the devices cannot be listed");
        UiError::new("internal", "The devices of this computer cannot be listed.", "Try again.")
    })
}

/// Uses this device from now on, and remembers it; none: the system's default.
#[tauri::command]
#[specta::specta]
pub async fn choose_device(
    app: State<'_, App>,
    device: Device,
    choice: Option<DeviceChoice>,
) -> Result<SettingsView, UiError> {
    app.session.choose_device(device, choice.as_ref().map(|choice| choice.id.clone()));
    app.settings.choose_device(device, choice).await?;
    Ok(app.settings.view().await)
}
