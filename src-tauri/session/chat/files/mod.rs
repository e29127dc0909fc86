//! Files beside the chat.

pub(crate) mod name;
pub mod types;
