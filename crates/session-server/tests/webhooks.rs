//! What LiveKit tells, and what others would like to tell in its name.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{KEY, SECRET, World, config, eventually, refused, text};
use livekit_api::access_token::AccessToken;
use reqwest::Response;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |group: u32, n: u32| char::from(ALPHABET[(group >> (18 - 6 * n)) as usize & 63]);
    let encode = |chunk: &[u8]| {
        let group = (0..3).fold(0, |sum, i| sum << 8 | u32::from(*chunk.get(i).unwrap_or(&0)));
        (0..4).map(|n| if n as usize <= chunk.len() { digit(group, n) } else { '=' }).collect::<String>()
    };
    bytes.chunks(3).map(encode).collect()
}

/// Posts an event signed as LiveKit signs, for `signed`, with this secret.
async fn send(world: &World, event: &Value, signed: &str, secret: &str) -> Response {
    let hash = base64(&Sha256::digest(signed));
    let token = AccessToken::with_api_key(KEY, secret).with_sha256(&hash).to_jwt().unwrap();
    let request = world.http.post(format!("{}/livekit/webhook", world.base)).header("authorization", token);
    request.header("content-type", "application/webhook+json").body(event.to_string()).send().await.unwrap()
}

async fn is_active(world: &World, session: &Value) -> bool {
    let body = json!({ "session_id": session["session_id"], "user_name": "Grace" });
    match world.post("join", body).await.status().as_u16() {
        200 => true,
        410 => false,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_room_that_livekit_closes_ends_the_session() {
    let world = World::new().await;
    let mut events = world.stream("sessions/stream", None).await;
    let session = world.create().await;
    let id = text(&session, "session_id");
    assert_eq!(events.next().await.unwrap()["type"], "created");
    // Not through us: LiveKit tells by its webhook.
    world.livekit.rooms().delete_room(id).await.unwrap();
    assert_eq!(events.next().await.unwrap(), json!({ "type": "ended", "session_id": id }));
    assert!(!is_active(&world, &session).await);
    assert_eq!(world.sessions().await["total_count"], 0);
}

#[tokio::test]
async fn forged_and_stale_events_end_nothing() {
    let world = World::new().await;
    let session = world.create().await;
    let id = text(&session, "session_id");
    let sid = world.livekit.rooms().list_rooms(vec![id.into()]).await.unwrap()[0].sid.clone();
    let finished = json!({ "event": "room_finished", "room": { "name": id, "sid": sid } });
    let signed = finished.to_string();

    let forged = send(&world, &finished, &signed, "another-secret-which-is-long-enough-too").await;
    refused(forged, 401, "webhook_refused", "another's signature").await;
    refused(send(&world, &finished, "{}", SECRET).await, 401, "webhook_refused", "signed for another body").await;
    let url = format!("{}/livekit/webhook", world.base);
    let unsigned = world.http.post(&url).body(signed.clone()).send().await.unwrap();
    refused(unsigned, 401, "webhook_refused", "unsigned").await;
    // A person's token is signed by the same key, but for no body.
    let token = world.join(&session, "Eve").await;
    let request = world.http.post(&url).header("authorization", text(&token, "access_token")).body(signed.clone());
    refused(request.send().await.unwrap(), 401, "webhook_refused", "a viewer's token").await;
    let stale = json!({ "event": "room_finished", "room": { "name": id, "sid": "RM_before" } });
    assert_eq!(send(&world, &stale, &stale.to_string(), SECRET).await.status(), 200);
    let foreign = json!({ "event": "room_finished", "room": { "name": "not ours", "sid": "RM_x" }, "newField": 1 });
    assert_eq!(send(&world, &foreign, &foreign.to_string(), SECRET).await.status(), 200);
    assert!(is_active(&world, &session).await);

    assert_eq!(send(&world, &finished, &signed, SECRET).await.status(), 200);
    assert!(!is_active(&world, &session).await);
}

#[tokio::test]
async fn people_are_counted() {
    let world = World::new().await;
    let session = world.create().await;
    let id = text(&session, "session_id");
    let count = async || world.sessions().await["sessions"][0]["participants"].as_u64().unwrap();
    let event = |name: &str| json!({ "event": name, "room": { "name": id }, "participant": { "identity": "x" } });
    for (name, expected) in [("participant_joined", 1), ("participant_left", 0), ("participant_left", 0)] {
        let event = event(name);
        assert_eq!(send(&world, &event, &event.to_string(), SECRET).await.status(), 200);
        assert_eq!(count().await, expected, "{name}");
    }
    // LiveKit's own word corrects what the events got wrong.
    let joined = event("participant_joined");
    send(&world, &joined, &joined.to_string(), SECRET).await;
    world.handle.restore_rooms().await;
    assert_eq!(count().await, 0);
    let _host = world.livekit.connect(text(&session, "host_token")).await.unwrap();
    eventually("LiveKit counts the host", async || {
        world.handle.restore_rooms().await;
        count().await == 1
    })
    .await;
}

#[tokio::test]
async fn an_old_token_does_not_bring_the_room_back() {
    // A LiveKit that makes a room for whoever comes.
    let world = World::with_livekit(config(), true).await;
    let session = world.create().await;
    let id = text(&session, "session_id");
    let token = world.join(&session, "Grace").await;
    world.end(&session).await;
    let back = world.livekit.connect(text(&token, "access_token")).await.unwrap();
    back.disconnected().await;
    eventually("the room is gone", async || {
        world.livekit.rooms().list_rooms(vec![id.into()]).await.unwrap().is_empty()
    })
    .await;
}
