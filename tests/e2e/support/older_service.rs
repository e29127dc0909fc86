//! A session service as it was before this project: the contract without any of its additions.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::{get, post};
use axum::{Json, Router};
use donfra_testbed::{LiveKit, LiveKitConfig};
use livekit_api::access_token::{AccessToken, VideoGrants};
use livekit_api::services::room::RoomClient;
use parking_lot::Mutex;
use serde_json::{Value, json};

/// What its `auth_token` cookie has to be.
pub const COOKIE: &str = "signed-in-at-the-older-service";

type Answer = Result<Json<Value>, (StatusCode, Json<Value>)>;

struct Service {
    livekit: LiveKit,
    /// Id, title, owner.
    sessions: Mutex<Vec<(String, String, String)>>,
    ended: AtomicUsize,
}

/// A running one.
pub struct OlderService {
    api: String,
    service: Arc<Service>,
}

impl OlderService {
    /// Starts it and its LiveKit.
    pub async fn start(logs: &Path) -> Self {
        let livekit = LiveKit::start(logs, LiveKitConfig { auto_create: true, ..LiveKitConfig::default() }).await;
        let service = Arc::new(Service { livekit, sessions: Mutex::default(), ended: AtomicUsize::new(0) });
        let routes = Router::new()
            .route("/api/v1/live/create", post(create))
            .route("/api/v1/live/join", post(join))
            .route("/api/v1/live/end", post(end))
            .route("/api/v1/live/sessions", get(list))
            .with_state(service.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = format!("http://{}/api/v1", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { api, service }
    }

    /// What `--api` is for it.
    pub fn api(&self) -> &str {
        &self.api
    }

    /// How many sessions were ended by its call.
    pub fn ended(&self) -> usize {
        self.service.ended.load(Ordering::Relaxed)
    }
}

fn refused(status: StatusCode, text: &str) -> (StatusCode, Json<Value>) {
    (status, Json(json!({ "error": text })))
}

fn signed_in(headers: &HeaderMap) -> Result<(), (StatusCode, Json<Value>)> {
    let cookie = headers.get(header::COOKIE).and_then(|value| value.to_str().ok());
    let known = cookie == Some(&format!("auth_token={COOKIE}"));
    known.then_some(()).ok_or_else(|| refused(StatusCode::UNAUTHORIZED, "unauthorized"))
}

fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap().to_owned()
}

impl Service {
    fn token(&self, session: &str, name: &str, host: bool) -> String {
        let grants = VideoGrants { room: session.into(), room_join: true, room_admin: host, ..VideoGrants::default() };
        AccessToken::with_api_key(self.livekit.key(), self.livekit.secret())
            .with_identity(&format!("{name}-{}", uuid::Uuid::new_v4()))
            .with_name(name)
            .with_grants(grants)
            .to_jwt()
            .unwrap()
    }
}

async fn create(State(service): State<Arc<Service>>, headers: HeaderMap, Json(body): Json<Value>) -> Answer {
    signed_in(&headers)?;
    let session = uuid::Uuid::new_v4().to_string();
    let (title, owner) = (text(&body, "title"), text(&body, "owner_name"));
    let token = service.token(&session, &owner, true);
    service.sessions.lock().push((session.clone(), title, owner));
    Ok(Json(json!({
        "session_id": session,
        "server_url": service.livekit.url(),
        "host_token": token,
        "created_at": "2026-01-01T10:00:00Z",
        "message": "created",
    })))
}

async fn join(State(service): State<Arc<Service>>, Json(body): Json<Value>) -> Answer {
    let session = text(&body, "session_id");
    if !service.sessions.lock().iter().any(|(known, ..)| *known == session) {
        return Err(refused(StatusCode::NOT_FOUND, "no such session"));
    }
    Ok(Json(json!({
        "session_id": session,
        "access_token": service.token(&session, &text(&body, "user_name"), false),
        "server_url": service.livekit.url(),
        "role": "viewer",
        "message": "joined",
    })))
}

async fn end(State(service): State<Arc<Service>>, headers: HeaderMap, Json(body): Json<Value>) -> Answer {
    signed_in(&headers)?;
    let session = text(&body, "session_id");
    let client = RoomClient::with_api_key(&service.livekit.http(), service.livekit.key(), service.livekit.secret());
    client.delete_room(&session).await.unwrap();
    service.sessions.lock().retain(|(known, ..)| *known != session);
    service.ended.fetch_add(1, Ordering::Relaxed);
    Ok(Json(json!({ "session_id": session, "ended_at": "2026-01-01T11:00:00Z", "message": "ended" })))
}

async fn list(State(service): State<Arc<Service>>, headers: HeaderMap) -> Answer {
    signed_in(&headers)?;
    let sessions = service.sessions.lock();
    let listed: Vec<_> = sessions
        .iter()
        .map(|(id, title, owner)| {
            json!({ "session_id": id, "title": title, "owner_name": owner, "created_at": "2026-01-01T10:00:00Z", "status": "active" })
        })
        .collect();
    Ok(Json(json!({ "total_count": listed.len(), "sessions": listed })))
}
