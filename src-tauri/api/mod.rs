//! The client of the session API: the HTTP contract with whatever hands out tokens.

mod base_url;
mod client;
mod error;
mod events;
mod types;

#[cfg(test)]
mod tests;

pub use base_url::BaseUrl;
pub use client::ApiClient;
pub use error::ApiError;
pub use types::{Created, Joined, Listed, SessionEvent};
