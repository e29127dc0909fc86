//! Sessions from creation to end, with a real LiveKit server.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::{World, claims, config, eventually, grants, text};
use donfra_session_server::{Database, LiveKitUrls};
use livekit_api::access_token::{AccessToken, VideoGrants};
use serde_json::json;

#[tokio::test]
async fn create_join_list_end() {
    let world = World::new().await;
    let mut events = world.stream("sessions/stream", None).await;

    let session = world.create().await;
    let id = text(&session, "session_id");
    assert!(uuid_like(id), "{id}");
    assert_eq!(text(&session, "server_url"), world.livekit.ws());
    assert!(text(&session, "host_key").len() >= 32);
    assert!(text(&session, "created_at").contains('T'));
    assert!(!text(&session, "message").is_empty());

    let created = events.next().await.unwrap();
    assert_eq!(created["type"], "created");
    assert_eq!(created["session"]["session_id"], id);
    assert_eq!(created["session"]["created_at"], session["created_at"]);

    let host = claims(text(&session, "host_token"));
    assert_eq!((host.iss.as_str(), host.name.as_str(), host.video.room.as_str()), (common::KEY, "Ada", id));
    assert!(host.video.room_admin && host.video.room_join && host.video.can_publish());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as usize;
    assert!((now + 500..=now + 700).contains(&host.exp), "10 minutes: {}", host.exp - now);

    let joined = world.join(&session, "Grace").await;
    assert_eq!((text(&joined, "role"), text(&joined, "session_id")), ("viewer", id));
    assert_eq!((&joined["can_publish"], &joined["can_subscribe"]), (&json!(true), &json!(true)));
    let grant = grants(&joined);
    assert!(!grant.room_admin && !grant.hidden && grant.room_join && grant.can_subscribe() && grant.can_publish());
    assert!(grant.can_publish_data() && grant.can_update_own_metadata());
    assert_eq!(grant.room, id);

    let list = world.sessions().await;
    assert_eq!(list["total_count"], 1);
    let listed = &list["sessions"][0];
    assert_eq!((text(listed, "session_id"), text(listed, "status")), (id, "active"));
    assert_eq!((text(listed, "title"), text(listed, "owner_name")), ("Algebra", "Ada"));
    assert_eq!((&listed["created_at"], &listed["participants"]), (&session["created_at"], &json!(0)));

    let ended = world.end(&session).await;
    assert_eq!(text(&ended, "session_id"), id);
    assert!(text(&ended, "ended_at").contains('T'));
    assert_eq!(events.next().await.unwrap(), json!({ "type": "ended", "session_id": id }));
    assert_eq!(world.sessions().await, json!({ "total_count": 0, "sessions": [] }));
}

#[tokio::test]
async fn tokens_open_the_room_until_the_end() {
    let world = World::new().await;
    let session = world.create().await;
    let id = text(&session, "session_id");
    let token = world.join(&session, "Grace").await;
    let token = text(&token, "access_token");

    assert_eq!(world.livekit.validate(token).await, 200);
    let host = world.livekit.connect(text(&session, "host_token")).await.unwrap();
    let viewer = world.livekit.connect(token).await.unwrap();

    // A token that somebody else has signed, and ours with a letter changed, open nothing.
    let forged = AccessToken::with_api_key(common::KEY, "another-secret-which-is-long-enough-too")
        .with_identity("mallory")
        .with_grants(VideoGrants { room: id.into(), room_join: true, ..Default::default() })
        .to_jwt()
        .unwrap();
    assert_eq!(world.livekit.validate(&forged).await, 401);
    assert!(world.livekit.connect(&forged).await.is_err());
    let broken = token.replacen('.', ".x", 1);
    assert_eq!(world.livekit.validate(&broken).await, 401);

    world.end(&session).await;
    host.disconnected().await;
    viewer.disconnected().await;
    assert!(world.livekit.rooms().list_rooms(vec![id.into()]).await.unwrap().is_empty());
    // The room is gone, and LiveKit makes none for whoever comes.
    assert!(world.livekit.connect(token).await.is_err());
    let body = json!({ "session_id": id, "user_name": "Grace" });
    world.refused("join", body.clone(), 410, "session_ended").await;
    let body = json!({ "session_id": id, "user_name": "Ada", "is_host": true, "host_key": session["host_key"] });
    world.refused("join", body, 410, "session_ended").await;
    let body = json!({ "session_id": id, "host_key": session["host_key"] });
    world.refused("end", body, 410, "session_ended").await;
}

#[tokio::test]
async fn two_people_of_one_name_both_stay() {
    let world = World::new().await;
    let session = world.create().await;
    let (one, two) = (world.join(&session, "Alex").await, world.join(&session, "Alex").await);
    let (one, two) = (text(&one, "access_token"), text(&two, "access_token"));
    let (first, second) = (claims(one), claims(two));
    assert_eq!((first.name.as_str(), second.name.as_str()), ("Alex", "Alex"));
    assert_ne!(first.sub, second.sub);

    let _one = world.livekit.connect(one).await.unwrap();
    let _two = world.livekit.connect(two).await.unwrap();
    let people = world.livekit.rooms().list_participants(text(&session, "session_id")).await.unwrap();
    assert_eq!(people.len(), 2);
}

#[tokio::test]
async fn a_host_is_who_proves_it() {
    let world = World::new().await;
    let (session, other) = (world.create().await, world.create().await);
    let host = |key: &serde_json::Value| json!({ "session_id": session["session_id"], "user_name": "Eve", "is_host": true, "host_key": key });

    let joined = world.ok("join", host(&session["host_key"])).await;
    assert_eq!(text(&joined, "role"), "host");
    assert!(grants(&joined).room_admin);
    for key in [json!(null), json!(""), json!("guess"), other["host_key"].clone(), session["session_id"].clone()] {
        world.refused("join", host(&key), 403, "host_proof_required").await;
    }

    // Host tokens as bearer: this session's, another's, a viewer's, a forged one.
    let viewer = world.join(&session, "Eve").await;
    let forged = AccessToken::with_api_key(common::KEY, "another-secret-which-is-long-enough-too")
        .with_identity("eve")
        .with_grants(VideoGrants {
            room: text(&session, "session_id").into(),
            room_join: true,
            room_admin: true,
            ..Default::default()
        })
        .to_jwt()
        .unwrap();
    let cases = [
        (text(&session, "host_token"), 200),
        (text(&session, "host_key"), 200),
        (text(&other, "host_token"), 403),
        (text(&viewer, "access_token"), 403),
        (forged.as_str(), 403),
    ];
    for (bearer, status) in cases {
        let request = world.http.post(format!("{}/live/join", world.base)).bearer_auth(bearer);
        let response = request.json(&host(&json!(null))).send().await.unwrap();
        assert_eq!(response.status(), status, "{bearer}");
    }

    // To end takes the same.
    let id = &session["session_id"];
    world.refused("end", json!({ "session_id": id }), 403, "host_proof_required").await;
    world.refused("end", json!({ "session_id": id, "host_key": other["host_key"] }), 403, "host_proof_required").await;
    let request = world.http.post(format!("{}/live/end", world.base)).bearer_auth(text(&session, "host_token"));
    assert_eq!(request.json(&json!({ "session_id": id })).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn modes_and_hidden_observers() {
    let world = World::new().await;
    let session = world.create_with(json!({ "mode": "audience" })).await;
    let viewer = world.join(&session, "Grace").await;
    assert_eq!(viewer["can_publish"], false);
    let grant = grants(&viewer);
    assert_eq!((grant.can_publish, grant.can_subscribe, grant.can_publish_data), (Some(false), Some(true), Some(true)));
    let host = json!({ "session_id": session["session_id"], "user_name": "Ada", "is_host": true, "host_key": session["host_key"] });
    let host = world.ok("join", host).await;
    assert_eq!(host["can_publish"], true);
    assert!(grants(&host).can_publish());

    let mut hidden = json!({ "session_id": session["session_id"], "user_name": "Obs", "is_hidden": true });
    world.refused("join", hidden.clone(), 403, "host_proof_required").await;
    hidden["host_key"] = session["host_key"].clone();
    let hidden = world.ok("join", hidden).await;
    let grant = grants(&hidden);
    assert!(grant.hidden && !grant.room_admin && grant.can_subscribe());
    assert!(!grant.can_publish() && !grant.can_publish_data());
    assert_eq!((text(&hidden, "role"), &hidden["can_publish"]), ("viewer", &json!(false)));

    // LiveKit shows the host who watches openly, and not who is hidden.
    let _hidden = world.livekit.connect(text(&hidden, "access_token")).await.unwrap();
    let _viewer = world.livekit.connect(text(&viewer, "access_token")).await.unwrap();
    let people = world.livekit.rooms().list_participants(text(&session, "session_id")).await.unwrap();
    let seen: Vec<_> = people.iter().map(|p| (p.name.as_str(), p.permission.as_ref().unwrap().hidden)).collect();
    assert!(seen.contains(&("Grace", false)) && seen.contains(&("Obs", true)), "{seen:?}");
}

#[tokio::test]
async fn an_unlisted_session_is_joined_but_not_shown() {
    let world = World::new().await;
    let mut events = world.stream("sessions/stream", None).await;
    let unlisted = world.create_with(json!({ "listed": false })).await;
    let listed = world.create().await;
    world.join(&unlisted, "Grace").await;
    assert_eq!(world.sessions().await["total_count"], 1);
    world.end(&unlisted).await;
    world.end(&listed).await;
    for kind in ["created", "ended"] {
        let event = events.next().await.unwrap();
        assert_eq!(event["type"], kind);
        assert!(event.to_string().contains(text(&listed, "session_id")), "{event}");
    }
}

#[tokio::test]
async fn a_full_session_is_said_to_be_full() {
    let mut config = config();
    config.max_participants = 2;
    let world = World::with(config).await;
    let session = world.create().await;
    let _one = world.livekit.connect(text(&session, "host_token")).await.unwrap();
    let token = world.join(&session, "Grace").await;
    let two = world.livekit.connect(text(&token, "access_token")).await.unwrap();
    let late = json!({ "session_id": session["session_id"], "user_name": "Late" });
    world.refused("join", late.clone(), 409, "session_full").await;
    drop(two);
    eventually("a place is free again", async || world.post("join", late.clone()).await.status() == 200).await;
}

#[tokio::test]
async fn livekit_down_and_back() {
    let mut world = World::new().await;
    let session = world.create().await;
    let id = text(&session, "session_id").to_owned();
    world.livekit.kill();
    let new = json!({ "title": "Algebra", "owner_name": "Ada" });
    world.refused("create", new, 503, "livekit_unreachable").await;
    let join = json!({ "session_id": id, "user_name": "Grace" });
    eventually("a join says so", async || world.post("join", join.clone()).await.status() == 503).await;
    world.refused("join", join, 503, "livekit_unreachable").await;
    let end = json!({ "session_id": id, "host_key": session["host_key"] });
    world.refused("end", end, 503, "livekit_unreachable").await;
    let health: serde_json::Value = world.get("health").await.json().await.unwrap();
    assert_eq!((&health["status"], &health["livekit"]["reachable"]), (&json!("degraded"), &json!(false)));

    // It comes back with no memory of the room: the session goes on in a new one.
    world.livekit = common::LiveKit::start(Some(world.livekit.port), None, false).await;
    assert!(world.handle.restore_rooms().await);
    assert_eq!(world.livekit.rooms().list_rooms(vec![id]).await.unwrap().len(), 1);
    let joined = world.join(&session, "Grace").await;
    world.livekit.connect(text(&joined, "access_token")).await.unwrap();
    let health: serde_json::Value = world.get("health").await.json().await.unwrap();
    assert_eq!((&health["status"], &health["livekit"]["reachable"]), (&json!("ok"), &json!(true)));
    assert_eq!(health["livekit"]["key_accepted"], true);
    assert!(health["livekit"]["latency_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(health["livekit"]["url"], world.livekit.ws());
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    world.end(&session).await;
}

#[tokio::test]
async fn a_refused_key_is_told_from_an_absent_livekit() {
    let health = async |world: &World| world.get("health").await.json::<serde_json::Value>().await.unwrap();
    let new = json!({ "title": "Algebra", "owner_name": "Ada" });
    for (key, secret) in [("other", common::SECRET), (common::KEY, "another-secret-with-more-than-32-characters")] {
        let mut config = config();
        (config.api_key, config.api_secret) = (key.into(), secret.into());
        let world = World::with(config).await;
        world.refused("create", new.clone(), 503, "livekit_refused").await;
        let health = health(&world).await;
        let livekit = &health["livekit"];
        assert_eq!(
            (&health["status"], &livekit["reachable"], &livekit["key_accepted"]),
            (&json!("degraded"), &json!(true), &json!(false))
        );
        assert!(!health.to_string().contains(secret) && !health.to_string().contains(key), "{health}");
    }
    // Another program at LiveKit's address: here the session server itself.
    let world = World::new().await;
    let itself = world.base.trim_end_matches("/api").replacen("http", "ws", 1);
    world.handle.set_livekit(LiveKitUrls::same(itself)).unwrap();
    world.refused("create", new, 503, "livekit_unreachable").await;
    let health = health(&world).await;
    assert_eq!((&health["livekit"]["reachable"], &health["livekit"]["key_accepted"]), (&json!(false), &json!(null)));
}

#[tokio::test]
async fn sessions_outlive_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config();
    config.database = Database::File(folder.path().join("sessions.db"));
    let mut world = World::with(config.clone()).await;
    let (session, ended) = (world.create().await, world.create().await);
    world.end(&ended).await;
    let mut events = world.stream("sessions/stream", None).await;
    world.stop().await;
    assert_eq!(events.next().await, None, "the stream ends with the server");

    let world = World::with(config).await;
    let list = world.sessions().await;
    assert_eq!((&list["total_count"], &list["sessions"][0]["created_at"]), (&json!(1), &session["created_at"]));
    // Another LiveKit, which has never heard of it.
    let joined = world.join(&session, "Grace").await;
    world.livekit.connect(text(&joined, "access_token")).await.unwrap();
    let body = json!({ "session_id": ended["session_id"], "user_name": "Grace" });
    world.refused("join", body, 410, "session_ended").await;
    world.end(&session).await;
}

#[tokio::test]
async fn an_abandoned_session_ends_without_webhooks() {
    let mut config = config();
    config.empty_timeout = Duration::from_secs(2);
    let mut world = World::with(config).await;
    world.livekit = common::LiveKit::start(None, None, false).await;
    world.handle.set_livekit(donfra_session_server::LiveKitUrls::same(world.livekit.ws())).unwrap();
    let session = world.create().await;
    // As LiveKit does when its time is up.
    world.livekit.rooms().delete_room(text(&session, "session_id")).await.unwrap();
    assert!(world.handle.restore_rooms().await);
    let body = json!({ "session_id": session["session_id"], "user_name": "Grace" });
    world.refused("join", body, 410, "session_ended").await;
}

fn uuid_like(text: &str) -> bool {
    text.len() == 36 && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}
