//! Join.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::body::Body;
use crate::error::ApiError;
use crate::people::People;
use crate::proof::SignIn;
use crate::secret::Disclosed;
use crate::server::{App, AppState};
use crate::session::Session;
use crate::text;
use crate::token::{Admission, Role};

/// How old what is known of LiveKit's rooms may be when a token is given. All joins together ask LiveKit this often.
const ROOMS_MAX_AGE: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
pub(super) struct Join {
    session_id: String,
    user_name: String,
    is_host: Option<bool>,
    is_hidden: Option<bool>,
    host_key: Option<SecretString>,
    /// The LiveKit token of who was in this session and lost the connection: they come back as who they were.
    previous_token: Option<SecretString>,
    /// By what this app is known to be the same in this session, and in no other.
    client_id: Option<String>,
}

/// What somebody needs to connect.
#[derive(Serialize)]
pub(super) struct Joined {
    session_id: Uuid,
    access_token: Disclosed,
    server_url: String,
    role: Role,
    can_publish: bool,
    can_subscribe: bool,
    message: &'static str,
}

#[derive(Serialize)]
struct Waiting {
    status: &'static str,
    ticket: Disclosed,
    session_id: Uuid,
    message: &'static str,
}

/// Gives a token, or a ticket where a host must admit first.
pub(super) async fn join(
    State(app): State<AppState>,
    headers: HeaderMap,
    Body(body): Body<Join>,
) -> Result<Response, ApiError> {
    let id = text::session_id(&body.session_id)?;
    let name = text::name(&body.user_name, "user_name")?;
    let session = app.registry.find(id).await?;
    let client = body.client_id.as_deref().map(text::client_id).transpose()?;
    let returning = body.previous_token.and_then(|token| app.tokens.returning(token.expose_secret(), id));
    let proven = app.prove_host(&session, body.host_key.as_ref(), &headers)?;
    let is_removed = |people: &People| {
        returning.as_ref().is_some_and(|before| people.is_removed(&before.identity))
            || client.as_deref().is_some_and(|client| people.is_removed_client(client))
    };
    // A host's own proof opens every door.
    if !proven && session.people(is_removed) {
        return Err(ApiError::Removed);
    }
    let proven = proven || returning.as_ref().is_some_and(|before| before.role == Role::Host);
    if !proven && returning.is_none() && session.people(|people| people.locked) {
        return Err(ApiError::SessionLocked);
    }
    let (is_host, hidden) = (body.is_host.unwrap_or(false), body.is_hidden.unwrap_or(false));
    let waits = session.record.lobby && !proven && returning.is_none();
    let may_hide =
        proven || returning.as_ref().is_some_and(|before| before.hidden) || app.sign_in(&headers) == SignIn::Admin;
    // To be unseen takes a host's word too: the key, being let in as what one is, or the sign-in that may end any session.
    if is_host && !proven || hidden && !may_hide && !waits {
        return Err(ApiError::HostProofRequired);
    }
    let role = if is_host { Role::Host } else { Role::Viewer };
    let mut admission = Admission::new(role, hidden, name);
    let returns = returning.is_some();
    if let Some(before) = returning {
        // LiveKit ends what is left of the old connection: nobody is there twice.
        admission.identity = before.identity;
    }
    session.note_client(&admission.identity, client);
    if waits {
        let ticket = Disclosed::new(app.lobby.enter(id, admission)?);
        let message = "A host will let you in.";
        let answer = Waiting { status: "waiting", ticket, session_id: id, message };
        return Ok((StatusCode::ACCEPTED, Json(answer)).into_response());
    }
    app.watch.ensure(ROOMS_MAX_AGE).await?;
    // Who comes back has their place still.
    if !returns && has_no_place(&app, &session).await? {
        return Err(ApiError::SessionFull);
    }
    if role == Role::Host && !hidden && !session.people(|people| people.is_host(&admission.identity)) {
        app.change_people(&session, |people| people.add_host(&admission.identity)).await?;
    }
    Ok(Json(admit(&app, &session, &admission)?).into_response())
}

/// A token for who may come in now.
pub(super) fn admit(app: &App, session: &Session, admission: &Admission) -> Result<Joined, ApiError> {
    if session.is_closed() {
        return Err(ApiError::SessionEnded);
    }
    if session.people(|people| people.is_removed(&admission.identity)) {
        return Err(ApiError::Removed);
    }
    let can_publish = admission.role == Role::Host || session.may_publish(&admission.identity);
    let joined = Joined {
        session_id: session.id(),
        access_token: app.tokens.mint(session.id(), can_publish, admission)?,
        server_url: app.livekit.urls()?.public,
        role: admission.role,
        can_publish: can_publish && !admission.hidden,
        can_subscribe: true,
        message: match admission.role {
            Role::Host => "Welcome, host.",
            Role::Viewer => "Welcome.",
        },
    };
    if app.config.max_participants > 0 {
        session.expect_one();
    }
    Ok(joined)
}

/// LiveKit enforces the limit; this says it in words, asking LiveKit only when it could be reached.
async fn has_no_place(app: &App, session: &Session) -> Result<bool, ApiError> {
    let max = app.config.max_participants as usize;
    Ok(max > 0 && session.at_most() >= max && app.livekit.present(session.id()).await?.len() >= max)
}
