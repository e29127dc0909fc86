//! Waiting to be let in.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{World, claims, grants, refused, text};
use serde_json::{Value, json};

async fn wait(world: &World, session: &Value, name: &str, more: Value) -> String {
    let mut body = json!({ "session_id": session["session_id"], "user_name": name });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let response = world.post("join", body).await;
    assert_eq!(response.status(), 202);
    let answer: Value = response.json().await.unwrap();
    assert_eq!((&answer["status"], &answer["session_id"]), (&json!("waiting"), &session["session_id"]));
    for secret in ["access_token", "server_url", "title"] {
        assert!(answer.get(secret).is_none(), "{answer}");
    }
    text(&answer, "ticket").to_owned()
}

fn decision(session: &Value, ticket: &str, admit: bool) -> Value {
    let (id, key) = (&session["session_id"], &session["host_key"]);
    json!({ "session_id": id, "host_key": key, "ticket": ticket, "admit": admit })
}

#[tokio::test]
async fn a_host_lets_people_in_or_not() {
    let world = World::new().await;
    let session = world.create_with(json!({ "lobby": true })).await;
    let id = text(&session, "session_id");
    let path = format!("waiting/stream?session_id={id}");

    let early = wait(&world, &session, "Early", json!({})).await;
    let mut host = world.stream(&path, Some(text(&session, "host_token"))).await;
    let event = host.next().await.unwrap();
    assert_eq!(
        (&event["type"], &event["ticket"], &event["user_name"]),
        (&json!("waiting"), &json!(early), &json!("Early"))
    );
    let late = wait(&world, &session, "Late", json!({})).await;
    assert_eq!(host.next().await.unwrap()["ticket"], late);

    let mut first = world.stream(&format!("tickets/{early}/stream"), None).await;
    let mut second = world.stream(&format!("tickets/{late}/stream"), None).await;
    assert_eq!(first.next().await.unwrap(), json!({ "type": "waiting" }));
    assert_eq!(second.next().await.unwrap(), json!({ "type": "waiting" }));

    let decided = world.ok("admit", decision(&session, &early, true)).await;
    assert_eq!(decided, json!({ "session_id": id, "ticket": early, "status": "admitted" }));
    let admitted = first.next().await.unwrap();
    assert_eq!((text(&admitted, "type"), text(&admitted, "role")), ("admitted", "viewer"));
    assert_eq!((text(&admitted, "session_id"), text(&admitted, "server_url")), (id, world.livekit.ws().as_str()));
    assert_eq!(first.next().await, None);
    world.livekit.connect(text(&admitted, "access_token")).await.unwrap();
    assert_eq!(host.next().await.unwrap(), json!({ "type": "gone", "ticket": early }));

    // Whoever lost the answer asks again and is the same person.
    let again = world.stream(&format!("tickets/{early}/stream"), None).await.next().await.unwrap();
    assert_eq!(claims(text(&again, "access_token")).sub, claims(text(&admitted, "access_token")).sub);

    assert_eq!(world.ok("admit", decision(&session, &late, false)).await["status"], "declined");
    assert_eq!(text(&second.next().await.unwrap(), "type"), "declined");
    assert_eq!(second.next().await, None);
    // A decision stands.
    assert_eq!(world.ok("admit", decision(&session, &late, true)).await["status"], "declined");

    // Who has the key does not wait.
    let key = json!({ "session_id": id, "user_name": "Ada", "is_host": true, "host_key": session["host_key"] });
    assert_eq!(text(&world.ok("join", key).await, "role"), "host");
}

#[tokio::test]
async fn only_a_host_sees_and_decides() {
    let world = World::new().await;
    let session = world.create_with(json!({ "lobby": true })).await;
    let other = world.create_with(json!({ "lobby": true })).await;
    let ticket = wait(&world, &session, "Grace", json!({})).await;
    let path = format!("waiting/stream?session_id={}", text(&session, "session_id"));
    refused(world.get(&path).await, 403, "host_proof_required", "no proof").await;
    let url = format!("{}/live/{path}", world.base);
    let wrong = world.http.get(url).bearer_auth(text(&other, "host_token")).send().await.unwrap();
    refused(wrong, 403, "host_proof_required", "another's host").await;

    let mut body = decision(&session, &ticket, true);
    body["host_key"] = other["host_key"].clone();
    world.refused("admit", body, 403, "host_proof_required").await;
    // A ticket of one session is none of another's host.
    world.refused("admit", decision(&other, &ticket, true), 404, "ticket_not_found").await;
    let host = json!({ "session_id": session["session_id"], "user_name": "Eve", "is_host": true });
    world.refused("join", host, 403, "host_proof_required").await;
}

#[tokio::test]
async fn a_hidden_observer_is_admitted_as_one() {
    let world = World::new().await;
    let session = world.create_with(json!({ "lobby": true })).await;
    let path = format!("waiting/stream?session_id={}", text(&session, "session_id"));
    let mut host = world.stream(&path, Some(text(&session, "host_key"))).await;
    let ticket = wait(&world, &session, "Inspector", json!({ "is_hidden": true })).await;
    assert_eq!(host.next().await.unwrap()["is_hidden"], true);
    world.ok("admit", decision(&session, &ticket, true)).await;
    let admitted = world.stream(&format!("tickets/{ticket}/stream"), None).await.next().await.unwrap();
    assert!(grants(&admitted).hidden && !grants(&admitted).can_publish());
}

#[tokio::test]
async fn the_end_is_told_to_who_waits() {
    let world = World::new().await;
    let session = world.create_with(json!({ "lobby": true })).await;
    let ticket = wait(&world, &session, "Grace", json!({})).await;
    let mut waiting = world.stream(&format!("tickets/{ticket}/stream"), None).await;
    assert_eq!(text(&waiting.next().await.unwrap(), "type"), "waiting");
    world.end(&session).await;
    assert_eq!(waiting.next().await.unwrap(), json!({ "type": "declined", "code": "session_ended" }));
    assert_eq!(waiting.next().await, None);
}
