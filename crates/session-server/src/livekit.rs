//! The LiveKit server, as this one uses it: rooms made, counted and deleted.

use std::sync::Arc;
use std::time::Duration;

use livekit_api::services::room::{CreateRoomOptions, RoomClient, UpdateParticipantOptions};
use livekit_api::services::{ServerError, ServerErrorCode, ServiceError};
use parking_lot::RwLock;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::config::{Config, LiveKitUrls};

/// How long it may take to find out who answers at LiveKit's address.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Why LiveKit did not do what it was asked. The texts are for the person at the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LiveKitError {
    #[error("The media server has not been started yet. Try again in a moment.")]
    NotStarted,
    #[error(
        "The session service cannot reach the LiveKit server. Is it running, and is LIVEKIT_SERVER_URL its address as \
         seen from the session service?"
    )]
    Unreachable,
    #[error(
        "The LiveKit server refuses the session service. LIVEKIT_API_KEY and LIVEKIT_API_SECRET must be the ones in \
         its livekit.yaml."
    )]
    Refused,
    #[error("The LiveKit server could not do this. The session service's log says why.")]
    Failed,
}

impl LiveKitError {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::NotStarted | Self::Unreachable => "livekit_unreachable",
            Self::Refused => "livekit_refused",
            Self::Failed => "livekit_failed",
        }
    }
}

impl From<ServiceError> for LiveKitError {
    fn from(error: ServiceError) -> Self {
        let kind = match &error {
            // A refused key is answered in plain text, which does not decode as an error of the service. So is whatever
            // another program says: who answers is looked at then.
            ServiceError::Twirp(ServerError::Request(error)) if error.is_decode() => Self::Refused,
            ServiceError::Twirp(ServerError::Request(_)) => Self::Unreachable,
            ServiceError::Twirp(ServerError::Twirp(error)) => match error.code.as_str() {
                ServerErrorCode::UNAUTHENTICATED | ServerErrorCode::PERMISSION_DENIED => Self::Refused,
                ServerErrorCode::UNAVAILABLE | ServerErrorCode::DEADLINE_EXCEEDED => Self::Unreachable,
                _ => Self::Failed,
            },
            _ => Self::Failed,
        };
        tracing::warn!(%error, "LiveKit did not answer as wished");
        kind
    }
}

/// A room that exists.
pub(crate) struct Room {
    pub(crate) name: String,
    pub(crate) sid: String,
    pub(crate) participants: u32,
}

/// Somebody in a room.
pub(crate) struct Present {
    pub(crate) identity: String,
    pub(crate) hidden: bool,
    pub(crate) can_publish: bool,
}

/// The LiveKit server behind this one.
pub(crate) struct LiveKit {
    api_key: String,
    api_secret: SecretString,
    room: CreateRoomOptions,
    endpoint: RwLock<Option<Arc<Endpoint>>>,
}

struct Endpoint {
    client: RoomClient,
    urls: LiveKitUrls,
}

impl Endpoint {
    /// The result, with "refused" only where it is LiveKit that refuses, and no proxy or other program at its address.
    async fn told<T>(&self, result: Result<T, ServiceError>) -> Result<T, LiveKitError> {
        match result.map_err(LiveKitError::from) {
            Err(LiveKitError::Refused) if !self.is_livekit().await => {
                tracing::warn!(url = self.urls.server, "what answers at LIVEKIT_SERVER_URL is not LiveKit");
                Err(LiveKitError::Unreachable)
            }
            result => result,
        }
    }

    /// LiveKit turns away who comes to its door without a token, in plain text.
    async fn is_livekit(&self) -> bool {
        let base = self.urls.server.trim_end_matches('/').replacen(
            "ws",
            "http",
            usize::from(self.urls.server.starts_with("ws")),
        );
        let builder = || reqwest::Client::builder().timeout(PROBE_TIMEOUT);
        // A system without certificate authorities speaks plain HTTP all the same.
        let nobody = || builder().tls_certs_only(std::iter::empty::<reqwest::Certificate>()).build();
        let Ok(client) = builder().build().or_else(|_| nobody()) else { return false };
        let Ok(answer) = client.get(format!("{base}/rtc/validate")).send().await else { return false };
        let kind = answer.headers().get(reqwest::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        answer.status() == reqwest::StatusCode::UNAUTHORIZED && kind.is_some_and(|kind| kind.starts_with("text/plain"))
    }
}

/// `None`: what it is about is not there.
fn found<T>(result: Result<T, ServiceError>) -> Result<Option<T>, ServiceError> {
    match result {
        Err(ServiceError::Twirp(ServerError::Twirp(error))) if error.code == ServerErrorCode::NOT_FOUND => Ok(None),
        result => result.map(Some),
    }
}

impl LiveKit {
    pub(crate) fn new(config: &Config) -> Self {
        let seconds = |duration: Duration| u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
        let livekit = Self {
            api_key: config.api_key.clone(),
            api_secret: config.api_secret.clone(),
            room: CreateRoomOptions {
                empty_timeout: seconds(config.empty_timeout),
                departure_timeout: seconds(config.departure_timeout),
                max_participants: config.max_participants,
                ..Default::default()
            },
            endpoint: RwLock::default(),
        };
        if let Some(urls) = &config.livekit {
            livekit.set_urls(urls.clone());
        }
        livekit
    }

    pub(crate) fn set_urls(&self, urls: LiveKitUrls) {
        let client = RoomClient::with_api_key(&urls.server, &self.api_key, self.api_secret.expose_secret())
            .with_request_timeout(Duration::from_secs(5));
        *self.endpoint.write() = Some(Arc::new(Endpoint { client, urls }));
    }

    fn endpoint(&self) -> Result<Arc<Endpoint>, LiveKitError> {
        self.endpoint.read().clone().ok_or(LiveKitError::NotStarted)
    }

    /// Both addresses, if they are known yet.
    pub(crate) fn urls(&self) -> Result<LiveKitUrls, LiveKitError> {
        Ok(self.endpoint()?.urls.clone())
    }

    /// Makes the room of a session, or keeps the one there is; its sid.
    pub(crate) async fn create_room(&self, session: Uuid, metadata: String) -> Result<String, LiveKitError> {
        let endpoint = self.endpoint()?;
        let options = CreateRoomOptions { metadata, ..self.room.clone() };
        let created = endpoint.client.create_room(&session.to_string(), options).await;
        Ok(endpoint.told(created).await?.sid)
    }

    /// Deletes the room of a session, and with it disconnects everybody. That there is none is no error.
    pub(crate) async fn delete_room(&self, session: Uuid) -> Result<(), LiveKitError> {
        let endpoint = self.endpoint()?;
        let done = endpoint.client.delete_room(&session.to_string()).await;
        endpoint.told(found(done)).await.map(drop)
    }

    /// Those of these rooms that exist.
    pub(crate) async fn rooms(&self, names: Vec<String>) -> Result<Vec<Room>, LiveKitError> {
        let endpoint = self.endpoint()?;
        let rooms = endpoint.client.list_rooms(names).await;
        Ok(endpoint
            .told(rooms)
            .await?
            .into_iter()
            .map(|room| Room { name: room.name, sid: room.sid, participants: room.num_participants })
            .collect())
    }

    /// Sets what everybody in the room may read. That there is no room is no error: it gets it when it is made again.
    pub(crate) async fn set_metadata(&self, session: Uuid, metadata: &str) -> Result<(), LiveKitError> {
        let endpoint = self.endpoint()?;
        let done = endpoint.client.update_room_metadata(&session.to_string(), metadata).await.map(drop);
        endpoint.told(found(done)).await.map(drop)
    }

    /// Disconnects somebody. False: they were not there.
    pub(crate) async fn remove(&self, session: Uuid, identity: &str) -> Result<bool, LiveKitError> {
        let endpoint = self.endpoint()?;
        let done = endpoint.client.remove_participant(&session.to_string(), identity).await;
        Ok(endpoint.told(found(done)).await?.is_some())
    }

    /// Lets somebody publish or not, and leaves what else they may do. False: they are not there.
    pub(crate) async fn set_can_publish(&self, session: Uuid, identity: &str, on: bool) -> Result<bool, LiveKitError> {
        let endpoint = self.endpoint()?;
        let room = session.to_string();
        let found_there = found(endpoint.client.get_participant(&room, identity).await);
        let Some(participant) = endpoint.told(found_there).await? else { return Ok(false) };
        let mut permission = participant.permission.unwrap_or_default();
        if permission.hidden || permission.can_publish == on {
            return Ok(true);
        }
        permission.can_publish = on;
        let options = UpdateParticipantOptions { permission: Some(permission), ..Default::default() };
        let done = found(endpoint.client.update_participant(&room, identity, options).await);
        Ok(endpoint.told(done).await?.is_some())
    }

    /// Who is in the room now, hidden ones and those still connecting too; those first who have been there longest.
    pub(crate) async fn present(&self, session: Uuid) -> Result<Vec<Present>, LiveKitError> {
        let endpoint = self.endpoint()?;
        let people = endpoint.client.list_participants(&session.to_string()).await;
        let mut people = endpoint.told(found(people)).await?.unwrap_or_default();
        people.sort_by_key(|person| person.joined_at_ms);
        let present = people.into_iter().map(|person| {
            let permission = person.permission.unwrap_or_default();
            Present { identity: person.identity, hidden: permission.hidden, can_publish: permission.can_publish }
        });
        Ok(present.collect())
    }
}
