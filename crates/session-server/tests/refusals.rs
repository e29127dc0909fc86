//! Every way to be refused that needs no media server's doing: its status, its code, and a text for a person.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{World, config, refused, text};
use donfra_session_server::RateLimit;
use serde_json::json;

#[tokio::test]
async fn what_is_not_understood() {
    let world = World::new().await;
    let long = |n: usize| "x".repeat(n);
    let id = "3f2b8c1e-5d7a-4e21-9c40-0a6c1b2d3e4f";
    let cases = [
        ("create", json!({}), "invalid_request"),
        ("create", json!({ "title": "T" }), "invalid_request"),
        ("create", json!({ "title": 7, "owner_name": "Ada" }), "invalid_request"),
        ("create", json!({ "title": " ", "owner_name": "Ada" }), "invalid_title"),
        ("create", json!({ "title": long(201), "owner_name": "Ada" }), "invalid_title"),
        ("create", json!({ "title": "a\u{7}b", "owner_name": "Ada" }), "invalid_title"),
        ("create", json!({ "title": "T", "owner_name": long(101) }), "invalid_name"),
        ("create", json!({ "title": "T", "owner_name": "A\nda" }), "invalid_name"),
        ("create", json!({ "title": "T", "owner_name": "Ada", "mode": "party" }), "invalid_mode"),
        ("join", json!({ "session_id": "42", "user_name": "Ada" }), "invalid_session_id"),
        ("join", json!({ "session_id": format!("{id}0"), "user_name": "Ada" }), "invalid_session_id"),
        ("join", json!({ "session_id": id, "user_name": "\u{202e}" }), "invalid_name"),
        ("join", json!({ "session_id": id, "user_name": "Ada", "is_host": "yes" }), "invalid_request"),
        ("end", json!({ "session_id": "" }), "invalid_session_id"),
        ("admit", json!({ "session_id": id, "host_key": "k", "admit": true }), "invalid_request"),
    ];
    for (call, body, code) in cases {
        world.refused(call, body, 400, code).await;
    }
    let url = format!("{}/live/join", world.base);
    let no_json = world.http.post(&url).header("content-type", "application/json").body("{\"session_id\":").send();
    refused(no_json.await.unwrap(), 400, "invalid_request", "no JSON").await;
    let form = world.http.post(&url).header("content-type", "application/x-www-form-urlencoded").body("a=b").send();
    refused(form.await.unwrap(), 400, "invalid_request", "a form").await;
    let stream = world.get("waiting/stream").await;
    refused(stream, 400, "invalid_request", "no session_id").await;

    // What is unknown or null is left alone.
    world.create_with(json!({ "mode": null, "lobby": null, "listed": null, "from_tomorrow": { "x": 1 } })).await;
}

#[tokio::test]
async fn what_is_not_there() {
    let world = World::new().await;
    let id = "3f2b8c1e-5d7a-4e21-9c40-0a6c1b2d3e4f";
    world.refused("join", json!({ "session_id": id, "user_name": "Ada" }), 404, "session_not_found").await;
    world.refused("end", json!({ "session_id": id, "host_key": "k" }), 404, "session_not_found").await;
    let admit = json!({ "session_id": id, "host_key": "k", "ticket": "t", "admit": true });
    world.refused("admit", admit, 404, "session_not_found").await;
    refused(world.get(&format!("waiting/stream?session_id={id}")).await, 404, "session_not_found", "waiting").await;
    refused(world.get("tickets/none/stream").await, 404, "ticket_not_found", "ticket").await;
    refused(world.get("nothing").await, 404, "not_found", "no call").await;
    refused(world.get("join").await, 405, "method_not_allowed", "GET join").await;
    // Both bases are the same service.
    let v1 = world.http.get(format!("{}/v1/live/health", world.base)).send().await.unwrap();
    assert_eq!(v1.status(), 200);
}

#[tokio::test]
async fn what_is_too_much() {
    let mut config = config();
    config.rate_limit = RateLimit { burst: 5, per_second: 0.5 };
    let world = World::with(config).await;
    let large = json!({ "title": "x".repeat(20_000), "owner_name": "Ada" });
    world.refused("create", large, 413, "too_large").await;
    let session = world.create().await;
    for name in ["a", "b", "c"] {
        world.join(&session, name).await;
    }
    let one_more = json!({ "session_id": session["session_id"], "user_name": "d" });
    let response = world.post("join", one_more).await;
    let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    refused(response, 429, "rate_limited", "the sixth write").await;
    assert_eq!(world.get("sessions").await.status(), 200, "reading goes on");
}

#[tokio::test]
async fn who_has_not_signed_in() {
    let mut config = config();
    config.auth_token = Some("a-member-of-the-team".into());
    config.admin_token = Some("an-admin-of-the-team".into());
    let world = World::with(config).await;
    let new = json!({ "title": "T", "owner_name": "Ada" });
    world.refused("create", new.clone(), 401, "sign_in_required").await;
    refused(world.get("sessions").await, 401, "sign_in_required", "list").await;
    refused(world.get("sessions/stream").await, 401, "sign_in_required", "stream").await;

    let create = || world.http.post(format!("{}/live/create", world.base)).json(&new);
    assert_eq!(create().bearer_auth("not-a-member-of-the-team").send().await.unwrap().status(), 401);
    let by_cookie = create().header("cookie", "a=b; auth_token=a-member-of-the-team").send().await.unwrap();
    assert_eq!(by_cookie.status(), 200);
    let by_bearer = create().bearer_auth("a-member-of-the-team").send().await.unwrap();
    assert_eq!(by_bearer.status(), 200);
    let session: serde_json::Value = by_bearer.json().await.unwrap();

    // Who was invited needs no account.
    world.join(&session, "Grace").await;

    let end = || {
        let body = json!({ "session_id": session["session_id"] });
        world.http.post(format!("{}/live/end", world.base)).json(&body)
    };
    refused(end().send().await.unwrap(), 401, "sign_in_required", "end, nobody").await;
    let member = end().bearer_auth("a-member-of-the-team").send().await.unwrap();
    refused(member, 403, "host_proof_required", "end, a member").await;
    let admin = end().bearer_auth("an-admin-of-the-team").send().await.unwrap();
    assert_eq!(admin.status(), 200);
}

#[tokio::test]
async fn pages_of_other_origins() {
    let mut config = config();
    config.cors_origins = vec!["https://live.example.com".into()];
    let world = World::with(config).await;
    let preflight = async |origin: &str| {
        let request = world.http.request(reqwest::Method::OPTIONS, format!("{}/live/join", world.base));
        let request = request.header("origin", origin).header("access-control-request-method", "POST");
        let response = request.header("access-control-request-headers", "content-type").send().await.unwrap();
        response.headers().get("access-control-allow-origin").map(|origin| origin.to_str().unwrap().to_owned())
    };
    assert_eq!(preflight("https://live.example.com").await.as_deref(), Some("https://live.example.com"));
    assert_eq!(preflight("https://evil.example").await, None);

    let world = World::new().await;
    let response = world.http.get(format!("{}/live/health", world.base)).header("origin", "https://a.example").send();
    assert!(response.await.unwrap().headers().get("access-control-allow-origin").is_none());
}

#[tokio::test]
async fn answers_are_not_kept_in_caches() {
    let world = World::new().await;
    let session = world.create().await;
    let join = json!({ "session_id": text(&session, "session_id"), "user_name": "Ada" });
    assert_eq!(world.post("join", join).await.headers()["cache-control"], "no-store");
}
