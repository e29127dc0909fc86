//! The way into a room: a session server, a token, LiveKit. Each link of the chain has its own error.

use std::sync::Arc;
use std::time::Duration;

use livekit::prelude::{Room, RoomEvent, RoomOptions};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::mpsc;
use url::Url;

use super::encryption::{self, Encryption, Secret};
use super::end_reason;
use super::hosting;
use super::invitation::Invitation;
use super::people::Hosts;
use super::room_metadata::RoomMetadata;
use super::state::{ConnectStep, Role};
use super::token;
use crate::address::host_and_port;
use crate::api::{ApiClient, ApiError, BaseUrl, Joined};
use crate::doctor::Cause;
use crate::error::UiError;
use crate::host::{Host, PORTS};
use crate::settings::{Credential, SessionServer, SettingsStore};

/// How long joining a room may take, with the SDK's own repetitions.
const JOIN_TIMEOUT: Duration = Duration::from_secs(30);

/// What a person wants.
#[derive(Clone, Debug)]
pub enum Wish {
    /// A new session.
    Create {
        /// Its title.
        title: String,
        /// Whether it is end-to-end encrypted.
        encrypted: bool,
    },
    /// One that there is.
    Join(Invitation),
}

/// The right to enter a room.
#[derive(Clone, Debug)]
pub struct Admission {
    /// The session server that gave it.
    pub api: ApiClient,
    /// Which session.
    pub session_id: String,
    /// Its title, if known.
    pub title: Option<String>,
    /// Where LiveKit is.
    pub livekit: Url,
    /// The access token.
    pub token: SecretString,
    /// Who one is in the room.
    pub identity: String,
    /// The own role.
    pub role: Role,
    /// Whether one may publish.
    pub can_publish: bool,
    /// A host's proof.
    pub host_key: Option<SecretString>,
    /// What encrypts the session, if it is encrypted.
    pub encryption: Option<Encryption>,
}

/// News from the way.
pub enum News {
    /// What is being waited for now.
    Step(ConnectStep),
    /// This computer hosts.
    Hosting(Host),
    /// There is a token.
    Admitted(Box<Admission>),
    /// In the room.
    Joined(Arc<Room>, mpsc::UnboundedReceiver<RoomEvent>),
    /// It went wrong.
    Failed(UiError),
}

/// One attempt to get into a room.
pub struct Attempt {
    /// Where the session server is, and the sign-ins.
    pub settings: Arc<SettingsStore>,
    /// This computer's servers, if they run.
    pub host: Option<Host>,
    /// The own name.
    pub name: String,
    /// What is wanted.
    pub wish: Wish,
    /// Proof of being the host of the session to be joined, from earlier in this run.
    pub host_key: Option<SecretString>,
    /// One was its host in an earlier run: the keyring may have the proof.
    pub was_host: bool,
    /// This computer hosted the session to be joined, and whether on the network.
    pub hosted: Option<bool>,
    /// By which right one was in the session to be joined, earlier in this run.
    pub before: Option<Admission>,
}

impl Attempt {
    /// Goes the whole way, telling `news` at each link.
    pub async fn go(self, news: impl Fn(News)) {
        match self.encrypted_admission(&news).await {
            Ok(admission) => {
                news(News::Admitted(Box::new(admission.clone())));
                news(News::Step(ConnectStep::JoiningRoom));
                match join_room(&admission).await {
                    Ok((room, events)) => news(News::Joined(Arc::new(room), events)),
                    Err(error) => news(News::Failed(error)),
                }
            }
            Err(error) => news(News::Failed(error)),
        }
    }

    /// With the keys, where the session is encrypted as far as this app knows.
    async fn encrypted_admission(self, news: &impl Fn(News)) -> Result<Admission, UiError> {
        let settings = self.settings.clone();
        let new = match &self.wish {
            Wish::Create { encrypted, .. } => encrypted.then(Secret::random),
            Wish::Join(invitation) => invitation.secret.clone(),
        };
        let mut admission = self.admission(news).await?;
        let secret = match new {
            Some(secret) => Some(secret),
            None => settings
                .session_key(&admission.session_id)
                .await
                .and_then(|words| Secret::parse(words.expose_secret()).ok()),
        };
        if let Some(secret) = secret {
            settings.keep_session_key(&admission.session_id, secret.words()).await;
            admission.encryption = Some(Encryption::new(secret, &admission.session_id).await?);
        }
        Ok(admission)
    }

    async fn admission(self, news: &impl Fn(News)) -> Result<Admission, UiError> {
        let Self { settings, host, name, wish, mut host_key, was_host, hosted, before } = self;
        let own = host.as_ref().map(|host| host.base_url().clone());
        if let (Wish::Join(_), Some(before)) = (&wish, before)
            && (hosted.is_none() || own.as_ref() == Some(before.api.base()))
        {
            give_back(host, news);
            return join_again(before, &name, news).await;
        }
        if let (Wish::Join(invitation), Some(lan)) = (&wish, hosted) {
            let (base, key) = hosting::of(host, lan, &invitation.session_id, host_key, news).await?;
            let key = match key {
                None if was_host => settings.host_key(&invitation.session_id).await,
                key => key,
            };
            return join_here(&settings, Some(base), &invitation.session_id, &name, key, news).await;
        }
        if let (Wish::Join(invitation), None, true) = (&wish, &host_key, was_host) {
            host_key = settings.host_key(&invitation.session_id).await;
        }
        let server = settings.server();
        match (wish, server) {
            (Wish::Create { title, .. }, SessionServer::ThisComputer { lan }) => {
                let base = hosting::as_wanted(host, lan, news).await?;
                create(local(&settings, base), title, &name, news).await
            }
            (Wish::Create { title, .. }, SessionServer::Remote { url }) => {
                give_back(host, news);
                create(client(&settings, BaseUrl::parse(&url)?).await, title, &name, news).await
            }
            (Wish::Join(Invitation { session_id, api: Some(base), .. }), _) => {
                give_back(host, news);
                join(client(&settings, base).await, &session_id, &name, host_key, news).await
            }
            (Wish::Join(Invitation { session_id, .. }), SessionServer::Remote { url }) => {
                give_back(host, news);
                join(client(&settings, BaseUrl::parse(&url)?).await, &session_id, &name, host_key, news).await
            }
            (Wish::Join(Invitation { session_id, .. }), SessionServer::ThisComputer { .. }) => {
                give_back(host, news);
                join_here(&settings, own, &session_id, &name, host_key, news).await
            }
        }
    }
}

fn give_back(host: Option<Host>, news: &impl Fn(News)) {
    if let Some(host) = host {
        news(News::Hosting(host));
    }
}

async fn client(settings: &SettingsStore, base: BaseUrl) -> ApiClient {
    let credential = settings.credential(&base).await;
    known(settings, base, credential)
}

/// Of a session server of this computer, which asks for no sign-in.
fn local(settings: &SettingsStore, base: BaseUrl) -> ApiClient {
    known(settings, base, None)
}

fn known(settings: &SettingsStore, base: BaseUrl, credential: Option<Credential>) -> ApiClient {
    let client_id = settings.client_id(&base);
    ApiClient::new(base, credential).known_as(client_id)
}

async fn create(api: ApiClient, title: String, name: &str, news: &impl Fn(News)) -> Result<Admission, UiError> {
    news(News::Step(ConnectStep::AskingApi));
    let created = api.create(&title, name).await?;
    let livekit = api.base().livekit_url(&created.server_url)?;
    let claims = claims(&created.host_token)?;
    Ok(Admission {
        session_id: created.session_id,
        title: Some(title),
        livekit,
        identity: claims.sub,
        role: Role::Host,
        can_publish: claims.video.can_publish.unwrap_or(true),
        token: created.host_token,
        host_key: created.host_key,
        encryption: None,
        api,
    })
}

async fn join(
    api: ApiClient,
    session_id: &str,
    name: &str,
    host_key: Option<SecretString>,
    news: &impl Fn(News),
) -> Result<Admission, UiError> {
    news(News::Step(ConnectStep::AskingApi));
    Ok(try_join(api, session_id, name, host_key).await??)
}

/// Joins a session again as who one was in it: what LiveKit still holds of the earlier connection ends then, and nobody is
/// there twice.
async fn join_again(before: Admission, name: &str, news: &impl Fn(News)) -> Result<Admission, UiError> {
    news(News::Step(ConnectStep::AskingApi));
    let Admission { api, session_id, title, host_key, token, .. } = before;
    let joined = api.join_again(&session_id, name, host_key.as_ref(), &token).await?;
    Ok(Admission { title, ..admission_of(api, joined, host_key)? })
}

/// Joins a session of this computer: of this app, or of another copy of it that hosts.
async fn join_here(
    settings: &SettingsStore,
    own: Option<BaseUrl>,
    session_id: &str,
    name: &str,
    host_key: Option<SecretString>,
    news: &impl Fn(News),
) -> Result<Admission, UiError> {
    news(News::Step(ConnectStep::AskingApi));
    let others = PORTS.map(|port| BaseUrl::parse(&format!("http://127.0.0.1:{port}/api")));
    let mut found = false;
    for base in own.map(Ok).into_iter().chain(others) {
        match try_join(local(settings, base?), session_id, name, host_key.clone()).await? {
            Ok(admission) => return Ok(admission),
            Err(error) if error.code() == "session_not_found" => found = true,
            Err(ApiError::Unreachable { .. } | ApiError::NotSessionApi { .. } | ApiError::TimedOut { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let why = if found {
        "No session server on this computer has a session with this id."
    } else {
        "No session server runs on this computer, where the settings have it."
    };
    let hint = "If the host is elsewhere, set the address of that session server in the settings.";
    Err(UiError { hint: hint.into(), ..UiError::of(Cause::SessionNotFound, "this computer").because(why) })
}

async fn try_join(
    api: ApiClient,
    session_id: &str,
    name: &str,
    host_key: Option<SecretString>,
) -> Result<Result<Admission, ApiError>, UiError> {
    let joined = match api.join(session_id, name, host_key.as_ref()).await {
        Ok(joined) => joined,
        Err(error) => return Ok(Err(error)),
    };
    admission_of(api, joined, host_key).map(Ok)
}

/// What the session server's answer to a join allows.
///
/// # Errors
/// Its LiveKit address or its token is none.
pub fn admission_of(api: ApiClient, joined: Joined, host_key: Option<SecretString>) -> Result<Admission, UiError> {
    let livekit = api.base().livekit_url(&joined.server_url)?;
    let claims = claims(&joined.access_token)?;
    let by_token = if claims.video.room_admin { Role::Host } else { Role::Viewer };
    Ok(Admission {
        session_id: joined.session_id,
        title: None,
        livekit,
        identity: claims.sub,
        role: joined.role.unwrap_or(by_token),
        can_publish: joined.can_publish.or(claims.video.can_publish).unwrap_or(true),
        token: joined.access_token,
        host_key,
        encryption: None,
        api,
    })
}

/// How a session's room is entered.
pub fn room_options(admission: &Admission) -> RoomOptions {
    let mut options = RoomOptions::default();
    options.dynacast = true;
    if let Some(encryption) = &admission.encryption {
        encryption.apply(&mut options);
    }
    options
}

fn claims(token: &SecretString) -> Result<token::Claims, UiError> {
    token::claims(token).ok_or_else(|| UiError::of(Cause::TokenUnreadable, "the session server"))
}

async fn join_room(admission: &Admission) -> Result<(Room, mpsc::UnboundedReceiver<RoomEvent>), UiError> {
    let host = host_and_port(&admission.livekit);
    let options = room_options(admission);
    let connect = Room::connect(admission.livekit.as_str(), admission.token.expose_secret(), options);
    match tokio::time::timeout(JOIN_TIMEOUT, connect).await {
        Ok(Ok((room, _))) if admission.encryption.is_none() && is_encrypted(&room) => {
            // Nothing was sent yet, and nothing is to be sent that everybody on the way could read.
            if let Err(error) = room.close().await {
                tracing::warn!(%error, "the room is not left in order");
            }
            Err(UiError::new(
                "key_missing",
                "This session is end-to-end encrypted, and the id alone does not open it.",
                "Paste the whole invitation link, or type the key words that the host tells you.",
            ))
        }
        Ok(Ok(room)) => Ok(room),
        Ok(Err(error)) => {
            tracing::warn!(%error, host, "LiveKit did not let in");
            Err(end_reason::of_connect(&error, &host))
        }
        Err(_) => Err(end_reason::of_connect(&livekit::RoomError::Internal("timed out".into()), &host)),
    }
}

/// Whether a host of the room shows to have a key.
fn is_encrypted(room: &Room) -> bool {
    let hosts = Hosts::of(RoomMetadata::read(&room.metadata()));
    room.remote_participants().values().any(|person| hosts.has(person) && encryption::shows_key(person))
}
