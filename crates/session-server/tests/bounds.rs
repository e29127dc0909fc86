//! What keeps the server small and to itself: event streams, ended sessions, the names that it goes by.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::time::Duration;

use common::{World, config, eventually, refused, text};
use serde_json::json;

#[tokio::test]
async fn a_name_that_is_not_its_own_is_refused() {
    let mut config = config();
    config.allowed_hosts = Some(vec!["localhost".into(), "127.0.0.1".into(), "[::1]".into()]);
    // LiveKit's webhooks still arrive: they name the address.
    let world = World::with(config).await;
    let session = world.create().await;
    world.join(&session, "Grace").await;

    let calls = [("GET", "sessions"), ("GET", "health"), ("POST", "create"), ("OPTIONS", "create"), ("GET", "nothing")];
    for (method, call) in calls {
        for host in ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost@evil.example"] {
            let request = world.http.request(method.parse().unwrap(), format!("{}/live/{call}", world.base));
            let request = request.header("host", host).json(&json!({ "title": "T", "owner_name": "Eve" }));
            refused(request.send().await.unwrap(), 421, "host_not_allowed", &format!("{method} {call} for {host}"))
                .await;
        }
    }
    assert_eq!(world.sessions().await["total_count"], 1, "nothing was made for a stranger's page");
    for host in ["localhost", "LocalHost:1", "[::1]:8080"] {
        let request = world.http.get(format!("{}/live/sessions", world.base)).header("host", host);
        assert_eq!(request.send().await.unwrap().status(), 200, "{host}");
    }
}

#[tokio::test]
async fn a_server_without_a_list_goes_by_any_name() {
    let world = World::new().await;
    let request = world.http.get(format!("{}/live/sessions", world.base)).header("host", "live.example.com");
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn event_streams_are_bounded_and_one_that_ends_makes_room() {
    let mut config = config();
    config.max_streams = 2;
    let world = World::with(config).await;
    let (first, mut second) =
        (world.stream("sessions/stream", None).await, world.stream("sessions/stream", None).await);
    let third = world.get("sessions/stream").await;
    assert_eq!(third.headers()["retry-after"], "10");
    refused(third, 503, "too_many_streams", "a third stream").await;
    // The others go on, and so does everything that is no stream.
    let session = world.create().await;
    assert_eq!(second.next().await.unwrap()["session"]["session_id"], session["session_id"]);
    drop(first);
    eventually("the place of the closed stream is free", async || world.get("sessions/stream").await.status() == 200)
        .await;
}

#[tokio::test]
async fn a_session_that_ended_long_ago_is_unknown() {
    let mut config = config();
    config.keep_ended = Duration::from_secs(1);
    let world = World::with(config).await;
    let (lasting, ended) = (world.create().await, world.create().await);
    world.end(&ended).await;
    let join = || world.post("join", json!({ "session_id": text(&ended, "session_id"), "user_name": "Grace" }));
    eventually("the ended session is forgotten", async || join().await.status() == 404).await;
    refused(join().await, 404, "session_not_found", "forgotten").await;
    world.join(&lasting, "Grace").await;
}
