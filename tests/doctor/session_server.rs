//! The session server is not there, is something else, or refuses.

use std::net::TcpListener;

use livekit::prelude::{Room, RoomOptions};
use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::support::world::text;
use crate::support::{Doctor, StandIn, World};

#[tokio::test]
async fn everything_right() {
    let world = World::well().await;
    let report = Doctor::of(&world.server.api()).run().await;
    report.is_well().says("as is normal for /rtc/validate");
    assert_eq!(report.json["subject"]["session"], false);
}

#[tokio::test]
async fn a_given_session_is_looked_at() {
    let world = World::well().await;
    let session = world.create().await;
    let report = Doctor::of(&world.server.api()).session(text(&session, "session_id")).run().await;
    report.is_well();
    assert_eq!(report.json["subject"]["session"], true);
}

#[tokio::test]
async fn nothing_listens() {
    let port = donfra_testbed::free_port();
    let report = Doctor::of(&format!("http://127.0.0.1:{port}/api")).run().await;
    report.fails("api_answers", "api_not_running").says(&port.to_string());
}

#[tokio::test]
async fn another_program_has_the_port() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let _ = client.write_all(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n").await;
        }
    });
    Doctor::of(&format!("http://{address}/api")).run().await.fails("api_answers", "api_port_other_program");
}

#[tokio::test]
async fn a_server_that_hangs() {
    // It is never accepted from: the kernel connects, and nothing comes.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let api = format!("http://{}/api", listener.local_addr().unwrap());
    Doctor::of(&api).run().await.fails("api_answers", "api_timeout");
}

#[tokio::test]
async fn a_web_site_is_no_session_api() {
    let html = [("content-type", "text/html; charset=utf-8")];
    let api = StandIn::that_says(200, &html, "<!doctype html><title>Welcome to nginx!</title>").serve().await;
    Doctor::of(&api).run().await.fails("session_api", "not_a_session_api").says("web page");
}

#[tokio::test]
async fn another_api_is_no_session_api() {
    let json = [("content-type", "application/json")];
    let api = StandIn::that_says(404, &json, r#"{"message":"Not Found"}"#).serve().await;
    Doctor::of(&api).run().await.fails("session_api", "not_a_session_api");
}

#[tokio::test]
async fn livekit_is_no_session_api() {
    let world = World::well().await;
    let report = Doctor::of(&format!("{}/api", world.livekit.http())).run().await;
    report.fails("session_api", "not_a_session_api");
}

#[tokio::test]
async fn a_network_that_wants_a_sign_in_first() {
    let portal = [("location", "http://login.hotel.example/?from=here")];
    let api = StandIn::that_says(302, &portal, "").serve().await;
    Doctor::of(&api).run().await.fails("session_api", "captive_portal");
    let html = [("content-type", "text/html")];
    let page = r#"<html><head><meta http-equiv="refresh" content="0; url=http://10.1.0.1/login"></head></html>"#;
    let api = StandIn::that_says(200, &html, page).serve().await;
    Doctor::of(&api).run().await.fails("session_api", "captive_portal");
    let api = StandIn::that_says(511, &html, "<html>Network Authentication Required</html>").serve().await;
    Doctor::of(&api).run().await.fails("session_api", "captive_portal");
}

#[tokio::test]
async fn a_sign_in_is_needed() {
    const TOKEN: &str = "the-sign-in-of-the-team-that-nobody-has";
    let world = World::with(|config, _| config.env.push(("SESSION_AUTH_TOKEN".into(), TOKEN.into()))).await;
    let report = Doctor::of(&world.server.api()).secret(TOKEN).run().await;
    report.fails("sign_in", "sign_in_required");
}

#[tokio::test]
async fn sessions_that_are_not_there_ended_or_full() {
    let world = World::with(|config, _| config.env.push(("MAX_PARTICIPANTS".into(), "1".into()))).await;
    let doctor = |session: &str| Doctor::of(&world.server.api()).session(session);
    let nowhere = "00000000-0000-4000-8000-000000000000";
    doctor(nowhere).run().await.fails("session", "session_not_found");

    let ended = world.create().await;
    world.post("end", json!({ "session_id": ended["session_id"], "host_key": ended["host_key"] })).await;
    doctor(text(&ended, "session_id")).run().await.fails("session", "session_ended");

    let full = world.create().await;
    let (url, token) = (text(&full, "server_url"), text(&full, "host_token"));
    let (_room, _events) = Room::connect(url, token, RoomOptions::default()).await.unwrap();
    let report = doctor(text(&full, "session_id")).secret(text(&full, "host_key")).run().await;
    report.fails("session", "session_full");
}

#[tokio::test]
async fn too_many_sessions_at_once() {
    let limits = [("RATE_BURST", "1"), ("RATE_PER_SECOND", "0.001")];
    let world = World::with(|config, _| {
        config.env.extend(limits.map(|(name, value)| (name.into(), value.into())));
    })
    .await;
    world.create().await;
    Doctor::of(&world.server.api()).run().await.fails("session", "rate_limited");
}

#[tokio::test]
async fn a_service_that_fails() {
    let mut service = StandIn::of("ws://127.0.0.1:1");
    service.refuses = Some((500, json!({ "error": "pq: connection refused" })));
    Doctor::of(&service.serve().await).run().await.fails("session", "api_failed");
}

#[tokio::test]
async fn a_secret_that_is_too_short() {
    let mut service = StandIn::of("ws://127.0.0.1:1");
    let error = "could not create room: secret is too short, should be at least 32 characters for security";
    service.refuses = Some((500, json!({ "error": error })));
    Doctor::of(&service.serve().await).run().await.fails("session", "secret_too_short").says("32");
}

#[tokio::test]
async fn this_computer_hosts() {
    let report = Doctor::of_this_computer().run().await;
    report.is_well();
    let report =
        Doctor::of_this_computer().env("LIVEKIT_SERVER", "/nowhere/livekit-server").env("PATH", "").run().await;
    report.fails("api_address", "livekit_program_missing");
}
