//! Parameters of what is sent.

/// What the encoder gives up first when the bandwidth does not suffice.
#[derive(Debug, Copy, Clone, PartialEq, Eq, Default)]
pub enum DegradationPreference {
    /// Neither; frames may be dropped before they are encoded.
    MaintainFramerateAndResolution,
    /// Resolution goes first.
    MaintainFramerate,
    /// Frame rate goes first.
    MaintainResolution,
    /// A balance of both.
    #[default]
    Balanced,
}
