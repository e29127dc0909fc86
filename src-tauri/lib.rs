//! Donfra Live: live sessions from the desktop.

pub mod error;
pub mod media;
pub mod session;
pub mod video;
