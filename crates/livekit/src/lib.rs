//! The LiveKit SDK.
