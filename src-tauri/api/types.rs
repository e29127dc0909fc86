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
    /// Who created it.
    #[serde(default)]
    pub owner_name: Option<String>,
    /// Since when it lasts, RFC 3339.
    #[serde(default)]
    pub created_at: Option<String>,
    /// `active` for one that lasts; other services have words of their own for it.
    #[serde(default)]
    pub status: Option<String>,
    /// How many people are in it; older services do not say.
    #[serde(default)]
    pub participants: Option<u32>,
}

/// One event of `GET /live/sessions/stream`.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum SessionEvent {
    /// A session began.
    Created {
        /// It.
        session: Listed,
    },
    /// A session is over.
    Ended {
        /// Its id.
        session_id: String,
    },
}
