//! The session API.
