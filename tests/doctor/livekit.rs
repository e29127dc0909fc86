//! LiveKit is not there, is something else, or knows another key.

use std::net::SocketAddr;

use donfra_testbed::{LiveKitConfig, free_port};

use crate::support::{Doctor, Proxy, Route, StandIn, World};

#[tokio::test]
async fn the_api_is_up_and_livekit_down() {
    let mut world = World::well().await;
    world.livekit.kill();
    let report = Doctor::of(&world.server.api()).run().await;
    report.fails("session", "api_livekit_unreachable").says("does not reach LiveKit");
    // A service that never asks LiveKit gives tokens all the same: what is refused is the way to LiveKit itself.
    let api = StandIn::of(&world.livekit.url()).serve().await;
    let report = Doctor::of(&api).run().await;
    report.fails("livekit_port", "livekit_not_running").says(&world.livekit.address().port().to_string());
    assert_eq!(report.check("token")["verdict"], "ok");
}

#[tokio::test]
async fn another_program_has_livekits_port() {
    let html = [("content-type", "text/html")];
    let other = StandIn::that_says(200, &html, "<html>Grafana</html>").serve().await;
    let address: SocketAddr = other["http://".len()..].trim_end_matches("/api").parse().unwrap();
    let world = World::with(|config, _| config.livekit_public_url = format!("ws://{address}")).await;
    Doctor::of(&world.server.api()).run().await.fails("livekit_port", "livekit_port_other_program");
}

#[tokio::test]
async fn the_api_has_another_key_or_secret() {
    let other = "another-secret-that-has-more-than-32-characters";
    let world = World::with(|config, _| {
        config.secret = other.into();
        config.needs_livekit = false;
    })
    .await;
    let report = Doctor::of(&world.server.api()).secret(other).run().await;
    report.fails("session", "api_livekit_refuses_key");
    // The same with a service that does not ask LiveKit: there only LiveKit can tell.
    let service = StandIn { key: "otherkey".into(), ..StandIn::of(&world.livekit.url()) };
    let report = Doctor::of(&service.serve().await).run().await;
    report.fails("livekit_token", "livekit_key_unknown");
    let service = StandIn { secret: other.into(), ..StandIn::of(&world.livekit.url()) };
    let report = Doctor::of(&service.serve().await).secret(other).run().await;
    report.fails("livekit_token", "livekit_secret_wrong");
}

#[tokio::test]
async fn livekit_has_no_such_room() {
    let world = World::well().await;
    let api = StandIn::of(&world.livekit.url()).serve().await;
    Doctor::of(&api).run().await.fails("livekit_token", "livekit_room_missing");
}

#[tokio::test]
async fn an_older_service_and_everything_right() {
    let folder = tempfile::tempdir().unwrap();
    let secret = crate::support::world::SECRET.into();
    let config = LiveKitConfig { secret, auto_create: true, ..Default::default() };
    let livekit = donfra_testbed::LiveKit::start(folder.path(), config).await;
    let api = StandIn::of(&livekit.url()).serve().await;
    Doctor::of(&api).run().await.is_well().says("without this project's additions");
}

#[tokio::test]
async fn a_relative_address_behind_a_proxy() {
    let world = World::with(|config, _| config.livekit_public_url = "/livekit".into()).await;
    let api = Route { prefix: "/api", to: world.server.address(), strip: false };
    let livekit = Route { prefix: "/livekit", to: world.livekit.address(), strip: true };
    let forgetful = Proxy { routes: vec![api.clone()], ..Default::default() }.serve().await;
    let report = Doctor::of(&format!("http://{forgetful}/api")).run().await;
    report.fails("livekit_port", "server_url_relative").says("/livekit");
    let right = Proxy { routes: vec![api, livekit], ..Default::default() }.serve().await;
    Doctor::of(&format!("http://{right}/api")).run().await.is_well();
}

#[tokio::test]
async fn a_proxy_before_a_livekit_that_is_down() {
    let dead = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let world = World::with(|config, _| config.livekit_public_url = format!("ws://{dead}")).await;
    Doctor::of(&world.server.api()).run().await.fails("livekit_port", "livekit_not_running");
}
