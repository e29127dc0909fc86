//! LiveKit access tokens: minted for who may join, read back as proof of being host.

use std::time::Duration;

use livekit_api::access_token::{AccessToken, TokenVerifier, VideoGrants};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use uuid::Uuid;

use crate::error::ApiError;
use crate::secret::Disclosed;

/// What a person is in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Host,
    Viewer,
}

/// Who a token is for, and what it lets them do.
#[derive(Clone, Debug)]
pub(crate) struct Admission {
    pub(crate) role: Role,
    /// Seen by nobody, so it publishes nothing either.
    pub(crate) hidden: bool,
    /// LiveKit's name for this person, unique in the room.
    pub(crate) identity: String,
    /// What others read.
    pub(crate) name: String,
}

impl Admission {
    /// An admission under an identity that nobody has had.
    pub(crate) fn new(role: Role, hidden: bool, name: String) -> Self {
        Self { role, hidden, identity: Uuid::new_v4().to_string(), name }
    }
}

/// Makes and checks tokens with the API key of this server.
pub(crate) struct Tokens {
    api_key: String,
    api_secret: SecretString,
    verifier: TokenVerifier,
    ttl: Duration,
}

impl Tokens {
    pub(crate) fn new(api_key: &str, api_secret: &SecretString, ttl: Duration) -> Self {
        Self {
            verifier: TokenVerifier::with_api_key(api_key, api_secret.expose_secret()),
            api_key: api_key.into(),
            api_secret: api_secret.clone(),
            ttl,
        }
    }

    pub(crate) fn verifier(&self) -> TokenVerifier {
        self.verifier.clone()
    }

    /// `can_publish`: as far as it is about who they are; who is hidden does not.
    pub(crate) fn mint(&self, session: Uuid, can_publish: bool, admission: &Admission) -> Result<Disclosed, ApiError> {
        let grants = VideoGrants {
            room: session.to_string(),
            room_join: true,
            room_admin: admission.role == Role::Host,
            can_subscribe: Some(true),
            can_publish: Some(can_publish && !admission.hidden),
            // A viewer of an audience still chats; who is hidden is not heard at all.
            can_publish_data: Some(!admission.hidden),
            can_update_own_metadata: Some(true),
            hidden: admission.hidden,
            ..Default::default()
        };
        sign(self.token(&admission.identity, grants).with_name(&admission.name).with_ttl(self.ttl))
    }

    /// A token for LiveKit's RoomService in this room that lets nobody into it, for so many seconds.
    pub(crate) fn moderator(&self, session: Uuid, identity: &str, seconds: u64) -> Result<Disclosed, ApiError> {
        let grants = VideoGrants {
            room: session.to_string(),
            room_admin: true,
            can_publish: Some(false),
            can_subscribe: Some(false),
            can_publish_data: Some(false),
            ..Default::default()
        };
        sign(self.token(identity, grants).with_ttl(Duration::from_secs(seconds)))
    }

    fn token(&self, identity: &str, grants: VideoGrants) -> AccessToken {
        AccessToken::with_api_key(&self.api_key, self.api_secret.expose_secret())
            .with_identity(identity)
            .with_grants(grants)
    }

    /// Who may be in that session by this token, if it is one of ours and not expired.
    pub(crate) fn identity(&self, token: &str, session: Uuid) -> Option<String> {
        self.returning(token, session).map(|admission| admission.identity)
    }

    /// Who this token of that session was given to, if it is one of ours and not expired.
    pub(crate) fn returning(&self, token: &str, session: Uuid) -> Option<Admission> {
        let claims = self.verifier.verify(token).ok()?;
        let video = claims.video;
        (video.room_join && video.room == session.to_string()).then_some(Admission {
            role: if video.room_admin { Role::Host } else { Role::Viewer },
            hidden: video.hidden,
            identity: claims.sub,
            name: claims.name,
        })
    }
}

fn sign(token: AccessToken) -> Result<Disclosed, ApiError> {
    token.to_jwt().map(Disclosed::new).map_err(|error| {
        tracing::error!(%error, "a token could not be signed");
        ApiError::Internal
    })
}
