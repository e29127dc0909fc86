//! Create, end, list, and the stream of sessions.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::{StreamExt, future};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio_stream::wrappers::BroadcastStream;
use uuid::Uuid;

use super::body::Body;
use super::stream::events;
use crate::error::ApiError;
use crate::people::{People, WhenHostLeaves};
use crate::proof::SignIn;
use crate::secret::{self, Disclosed};
use crate::server::AppState;
use crate::session::{Mode, SessionInfo, SessionRecord};
use crate::text;
use crate::token::{Admission, Role};

#[derive(Deserialize)]
pub(super) struct Create {
    title: String,
    owner_name: String,
    mode: Option<String>,
    lobby: Option<bool>,
    listed: Option<bool>,
    when_host_leaves: Option<String>,
    client_id: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Created {
    session_id: Uuid,
    server_url: String,
    host_token: Disclosed,
    host_key: Disclosed,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    message: &'static str,
}

/// Makes a session and its room, and gives its creator the host's token and key.
pub(super) async fn create(
    State(app): State<AppState>,
    headers: HeaderMap,
    Body(body): Body<Create>,
) -> Result<Json<Created>, ApiError> {
    app.require_sign_in(&headers)?;
    let title = text::title(&body.title)?;
    let owner_name = text::name(&body.owner_name, "owner_name")?;
    let mode = match body.mode.as_deref() {
        None | Some("meeting") => Mode::Meeting,
        Some("audience") => Mode::Audience,
        Some(_) => {
            let message = "mode is meeting or audience.".to_owned();
            return Err(ApiError::InvalidText { code: "invalid_mode", message });
        }
    };
    let when_host_leaves = match body.when_host_leaves.as_deref() {
        None => WhenHostLeaves::Keep,
        Some(rule) => WhenHostLeaves::parse(rule).ok_or_else(|| ApiError::InvalidText {
            code: "invalid_when_host_leaves",
            message: "when_host_leaves is keep, promote or end.".to_owned(),
        })?,
    };
    let client = body.client_id.as_deref().map(text::client_id).transpose()?;
    let server_url = app.livekit.urls()?.public;
    let id = Uuid::new_v4();
    let host = Admission::new(Role::Host, false, owner_name.clone());
    let people = People::with_host(&host.identity);
    let lobby = body.lobby.unwrap_or(false);
    let room_sid = app.livekit.create_room(id, people.metadata(mode, lobby)).await?;
    let host_key = secret::random();
    let created_at = OffsetDateTime::now_utc();
    let record = SessionRecord {
        id,
        title,
        owner_name,
        mode,
        lobby,
        listed: body.listed.unwrap_or(true),
        host_key_hash: secret::hash(&host_key),
        // The store keeps milliseconds: what is answered now and what is listed after a restart are the same.
        created_at: created_at.replace_millisecond(created_at.millisecond()).unwrap_or(created_at),
        when_host_leaves,
        people,
    };
    let created_at = record.created_at;
    let session = app.registry.insert(record, room_sid).await?;
    session.expect_one();
    session.note_client(&host.identity, client);
    tracing::info!(session = %id, ?mode, "session created");
    Ok(Json(Created {
        session_id: id,
        server_url,
        host_token: app.tokens.mint(id, true, &host)?,
        host_key: Disclosed::new(host_key),
        created_at,
        message: "The session is open. Give its session_id to whoever should join.",
    }))
}

#[derive(Deserialize)]
pub(super) struct End {
    session_id: String,
    host_key: Option<SecretString>,
}

#[derive(Serialize)]
pub(super) struct Ended {
    session_id: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    ended_at: OffsetDateTime,
    message: &'static str,
}

/// Ends a session for everyone.
pub(super) async fn end(
    State(app): State<AppState>,
    headers: HeaderMap,
    Body(body): Body<End>,
) -> Result<Json<Ended>, ApiError> {
    let session = app.registry.find(text::session_id(&body.session_id)?).await?;
    let proven = app.require(&session, body.host_key.as_ref(), &headers, People::moderates);
    if body.host_key.is_some() {
        // A key that is wrong is refused outright.
        proven?;
    } else if proven.is_err() && app.sign_in(&headers) != SignIn::Admin {
        // Where signing in could have allowed it, that is what is missing.
        app.require_sign_in(&headers)?;
        return Err(ApiError::HostProofRequired);
    }
    let ended_at = app.end(&session).await?;
    Ok(Json(Ended { session_id: session.id(), ended_at, message: "The session has ended for everyone." }))
}

#[derive(Serialize)]
pub(super) struct Listed {
    total_count: usize,
    sessions: Vec<SessionInfo>,
}

/// The sessions that last and are meant to be seen.
pub(super) async fn list(State(app): State<AppState>, headers: HeaderMap) -> Result<Json<Listed>, ApiError> {
    app.require_sign_in(&headers)?;
    let sessions = app.registry.listed();
    Ok(Json(Listed { total_count: sessions.len(), sessions }))
}

/// Sessions created and ended from now on. A client too slow to follow is cut off, and lists anew.
pub(super) async fn stream(State(app): State<AppState>, headers: HeaderMap) -> Result<Response, ApiError> {
    app.require_sign_in(&headers)?;
    let texts = BroadcastStream::new(app.registry.subscribe())
        .take_while(|text| future::ready(text.is_ok()))
        .filter_map(|text| future::ready(text.ok()));
    events(&app, texts)
}
