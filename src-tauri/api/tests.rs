//! The client against a small server that answers as services do, well and badly.

use axum::Json;
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Html;
use axum::routing::post;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{ApiClient, ApiError, BaseUrl};
use crate::settings::{Credential, SignIn};

const ID: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";

async fn serve(router: Router) -> BaseUrl {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    BaseUrl::parse(&format!("http://{address}/api")).unwrap()
}

#[tokio::test]
async fn create_and_join_read_the_answers_of_old_and_new_services() {
    let router = Router::new()
        .route(
            "/api/live/create",
            post(async |Json(body): Json<Value>| {
                assert_eq!(body, json!({ "title": "T", "owner_name": "Ada" }));
                Json(json!({ "session_id": ID, "server_url": "/livekit", "host_token": "t", "unknown": [1] }))
            }),
        )
        .route(
            "/api/live/join",
            post(async |Json(body): Json<Value>| {
                assert_eq!(body["is_host"], json!(body.get("host_key").is_some()));
                Json(json!({
                    "session_id": ID, "access_token": "a", "server_url": "ws://h:7880", "role": "host", "can_publish": false
                }))
            }),
        );
    let api = ApiClient::new(serve(router).await, None);
    let created = api.create("T", "Ada").await.unwrap();
    assert_eq!(created.host_token.expose_secret(), "t");
    assert!(created.host_key.is_none());
    assert!(api.base().livekit_url(&created.server_url).unwrap().as_str().ends_with("/livekit"));
    let joined = api.join(ID, "Ada", Some(&SecretString::from("key"))).await.unwrap();
    assert_eq!(joined.can_publish, Some(false));
    assert_eq!(joined.role, Some(crate::session::state::Role::Host));
    api.join(ID, "Ada", None).await.unwrap();
}

#[tokio::test]
async fn signs_in_by_bearer_or_cookie_and_ends_by_host_token() {
    let router = Router::new().route(
        "/api/live/end",
        post(async |headers: HeaderMap| {
            let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
            let proof = header("authorization").or_else(|| header("cookie")).unwrap_or_default();
            (StatusCode::FORBIDDEN, Json(json!({ "error": proof, "code": "echo" })))
        }),
    );
    let base = serve(router).await;
    let token = SecretString::from("host-token");
    for (kind, sent) in [
        (None, "Bearer host-token"),
        (Some(SignIn::Bearer), "Bearer secret"),
        (Some(SignIn::Cookie), "auth_token=secret"),
    ] {
        let credential = kind.map(|kind| Credential { kind, secret: SecretString::from("secret") });
        let api = ApiClient::new(base.clone(), credential);
        match api.end(ID, None, &token).await.unwrap_err() {
            ApiError::Refused { text, .. } => assert_eq!(text, sent),
            other => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn what_is_no_session_api_is_told_from_a_session_that_is_not_there() {
    let router =
        Router::new().route("/api/live/create", post(async || Html("<!doctype html><title>Welcome</title>"))).route(
            "/api/live/join",
            post(async || (StatusCode::NOT_FOUND, Json(json!({ "error": "no", "code": "session_not_found" })))),
        );
    let api = ApiClient::new(serve(router).await, None);
    assert_eq!(api.create("T", "N").await.unwrap_err().code(), "not_a_session_api");
    assert_eq!(api.join(ID, "N", None).await.unwrap_err().code(), "session_not_found");
    assert_eq!(api.end(ID, None, &SecretString::from("x")).await.unwrap_err().code(), "not_a_session_api");
}

#[tokio::test]
async fn a_lobby_and_a_plain_401_are_understood() {
    let router = Router::new()
        .route(
            "/api/live/join",
            post(async || {
                (StatusCode::ACCEPTED, Json(json!({ "status": "waiting", "ticket": "t", "session_id": ID })))
            }),
        )
        .route("/api/live/create", post(async || (StatusCode::UNAUTHORIZED, "Unauthorized")));
    let api = ApiClient::new(serve(router).await, None);
    assert_eq!(api.join(ID, "N", None).await.unwrap_err().code(), "lobby_not_supported");
    assert_eq!(api.create("T", "N").await.unwrap_err().code(), "sign_in_required");
}

#[tokio::test]
async fn nothing_there_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = BaseUrl::parse(&format!("http://{}/api", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let error = ApiClient::new(base, None).create("T", "N").await.unwrap_err();
    assert_eq!(error.code(), "api_unreachable");
}
