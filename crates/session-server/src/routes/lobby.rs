//! Admit, and the two streams of the lobby.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::{StreamExt, future, stream};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio_stream::wrappers::BroadcastStream;
use uuid::Uuid;

use super::body::{Body, Params};
use super::join::{self, Joined};
use super::stream::events;
use crate::error::ApiError;
use crate::lobby::{Listening, Status};
use crate::people::People;
use crate::secret::Disclosed;
use crate::server::{App, AppState};
use crate::text;

#[derive(Deserialize)]
pub(super) struct Admit {
    session_id: String,
    host_key: Option<SecretString>,
    ticket: SecretString,
    admit: bool,
}

#[derive(Serialize)]
pub(super) struct Decided {
    session_id: Uuid,
    ticket: Disclosed,
    status: Status,
}

/// A host lets somebody in, or does not.
pub(super) async fn admit(
    State(app): State<AppState>,
    headers: HeaderMap,
    Body(body): Body<Admit>,
) -> Result<Json<Decided>, ApiError> {
    let session = app.registry.find(text::session_id(&body.session_id)?).await?;
    app.require(&session, body.host_key.as_ref(), &headers, People::moderates)?;
    let ticket = body.ticket.expose_secret();
    let status = app.lobby.decide(session.id(), ticket, body.admit)?;
    Ok(Json(Decided { session_id: session.id(), ticket: Disclosed::new(ticket.to_owned()), status }))
}

#[derive(Deserialize)]
pub(super) struct Waiting {
    session_id: String,
}

/// For a host: who waits now, and who comes and goes from now on.
pub(super) async fn waiting(
    State(app): State<AppState>,
    headers: HeaderMap,
    Params(params): Params<Waiting>,
) -> Result<Response, ApiError> {
    let session = app.registry.find(text::session_id(&params.session_id)?).await?;
    app.require(&session, None, &headers, People::moderates)?;
    let id = session.id();
    let (now, later) = app.lobby.watch(id);
    let later = BroadcastStream::new(later)
        .take_while(|event| future::ready(event.is_ok()))
        .filter_map(move |event| future::ready(event.ok().filter(|(of, _)| *of == id).map(|(_, text)| text)));
    events(&app, stream::iter(now).chain(later))
}

/// What the holder of a ticket is told.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum TicketEvent {
    Waiting,
    Admitted(Joined),
    Declined { code: &'static str },
}

/// For who waits: that they do, and then the token or the refusal.
pub(super) async fn ticket(State(app): State<AppState>, Path(ticket): Path<String>) -> Result<Response, ApiError> {
    let listening = app.lobby.listen(&ticket)?;
    let following = Following { app: app.clone(), listening, first: true, done: false };
    let texts = stream::unfold(following, async |mut following| {
        let text = following.next().await?;
        Some((text, following))
    });
    events(&app, texts)
}

struct Following {
    app: Arc<App>,
    listening: Listening,
    first: bool,
    done: bool,
}

impl Following {
    async fn next(&mut self) -> Option<String> {
        if self.done {
            return None;
        }
        if !std::mem::take(&mut self.first) {
            self.listening.status.changed().await.ok()?;
        }
        let status = *self.listening.status.borrow_and_update();
        self.done = status != Status::Waiting;
        let event = match status {
            Status::Waiting => TicketEvent::Waiting,
            Status::Declined => TicketEvent::Declined { code: "declined" },
            Status::Ended => TicketEvent::Declined { code: "session_ended" },
            Status::Admitted => match self.admitted().await {
                Ok(joined) => TicketEvent::Admitted(joined),
                Err(error) => TicketEvent::Declined { code: error.code() },
            },
        };
        serde_json::to_string(&event).ok()
    }

    async fn admitted(&self) -> Result<Joined, ApiError> {
        let session = self.app.registry.find(self.listening.session).await?;
        join::admit(&self.app, &session, &self.listening.admission)
    }
}
