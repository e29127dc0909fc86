//! Who lost the connection comes back as who they were.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{World, claims, grants, text};
use livekit_api::access_token::{AccessToken, VideoGrants};
use serde_json::{Value, json};

fn again(session: &Value, token: &str, more: Value) -> Value {
    let id = &session["session_id"];
    let mut body = json!({ "session_id": id, "user_name": "Grace", "previous_token": token });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn one_is_the_same_person_and_there_once() {
    let world = World::new().await;
    let session = world.create().await;
    let first = world.join(&session, "Grace").await;
    let token = text(&first, "access_token");
    let before = world.livekit.connect(token).await.unwrap();
    let second = world.ok("join", again(&session, token, json!({}))).await;
    assert_eq!(claims(text(&second, "access_token")).sub, claims(token).sub);
    let _after = world.livekit.connect(text(&second, "access_token")).await.unwrap();
    before.disconnected().await;
    let people = world.livekit.rooms().list_participants(text(&session, "session_id")).await.unwrap();
    assert_eq!(people.len(), 1);
}

#[tokio::test]
async fn a_token_proves_what_it_says_and_no_more() {
    let world = World::new().await;
    let (session, other) = (world.create().await, world.create().await);
    let viewer = world.join(&session, "Grace").await;
    let viewer = text(&viewer, "access_token");
    // A viewer's token makes nobody a host, or hidden.
    let body = again(&session, viewer, json!({ "is_host": true }));
    world.refused("join", body, 403, "host_proof_required").await;
    let body = again(&session, viewer, json!({ "is_hidden": true }));
    world.refused("join", body, 403, "host_proof_required").await;
    // A host's does.
    let body = again(&session, text(&session, "host_token"), json!({ "is_host": true }));
    let host = world.ok("join", body).await;
    assert!(grants(&host).room_admin);
    assert_eq!(claims(text(&host, "access_token")).sub, claims(text(&session, "host_token")).sub);
    // One of another session, one that somebody else signed, and no token at all count for nothing.
    let forged = AccessToken::with_api_key(common::KEY, "another-secret-which-is-long-enough-too")
        .with_identity("mallory")
        .with_grants(VideoGrants { room: text(&session, "session_id").into(), room_join: true, ..Default::default() })
        .to_jwt()
        .unwrap();
    for token in [text(&other, "host_token"), &forged, "x.y.z", ""] {
        let joined = world.ok("join", again(&session, token, json!({}))).await;
        let identity = claims(text(&joined, "access_token")).sub;
        assert!(identity != "mallory" && identity != claims(text(&other, "host_token")).sub);
    }
}

#[tokio::test]
async fn who_was_let_in_does_not_wait_again() {
    let world = World::new().await;
    let session = world.create_with(json!({ "lobby": true })).await;
    let response = world.post("join", json!({ "session_id": session["session_id"], "user_name": "Grace" })).await;
    let ticket: Value = response.json().await.unwrap();
    let decision = json!({
        "session_id": session["session_id"], "host_key": session["host_key"], "ticket": ticket["ticket"], "admit": true,
    });
    world.ok("admit", decision).await;
    let path = format!("tickets/{}/stream", text(&ticket, "ticket"));
    let admitted = world.stream(&path, None).await.next().await.unwrap();
    let token = text(&admitted, "access_token");
    let back = world.ok("join", again(&session, token, json!({}))).await;
    assert_eq!(claims(text(&back, "access_token")).sub, claims(token).sub);
}
