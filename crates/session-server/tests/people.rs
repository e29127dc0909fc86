//! Who may do what: hosts, co-hosts, the stage, the lock, being removed; and who tries to get around it.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::time::Duration;

use common::{Peer, World, claims, config, eventually, refused, text};
use livekit_api::services::room::{CreateRoomOptions, RoomClient};
use reqwest::StatusCode;
use serde_json::{Value, json};

fn body(session: &Value, more: Value) -> Value {
    let mut body = json!({ "session_id": session["session_id"], "host_key": session["host_key"] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn peer(world: &World, token: &str) -> Peer {
    Peer::join(&world.livekit.ws(), token)
}

fn identity(joined: &Value) -> String {
    claims(text(joined, "access_token")).sub
}

async fn metadata(world: &World, session: &Value) -> Value {
    let rooms = world.livekit.rooms().list_rooms(vec![text(session, "session_id").to_owned()]).await.unwrap();
    serde_json::from_str(&rooms[0].metadata).unwrap()
}

async fn publishes(rooms: &RoomClient, session: &Value, who: &str) -> bool {
    rooms.get_participant(text(session, "session_id"), who).await.unwrap().permission.unwrap().can_publish
}

/// A call that proves itself by this token alone.
async fn by_token(world: &World, call: &str, session: &Value, token: &str, more: Value) -> reqwest::Response {
    let mut body = body(session, more);
    body.as_object_mut().unwrap().remove("host_key");
    world.http.post(format!("{}/live/{call}", world.base)).bearer_auth(token).json(&body).send().await.unwrap()
}

/// LiveKit's RoomService, with a token as it is.
async fn twirp(world: &World, method: &str, token: &str, body: Value) -> StatusCode {
    let url = format!("{}/twirp/livekit.RoomService/{method}", world.livekit.http());
    world.http.post(url).bearer_auth(token).json(&body).send().await.unwrap().status()
}

#[tokio::test]
async fn a_locked_session_takes_nobody_new() {
    let world = World::new().await;
    let session = world.create().await;
    let inside = world.join(&session, "Grace").await;
    let id = &session["session_id"];
    world.ok("lock", body(&session, json!({ "locked": true }))).await;
    assert_eq!(metadata(&world, &session).await["locked"], true);
    let newcomer = json!({ "session_id": id, "user_name": "Eve" });
    world.refused("join", newcomer.clone(), 423, "session_locked").await;
    // Who was in comes back, and so does the host.
    let back = json!({ "session_id": id, "user_name": "Grace", "previous_token": inside["access_token"] });
    assert_eq!(identity(&world.ok("join", back).await), identity(&inside));
    world.ok("join", body(&session, json!({ "user_name": "Ada", "is_host": true }))).await;
    // A viewer does not open it.
    let token = text(&inside, "access_token");
    let refusal = by_token(&world, "lock", &session, token, json!({ "locked": false })).await;
    refused(refusal, 403, "host_proof_required", "a viewer unlocks").await;
    world.ok("lock", body(&session, json!({ "locked": false }))).await;
    world.ok("join", newcomer).await;
}

#[tokio::test]
async fn who_is_removed_stays_out() {
    let world = World::new().await;
    let session = world.create().await;
    let id = &session["session_id"];
    let client = "0123456789abcdef0123456789abcdef";
    let mallory = json!({ "session_id": id, "user_name": "Mallory", "client_id": client });
    let joined = world.ok("join", mallory.clone()).await;
    let (who, token) = (identity(&joined), text(&joined, "access_token"));
    let there = world.livekit.connect(token).await.unwrap();
    world.ok("remove", body(&session, json!({ "identity": who }))).await;
    there.disconnected().await;
    // With the token of then: neither a new one nor for long in the room.
    let again = json!({ "session_id": id, "user_name": "Mallory", "previous_token": token });
    world.refused("join", again, 403, "removed").await;
    world.refused("join", mallory, 403, "removed").await;
    if let Ok(there) = world.livekit.connect(token).await {
        there.disconnected().await;
    }
    // Somebody else is let in, and a name is nobody's.
    world.join(&session, "Mallory").await;
    world.refused("remove", body(&session, json!({ "identity": "nobody" })), 404, "participant_not_found").await;
}

#[tokio::test]
async fn the_stage_is_for_whom_a_host_lets_on_it() {
    let world = World::new().await;
    let session = world.create_with(json!({ "mode": "audience" })).await;
    let viewer = world.join(&session, "Grace").await;
    assert_eq!(viewer["can_publish"], false);
    let who = identity(&viewer);
    let _there = world.livekit.connect(text(&viewer, "access_token")).await.unwrap();
    let rooms = world.livekit.rooms();
    assert!(!publishes(&rooms, &session, &who).await);
    world.ok("stage", body(&session, json!({ "identity": who, "on": true }))).await;
    assert!(publishes(&rooms, &session, &who).await);
    // Coming back, they are on it still.
    let again =
        json!({ "session_id": session["session_id"], "user_name": "Grace", "previous_token": viewer["access_token"] });
    let on_stage = world.ok("join", again).await;
    assert_eq!(on_stage["can_publish"], true);
    world.ok("stage", body(&session, json!({ "identity": who, "on": false }))).await;
    assert!(!publishes(&rooms, &session, &who).await);
    // The token of the time on the stage does not bring them back onto it.
    let _later = world.livekit.connect(text(&on_stage, "access_token")).await.unwrap();
    eventually("an old token does not publish", async || !publishes(&rooms, &session, &who).await).await;
    // Nobody lets themselves on.
    let refusal = by_token(&world, "stage", &session, text(&viewer, "access_token"), json!({ "identity": who })).await;
    refused(refusal, 403, "host_proof_required", "a viewer goes on stage").await;
}

#[tokio::test]
async fn a_co_host_moderates_and_a_viewer_does_not() {
    let world = World::new().await;
    let session = world.create_with(json!({ "mode": "audience" })).await;
    let room = text(&session, "session_id");
    let _host = world.livekit.connect(text(&session, "host_token")).await.unwrap();
    let (grace, eve) = (world.join(&session, "Grace").await, world.join(&session, "Eve").await);
    let (co, viewer) = (text(&grace, "access_token"), text(&eve, "access_token"));
    let _grace = world.livekit.connect(co).await.unwrap();
    let _eve = world.livekit.connect(viewer).await.unwrap();
    assert_eq!(metadata(&world, &session).await["hosts"], json!([claims(text(&session, "host_token")).sub]));

    let refusal = by_token(&world, "moderator", &session, co, json!({})).await;
    refused(refusal, 403, "host_proof_required", "not yet a co-host").await;
    world.ok("cohost", body(&session, json!({ "identity": identity(&grace), "on": true }))).await;
    assert_eq!(metadata(&world, &session).await["co_hosts"], json!([identity(&grace)]));
    assert!(publishes(&world.livekit.rooms(), &session, &identity(&grace)).await, "a co-host is on the stage");
    let given: Value = by_token(&world, "moderator", &session, co, json!({})).await.json().await.unwrap();
    let admin = text(&given, "admin_token");
    assert!(world.livekit.connect(admin).await.is_err(), "it lets nobody into the room");
    let rename = json!({ "room": room, "identity": identity(&eve), "name": "Eve of the back row" });
    assert_eq!(twirp(&world, "UpdateParticipant", admin, rename.clone()).await, 200);
    assert_eq!(by_token(&world, "lock", &session, co, json!({ "locked": true })).await.status(), 200);

    // What a viewer's own token is refused, by LiveKit and by this server.
    let me = json!({ "room": room, "identity": identity(&eve) });
    for method in ["ListParticipants", "RemoveParticipant", "UpdateParticipant", "DeleteRoom", "UpdateRoomMetadata"] {
        assert!(twirp(&world, method, viewer, me.clone()).await.is_client_error(), "{method}");
    }
    for call in ["lock", "remove", "stage", "cohost", "moderator", "end"] {
        let more = json!({ "identity": identity(&eve), "locked": false, "on": true });
        refused(by_token(&world, call, &session, viewer, more).await, 403, "host_proof_required", call).await;
    }

    world.ok("cohost", body(&session, json!({ "identity": identity(&grace), "on": false }))).await;
    let refusal = by_token(&world, "moderator", &session, co, json!({})).await;
    refused(refusal, 403, "host_proof_required", "a co-host no more").await;
    assert!(!publishes(&world.livekit.rooms(), &session, &identity(&grace)).await, "nor on the stage");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_co_host_follows_the_last_host() {
    let world = World::new().await;
    let session = world.create().await;
    let host = peer(&world, text(&session, "host_token"));
    let (first, second) = (world.join(&session, "Grace").await, world.join(&session, "Alan").await);
    let _first = peer(&world, text(&first, "access_token"));
    let _second = peer(&world, text(&second, "access_token"));
    for co_host in [&second, &first] {
        world.ok("cohost", body(&session, json!({ "identity": identity(co_host), "on": true }))).await;
    }
    let gone = claims(text(&session, "host_token")).sub;
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(host);
    let hosts = json!([gone, identity(&second)]);
    eventually("the first to be made co-host is host", async || metadata(&world, &session).await["hosts"] == hosts)
        .await;
    // With all that goes with it.
    let second = text(&second, "access_token");
    assert_eq!(by_token(&world, "lock", &session, second, json!({ "locked": true })).await.status(), 200);
    let more = json!({ "identity": identity(&first), "on": false });
    assert_eq!(by_token(&world, "cohost", &session, second, more).await.status(), 200);
    assert_eq!(by_token(&world, "end", &session, second, json!({})).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_co_host_the_creators_rule_applies() {
    for rule in ["keep", "promote", "end"] {
        let mut quick = config();
        quick.host_grace = Duration::from_millis(300);
        let world = World::with(quick).await;
        let session = world.create_with(json!({ "when_host_leaves": rule })).await;
        let host = peer(&world, text(&session, "host_token"));
        let viewer = world.join(&session, "Grace").await;
        let _there = peer(&world, text(&viewer, "access_token"));
        let gone = claims(text(&session, "host_token")).sub;
        // A host who is gone before anybody looked has not been there.
        tokio::time::sleep(Duration::from_secs(1)).await;
        drop(host);
        match rule {
            "promote" => {
                let hosts = json!([gone, identity(&viewer)]);
                eventually("they are host", async || metadata(&world, &session).await["hosts"] == hosts).await;
            }
            "end" => {
                let listed = async || world.sessions().await["total_count"] == 1;
                eventually("the session ends", async || !listed().await).await;
            }
            _ => {
                // Twice as long as it takes to look.
                tokio::time::sleep(Duration::from_secs(10)).await;
                assert_eq!(metadata(&world, &session).await["hosts"], json!([gone]));
            }
        }
    }
    let world = World::new().await;
    let odd = json!({ "title": "x", "owner_name": "y", "when_host_leaves": "panic" });
    world.refused("create", odd, 400, "invalid_when_host_leaves").await;
}

#[tokio::test]
async fn roles_outlive_the_servers() {
    let folder = tempfile::tempdir().unwrap();
    let mut kept = config();
    kept.database = donfra_session_server::Database::File(folder.path().join("sessions.db"));
    let (session, grace) = {
        let mut world = World::with(kept.clone()).await;
        let session = world.create().await;
        let grace = world.join(&session, "Grace").await;
        let _there = world.livekit.connect(text(&grace, "access_token")).await.unwrap();
        world.ok("cohost", body(&session, json!({ "identity": identity(&grace), "on": true }))).await;
        world.ok("lock", body(&session, json!({ "locked": true }))).await;
        world.stop().await;
        (session, grace)
    };
    let world = World::with(kept).await;
    world
        .refused("join", json!({ "session_id": session["session_id"], "user_name": "Eve" }), 423, "session_locked")
        .await;
    assert_eq!(by_token(&world, "moderator", &session, text(&grace, "access_token"), json!({})).await.status(), 200);
    // The new LiveKit has the room with who is what in it.
    let room = text(&session, "session_id").to_owned();
    world.handle.restore_rooms().await;
    let rooms = world.livekit.rooms();
    assert_eq!(metadata(&world, &session).await["co_hosts"], json!([identity(&grace)]));
    let _ = rooms.create_room(&room, CreateRoomOptions::default()).await.unwrap();
}
