//! The client of the session API: the HTTP contract with whatever hands out tokens.

mod base_url;
mod types;

pub use base_url::BaseUrl;
pub use types::{Created, Joined, Listed};
