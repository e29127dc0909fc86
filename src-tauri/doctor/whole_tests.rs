//! Whole runs against a session server of the tests' own: what comes of them, and that nothing secret is in it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::settings::{Settings, SettingsStore, SignIn};

const SESSION: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
const HOST_KEY: &str = "hostkeyhostkeyhostkey";
const SIGN_IN: &str = "signinsigninsignin";
const SIGNATURE: &str = "c2lnbmF0dXJlc2lnbmF0dXJl";

/// How the session server behaves.
#[derive(Clone)]
struct Manner {
    create: (u16, Value),
    ended: Arc<Mutex<Vec<Value>>>,
}

fn token(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{SIGNATURE}", part(&json!({ "alg": "HS256" })), part(claims))
}

fn created(server_url: &str, claims: &Value) -> (u16, Value) {
    let body = json!({
        "session_id": SESSION, "server_url": server_url, "host_token": token(claims), "host_key": HOST_KEY,
        "created_at": "2026-01-02T03:04:05Z", "message": "Here you are.",
    });
    (200, body)
}

fn good_claims() -> Value {
    json!({ "iss": "APIkeyAPIkey", "sub": "me", "exp": 4_000_000_000_i64, "video": { "room": SESSION, "roomJoin": true } })
}

async fn serve(create: (u16, Value)) -> (String, Arc<Mutex<Vec<Value>>>) {
    let ended = Arc::new(Mutex::new(Vec::new()));
    let answer = |(status, body): (u16, Value)| (StatusCode::from_u16(status).unwrap(), Json(body));
    let app = axum::Router::new()
        .route("/api/live/sessions", get(async || Json(json!({ "sessions": [], "total_count": 0 }))))
        .route("/api/live/create", post(async move |State(manner): State<Manner>| answer(manner.create)))
        .route(
            "/api/live/end",
            post(async |State(manner): State<Manner>, Json(body): Json<Value>| {
                manner.ended.lock().push(body);
                Json(json!({}))
            }),
        )
        .with_state(Manner { create, ended: ended.clone() });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = format!("http://{}/api", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    (api, ended)
}

async fn examine(api: &str, session: Option<&str>) -> DoctorReport {
    let folder = tempfile::tempdir().unwrap();
    let settings = Arc::new(SettingsStore::open(folder.path().to_path_buf(), Some(api.to_owned())));
    settings.save(Settings { name: "Ada Lovelace".into(), ..Settings::default() }).await.unwrap();
    // Without a keyring it is kept for this run.
    let _ = settings.set_credential(SignIn::Bearer, SIGN_IN.into()).await;
    let target = Target { server: Server::At(api.into()), session: session.map(str::to_owned) };
    run(Context::new(target, settings), |_| {}, &CancellationToken::new()).await.unwrap()
}

fn assert_nothing_secret(report: &DoctorReport, what: &str) {
    let own = mask_of_this_computer();
    for text in [report.text(), report.json()] {
        for secret in [HOST_KEY, SIGN_IN, SIGNATURE, "eyJ", "APIkey", SESSION, "Ada", "hunter2"] {
            assert!(!text.contains(secret), "{what}: {secret} is in {text}");
        }
        for ip in &own {
            assert!(!text.contains(ip), "{what}: {ip} is in {text}");
        }
    }
}

fn mask_of_this_computer() -> Vec<String> {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    let own = socket.connect("192.0.2.1:9").and_then(|()| socket.local_addr());
    own.ok().map(|address| address.ip().to_string()).into_iter().collect()
}

fn cause(report: &DoctorReport) -> &'static str {
    report.answer.as_ref().map_or("none", |answer| answer.cause.code())
}

#[tokio::test]
async fn each_broken_link_is_the_answer_and_nothing_secret_is_told() {
    let of = |change: fn(&mut Value)| {
        let mut claims = good_claims();
        change(&mut claims);
        created("ws://127.0.0.1:1", &claims)
    };
    let echo =
        json!({ "error": format!("no: {} {HOST_KEY} {SESSION}", token(&good_claims())), "code": "livekit_refused" });
    for (expected, create) in [
        ("livekit_not_running", created("ws://127.0.0.1:1", &good_claims())),
        ("server_url_docker_name", created("ws://livekit-of-docker:7880", &good_claims())),
        ("server_url_host_docker_internal", created("ws://host.docker.internal:7880", &good_claims())),
        ("server_url_wrong_scheme", created("ftp://me:hunter2@127.0.0.1", &good_claims())),
        ("server_url_invalid", created("", &good_claims())),
        ("server_url_relative", created("/livekit", &good_claims())),
        ("token_expired", of(|claims| claims["exp"] = 1000.into())),
        ("token_other_room", of(|claims| claims["video"]["room"] = "other".into())),
        ("token_may_not_join", of(|claims| claims["video"]["roomJoin"] = false.into())),
        (
            "token_unreadable",
            (200, json!({ "session_id": SESSION, "server_url": "/x", "host_token": "hunter2hunter2" })),
        ),
        ("api_livekit_refuses_key", (503, echo)),
        ("secret_too_short", (500, json!({ "error": "secret is too short: hunter2" }))),
        ("sign_in_refused", (401, json!({ "error": SIGN_IN }))),
        ("session_full", (409, json!({ "error": "" }))),
        ("not_a_session_api", (200, json!({ "hunter2": 1 }))),
    ] {
        let (api, _) = serve(create).await;
        let report = examine(&api, None).await;
        assert_eq!(cause(&report), expected, "{}", report.text());
        assert!(!report.passed());
        assert_nothing_secret(&report, expected);
    }
}

#[tokio::test]
async fn the_doctors_own_session_is_ended() {
    let (api, ended) = serve(created("ws://127.0.0.1:1", &good_claims())).await;
    examine(&api, None).await;
    assert_eq!(*ended.lock(), [json!({ "session_id": SESSION, "host_key": HOST_KEY })]);
}

#[tokio::test]
async fn a_password_in_an_address_is_not_repeated() {
    let report = examine("http://me:hunter2@localhost:1/api", None).await;
    assert_eq!(cause(&report), "api_address_invalid");
    assert_nothing_secret(&report, "address");
}
