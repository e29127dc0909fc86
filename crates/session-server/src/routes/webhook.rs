//! What LiveKit tells of its rooms.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use livekit_api::webhooks::WebhookError;
use uuid::Uuid;

use crate::error::ApiError;
use crate::moderate;
use crate::server::AppState;

/// Takes an event whose signature is LiveKit's. What it is not about is left alone: others may share that LiveKit.
pub(super) async fn receive(
    State(app): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let token = headers.get(header::AUTHORIZATION).and_then(|token| token.to_str().ok()).unwrap_or_default();
    let token = token.strip_prefix("Bearer ").unwrap_or(token);
    let body = std::str::from_utf8(&body).map_err(|_| ApiError::InvalidRequest("The body is not UTF-8.".into()))?;
    let event = app.webhooks.receive(body, token).map_err(|error| match error {
        WebhookError::InvalidData(error) => {
            tracing::warn!(%error, "a webhook of LiveKit could not be read");
            ApiError::InvalidRequest("The webhook could not be read.".into())
        }
        _ => {
            tracing::warn!("a webhook was refused: its signature is not LiveKit's with our API key");
            ApiError::WebhookRefused
        }
    })?;
    let Some(room) = event.room else { return Ok(StatusCode::OK) };
    let Ok(id) = Uuid::parse_str(&room.name) else { return Ok(StatusCode::OK) };
    match (app.registry.get(id), event.event.as_str()) {
        (Some(session), "room_finished") if session.is_room(&room.sid) => app.end_closed_by_livekit(&session).await,
        (Some(session), event @ ("participant_joined" | "participant_left")) if session.is_room(&room.sid) => {
            session.count(if event == "participant_joined" { 1 } else { -1 });
            moderate::look(app.clone(), session);
        }
        // A token given before the end, used after it, on a LiveKit that makes rooms for whoever comes.
        (None, "room_started") if app.registry.has_ended(id).await? => {
            tracing::info!(session = %id, "the room of an ended session came back and is deleted");
            app.livekit.delete_room(id).await?;
        }
        _ => {}
    }
    Ok(StatusCode::OK)
}
