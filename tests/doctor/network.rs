//! The network between does not let through.

use donfra_testbed::{LinkSettings, Network};

use crate::support::{Doctor, StandIn, World, world};

#[tokio::test]
async fn across_a_network_and_everything_right() {
    let network = Network::between();
    let world = World::at(network.far_ip(), Some(network.far()), |_, _| {}).await;
    Doctor::inside(network.near().unwrap(), &world.server.api()).run().await.is_well();
}

#[tokio::test]
async fn a_network_that_is_down() {
    let network = Network::between();
    let world = World::at(network.far_ip(), Some(network.far()), |_, _| {}).await;
    network.set(LinkSettings { down: true, ..Default::default() });
    let report = Doctor::inside(network.near().unwrap(), &world.server.api()).run().await;
    report.fails("api_answers", "api_timeout");
}

#[tokio::test]
async fn livekits_port_is_closed_by_a_firewall() {
    let network = Network::between();
    let (near, folder) = (network.near().unwrap(), tempfile::tempdir().unwrap());
    let livekit = world::livekit(folder.path(), network.far_ip(), Some(network.far())).await;
    // The service is on this side, LiveKit on the other, and the firewall between them.
    let api = StandIn::of(&livekit.url()).serve_in(near, [127, 0, 0, 1].into());
    network.set(LinkSettings { drop_tcp: true, ..Default::default() });
    let report = Doctor::inside(near, &api).run().await;
    report.fails("livekit_port", "livekit_port_filtered").says(&livekit.address().port().to_string());
}

#[tokio::test]
async fn a_proxy_of_the_system_that_is_not_there() {
    let network = Network::between();
    let world = World::at(network.far_ip(), Some(network.far()), |_, _| {}).await;
    let doctor = Doctor::inside(network.near().unwrap(), &world.server.api());
    doctor.env("http_proxy", "http://127.0.0.1:3128").run().await.fails("api_answers", "proxy_refuses");
}
