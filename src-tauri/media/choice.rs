//! Devices as a person chooses them.

/// A device that a person can choose.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, specta::Type)]
pub struct DeviceChoice {
    /// Stays the same when devices come and go and after a restart; what the feeds take as `choice`.
    pub id: String,
    /// The device's name as the system gives it.
    pub name: String,
}
