//! A service that speaks the older contract, as others have it: it signs tokens, asks LiveKit nothing, and can be wrong
//! in every way.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use donfra_testbed::Namespace;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::world::SECRET;

/// Names and values of an answer's headers.
type Headers = Vec<(&'static str, String)>;

/// The session that it always has.
pub const SESSION: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";

/// The form of HTTP's `Date`.
const HTTP_DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// How the service behaves.
#[derive(Clone)]
pub struct StandIn {
    /// What it tells clients of LiveKit.
    pub server_url: String,
    /// The key it signs with.
    pub key: String,
    /// The secret it signs with.
    pub secret: String,
    /// The room in its tokens.
    pub room: String,
    /// Whether its tokens let join.
    pub room_join: bool,
    /// Its clock against this computer's, s.
    pub clock: i64,
    /// How long its tokens are good for by its clock, s; ended already if negative.
    pub lifetime: i64,
    /// What it answers instead, to create and join.
    pub refuses: Option<(u16, Value)>,
    /// What it answers to everything, if it is no session API: status, headers, body.
    pub everything: Option<(u16, Headers, String)>,
    /// The token it gives instead of one.
    pub token: Option<String>,
}

impl StandIn {
    /// One that is right, for this LiveKit.
    pub fn of(server_url: &str) -> Self {
        Self {
            server_url: server_url.into(),
            key: "testkey".into(),
            secret: SECRET.into(),
            room: SESSION.into(),
            room_join: true,
            clock: 0,
            lifetime: 600,
            refuses: None,
            everything: None,
            token: None,
        }
    }

    /// One that gives this answer to everything.
    pub fn that_says(status: u16, headers: &[(&'static str, &str)], body: &str) -> Self {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { everything: Some((status, headers, body.into())), ..Self::of("") }
    }

    /// Serves on loopback; gives the API's address.
    pub async fn serve(self) -> String {
        self.serve_on(std::net::TcpListener::bind("127.0.0.1:0").unwrap())
    }

    /// Serves in a namespace.
    pub fn serve_in(self, namespace: &Namespace, ip: std::net::IpAddr) -> String {
        self.serve_on(namespace.run(|| std::net::TcpListener::bind((ip, 0)).unwrap()))
    }

    fn serve_on(self, listener: std::net::TcpListener) -> String {
        let api = format!("http://{}/api", listener.local_addr().unwrap());
        let app = match &self.everything {
            Some(answer) => {
                let (status, headers, body) = answer.clone();
                Router::new().fallback(async move || {
                    let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
                    for (name, value) in headers {
                        response.headers_mut().insert(name, HeaderValue::from_str(&value).unwrap());
                    }
                    response
                })
            }
            None => {
                let (sessions, create, join, end, other) =
                    (self.clone(), self.clone(), self.clone(), self.clone(), self);
                Router::new()
                    .route(
                        "/api/live/sessions",
                        get(async move || sessions.dated(json!({ "sessions": [], "total_count": 0 }))),
                    )
                    .route("/api/live/create", post(async move || create.entered("host_token")))
                    .route("/api/live/join", post(async move || join.entered("access_token")))
                    .route("/api/live/end", post(async move || end.dated(json!({ "session_id": SESSION }))))
                    .fallback(async move || (StatusCode::NOT_FOUND, other.dated(json!({ "message": "Not Found" }))))
            }
        };
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        tokio::spawn(async { axum::serve(listener, app).await });
        api
    }

    fn entered(&self, token: &str) -> Response {
        if let Some((status, body)) = &self.refuses {
            return (StatusCode::from_u16(*status).unwrap(), Json(body.clone())).into_response();
        }
        self.dated(json!({
            "session_id": SESSION, "server_url": self.server_url, token: self.token(),
            "created_at": "2026-01-02T03:04:05Z", "message": "Here you are.", "role": "viewer",
            "can_publish": true, "can_subscribe": true,
        }))
    }

    /// An answer with this service's idea of the time.
    fn dated(&self, body: Value) -> Response {
        let mut response = Json(body).into_response();
        let now = OffsetDateTime::from_unix_timestamp(self.now()).unwrap();
        let date = now.format(&HTTP_DATE).unwrap();
        response.headers_mut().insert(header::DATE, HeaderValue::from_str(&date).unwrap());
        response
    }

    fn now(&self) -> i64 {
        OffsetDateTime::now_utc().unix_timestamp() + self.clock
    }

    fn token(&self) -> String {
        if let Some(token) = &self.token {
            return token.clone();
        }
        let video = json!({ "room": self.room, "roomJoin": self.room_join, "canPublish": true, "canSubscribe": true });
        let now = self.now();
        let claims = json!({
            "iss": self.key, "sub": uuid::Uuid::new_v4(), "name": "Ada", "nbf": now, "exp": now + self.lifetime, "video": video,
        });
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(&json!({ "alg": "HS256", "typ": "JWT" })), part(&claims));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }
}
