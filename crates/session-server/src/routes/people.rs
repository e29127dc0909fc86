//! Lock, remove, stage, co-host: what hosts and co-hosts have done by this server, because it has to remember it.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::body::Body;
use crate::error::ApiError;
use crate::people::People;
use crate::proof::bearer;
use crate::secret::Disclosed;
use crate::server::AppState;
use crate::text;

/// How long a moderator's token is good for, seconds: so long somebody who is no co-host any more still moderates.
const MODERATOR_TTL: u64 = 60;

#[derive(Deserialize)]
pub(super) struct Lock {
    session_id: String,
    host_key: Option<SecretString>,
    locked: bool,
}

#[derive(Serialize)]
pub(super) struct Locked {
    session_id: Uuid,
    locked: bool,
}

/// Closes the door to newcomers, or opens it again. Who was in the session comes back all the same.
pub(super) async fn lock(
    State(app): State<AppState>,
    headers: HeaderMap,
    Body(body): Body<Lock>,
) -> Result<Json<Locked>, ApiError> {
    let session = app.registry.find(text::session_id(&body.session_id)?).await?;
    app.require(&session, body.host_key.as_ref(), &headers, People::moderates)?;
    app.change_people(&session, |people| people.locked = body.locked).await?;
    Ok(Json(Locked { session_id: session.id(), locked: body.locked }))
}

#[derive(Deserialize)]
pub(super) struct Someone {
    session_id: String,
    host_key: Option<SecretString>,
    identity: String,
    /// Of remove: whether they are kept out.
    keep_out: Option<bool>,
    /// Of stage and co-host.
    on: Option<bool>,
}

#[derive(Serialize)]
pub(super) struct Done {
    session_id: Uuid,
    identity: String,
}

fn identity(text: &str) -> Result<&str, ApiError> {
    if text.is_empty() || text.len() > 256 { Err(ApiError::ParticipantNotFound) } else { Ok(text) }
}

/// Removes somebody, and keeps them out unless `keep_out` is false.
pub(super) async fn remove(
    State(app): State<AppState>,
    headers: HeaderMap,
    Body(body): Body<Someone>,
) -> Result<Json<Done>, ApiError> {
    let session = app.registry.find(text::session_id(&body.session_id)?).await?;
    let who = identity(&body.identity)?;
    app.require_over(&session, body.host_key.as_ref(), &headers, who)?;
    // First: else they were back before it is known.
    let client = session.client_of(who);
    app.change_people(&session, |people| people.remove(who, client.as_deref(), body.keep_out.unwrap_or(true))).await?;
    if !app.livekit.remove(session.id(), who).await? {
        return Err(ApiError::ParticipantNotFound);
    }
    tracing::info!(session = %session.id(), "somebody was removed");
    Ok(Json(Done { session_id: session.id(), identity: body.identity }))
}

/// Lets somebody on the stage of an audience (`on`), or back.
pub(super) async fn stage(
    State(app): State<AppState>,
    headers: HeaderMap,
    Body(body): Body<Someone>,
) -> Result<Json<Done>, ApiError> {
    let session = app.registry.find(text::session_id(&body.session_id)?).await?;
    let (who, on) = (identity(&body.identity)?, body.on.unwrap_or(true));
    app.require_over(&session, body.host_key.as_ref(), &headers, who)?;
    app.change_people(&session, |people| people.set_stage(who, on)).await?;
    app.apply_stage(&session, who).await?;
    Ok(Json(Done { session_id: session.id(), identity: body.identity }))
}

/// Makes somebody a co-host (`on`), or takes it back.
pub(super) async fn co_host(
    State(app): State<AppState>,
    headers: HeaderMap,
    Body(body): Body<Someone>,
) -> Result<Json<Done>, ApiError> {
    let session = app.registry.find(text::session_id(&body.session_id)?).await?;
    app.require(&session, body.host_key.as_ref(), &headers, People::is_host)?;
    let (who, on) = (identity(&body.identity)?, body.on.unwrap_or(true));
    if !app.livekit.present(session.id()).await?.iter().any(|present| present.identity == who) {
        return Err(ApiError::ParticipantNotFound);
    }
    app.change_people(&session, |people| people.set_co_host(who, on)).await?;
    app.apply_stage(&session, who).await?;
    Ok(Json(Done { session_id: session.id(), identity: body.identity }))
}

#[derive(Deserialize)]
pub(super) struct Moderator {
    session_id: String,
    host_key: Option<SecretString>,
}

#[derive(Serialize)]
pub(super) struct ModeratorToken {
    session_id: Uuid,
    /// Good for LiveKit's RoomService in this room, not for joining it.
    admin_token: Disclosed,
    expires_in_s: u64,
}

/// A short-lived token for LiveKit's RoomService, for who was made co-host or host after joining.
pub(super) async fn moderator(
    State(app): State<AppState>,
    headers: HeaderMap,
    Body(body): Body<Moderator>,
) -> Result<Json<ModeratorToken>, ApiError> {
    let session = app.registry.find(text::session_id(&body.session_id)?).await?;
    app.require(&session, body.host_key.as_ref(), &headers, People::moderates)?;
    let who = bearer(&headers).and_then(|token| app.tokens.identity(token, session.id()));
    let admin_token = app.tokens.moderator(session.id(), who.as_deref().unwrap_or("host"), MODERATOR_TTL)?;
    Ok(Json(ModeratorToken { session_id: session.id(), admin_token, expires_in_s: MODERATOR_TTL }))
}
