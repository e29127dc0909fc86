//! What the API answers when it does not do what was asked.

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::livekit::LiveKitError;
use crate::store::StoreError;

/// A refusal, as the client sees it: a status, a stable code and a text for a person, without any secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The body, a header or a query parameter is not what the call takes.
    #[error("{0}")]
    InvalidRequest(Cow<'static, str>),
    /// A text is empty, too long or holds control characters.
    #[error("{message}")]
    InvalidText {
        /// e.g. `invalid_title`
        code: &'static str,
        /// Which field, and what it may be.
        message: String,
    },
    #[error("This is no session id. It looks like 3f2b8c1e-5d7a-4e21-9c40-0a6c1b2d3e4f; copy it again from the host.")]
    InvalidSessionId,
    #[error("Sign in first: this service wants a bearer token or the cookie auth_token.")]
    SignInRequired,
    #[error("Only the host may do this: it takes the session's host key, or its host token as bearer.")]
    HostProofRequired,
    #[error("This call is not in the session API.")]
    NotFound,
    #[error("The session API does not take this method here.")]
    MethodNotAllowed,
    #[error("There is no session with this id. Check it with who sent it.")]
    SessionNotFound,
    #[error("Nobody waits with this ticket any more. Join again.")]
    TicketNotFound,
    #[error("The session is full. Try again when somebody has left.")]
    SessionFull,
    #[error("Too many people are waiting for this session. Try again later.")]
    LobbyFull,
    #[error("The session has ended.")]
    SessionEnded,
    #[error("The session is locked: nobody new comes in until a host opens it.")]
    SessionLocked,
    #[error("A host removed you from this session.")]
    Removed,
    #[error("This person is not in the session any more.")]
    ParticipantNotFound,
    #[error("The request is too large: at most {0} bytes.")]
    TooLarge(usize),
    #[error("Too many requests from your address. Try again in {0} s.")]
    RateLimited(u64),
    #[error("This server does not go by the name in the request's Host header. Call it by its own address.")]
    HostNotAllowed,
    #[error("Too many event streams are open. Try again in {0} s.")]
    TooManyStreams(u64),
    #[error("The request took too long.")]
    TimedOut,
    #[error("The webhook's signature is not LiveKit's.")]
    WebhookRefused,
    #[error("{0}")]
    LiveKit(#[from] LiveKitError),
    #[error("The session service could not do this. Its log says why.")]
    Internal,
}

impl ApiError {
    fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::InvalidRequest(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::InvalidText { code, .. } => (StatusCode::BAD_REQUEST, code),
            Self::InvalidSessionId => (StatusCode::BAD_REQUEST, "invalid_session_id"),
            Self::SignInRequired => (StatusCode::UNAUTHORIZED, "sign_in_required"),
            Self::WebhookRefused => (StatusCode::UNAUTHORIZED, "webhook_refused"),
            Self::HostProofRequired => (StatusCode::FORBIDDEN, "host_proof_required"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::SessionNotFound => (StatusCode::NOT_FOUND, "session_not_found"),
            Self::TicketNotFound => (StatusCode::NOT_FOUND, "ticket_not_found"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::HostNotAllowed => (StatusCode::MISDIRECTED_REQUEST, "host_not_allowed"),
            Self::TooManyStreams(_) => (StatusCode::SERVICE_UNAVAILABLE, "too_many_streams"),
            Self::TimedOut => (StatusCode::REQUEST_TIMEOUT, "timed_out"),
            Self::SessionFull => (StatusCode::CONFLICT, "session_full"),
            Self::LobbyFull => (StatusCode::CONFLICT, "lobby_full"),
            Self::SessionEnded => (StatusCode::GONE, "session_ended"),
            Self::SessionLocked => (StatusCode::LOCKED, "session_locked"),
            Self::Removed => (StatusCode::FORBIDDEN, "removed"),
            Self::ParticipantNotFound => (StatusCode::NOT_FOUND, "participant_not_found"),
            Self::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Self::RateLimited(_) => (StatusCode::TOO_MANY_REQUESTS, "rate_limited"),
            Self::LiveKit(error) => (StatusCode::SERVICE_UNAVAILABLE, error.code()),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }

    /// The stable code, e.g. `session_not_found`.
    pub(crate) fn code(&self) -> &'static str {
        self.status_and_code().1
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the session store failed");
        Self::Internal
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code) = self.status_and_code();
        let mut response = (status, Json(json!({ "error": self.to_string(), "code": code }))).into_response();
        let headers = response.headers_mut();
        match self {
            Self::RateLimited(seconds) | Self::TooManyStreams(seconds) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            Self::SignInRequired => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }
}
