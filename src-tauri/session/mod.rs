//! One live session: connect, participants, roles, state for the UI.

pub mod state;
