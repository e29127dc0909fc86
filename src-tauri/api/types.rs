//! What the session API answers. An absent field that an older service does not have is normal, an unknown one ignored.

use secrecy::SecretString;
use serde::Deserialize;

use crate::session::state::Role;

/// The answer to `POST /live/create`.
#[derive(Clone, Debug, Deserialize)]
pub struct Created {
    /// The new session's id, a UUID.
    pub session_id: String,
    /// Where LiveKit is, as a client reaches it; may be relative to the API's origin.
    pub server_url: String,
    /// The host's LiveKit access token.
    pub host_token: SecretString,
    /// The proof of being this session's host; older services have none.
    #[serde(default)]
    pub host_key: Option<SecretString>,
}

/// The answer to `POST /live/join`.
#[derive(Clone, Debug, Deserialize)]
pub struct Joined {
    /// The session's id, a UUID.
    pub session_id: String,
    /// The LiveKit access token.
    pub access_token: SecretString,
    /// Where LiveKit is, as a client reaches it; may be relative to the API's origin.
    pub server_url: String,
    /// Host or viewer.
    #[serde(default)]
    pub role: Option<Role>,
    /// Whether the token lets publish; older services do not say and let everybody.
    #[serde(default)]
    pub can_publish: Option<bool>,
}

/// One of `GET /live/sessions`.
#[derive(Clone, Debug, Deserialize)]
pub struct Listed {
    /// The session's id, a UUID.
    pub session_id: String,
    /// The title its host gave it.
    #[serde(default)]
    pub title: Option<String>,
}
