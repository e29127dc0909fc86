//! How a peer connection finds its way: ICE servers and policies.

/// A STUN or TURN server.
#[derive(Debug, Clone)]
pub struct IceServer {
    /// `stun:`, `turn:` or `turns:` URLs.
    pub urls: Vec<String>,
    /// For TURN.
    pub username: String,
    /// For TURN.
    pub password: String,
}

/// Whether candidates are gathered again when the network changes.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub enum ContinualGatheringPolicy {
    /// Once.
    GatherOnce,
    /// As networks come and go.
    GatherContinually,
}

/// Which ICE candidates may be used.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub enum IceTransportsType {
    /// Only through TURN.
    Relay,
    /// Everything but the machine's own addresses.
    NoHost,
    /// All.
    All,
}

/// Configuration of a room's peer connections. Made from [`RtcConfiguration::default`], since fields may be added.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RtcConfiguration {
    /// Servers beside those that LiveKit names.
    pub ice_servers: Vec<IceServer>,
    /// Default: [`ContinualGatheringPolicy::GatherContinually`].
    pub continual_gathering_policy: ContinualGatheringPolicy,
    /// Default: [`IceTransportsType::All`].
    pub ice_transport_type: IceTransportsType,
    /// SCTP-INIT in the SDP (WARP). The library's protocol has no field for it: it stays off.
    pub enable_sctp_snap: bool,
}

impl Default for RtcConfiguration {
    fn default() -> Self {
        Self {
            ice_servers: Vec::new(),
            continual_gathering_policy: ContinualGatheringPolicy::GatherContinually,
            ice_transport_type: IceTransportsType::All,
            enable_sctp_snap: false,
        }
    }
}
