//! LiveKit's address, or the session server's, is one that does not lead there. In namespaces, where names are known only
//! as the test says.

use donfra_testbed::{Namespace, Network};

use crate::support::{Doctor, World};

/// A machine with this for LiveKit's address, on which nothing knows names, and what the doctor says there.
async fn with_public_url(url: &str) -> crate::support::Report {
    let machine = machine("127.0.0.1 localhost\n");
    let ip = [127, 0, 0, 1].into();
    let world = World::at(ip, Some(&machine), |config, _| config.livekit_public_url = url.into()).await;
    Doctor::inside(&machine, &world.server.api()).run().await
}

fn machine(hosts: &str) -> Namespace {
    let machine = Namespace::new();
    without_names(&machine, hosts);
    machine
}

fn without_names(machine: &Namespace, hosts: &str) {
    machine.set_etc("hosts", hosts);
    machine.set_etc("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
}

#[tokio::test]
async fn a_name_of_dockers() {
    with_public_url("ws://livekit:7880").await.fails("server_url", "server_url_docker_name").says("livekit:7880");
}

#[tokio::test]
async fn dockers_name_for_its_own_machine() {
    let report = with_public_url("ws://host.docker.internal:7880").await;
    report.fails("server_url", "server_url_host_docker_internal").says("host.docker.internal");
}

#[tokio::test]
async fn a_name_that_nobody_knows() {
    with_public_url("wss://livekit.example.org").await.fails("server_url", "server_url_unresolved");
}

#[tokio::test]
async fn a_session_server_that_nobody_knows() {
    let machine = machine("127.0.0.1 localhost\n");
    let report = Doctor::inside(&machine, "http://sessions.example.org/api").run().await;
    report.fails("api_address", "api_name_unresolved").says("sessions.example.org");
}

#[tokio::test]
async fn localhost_of_another_machine() {
    let network = Network::between();
    let world = World::at(network.far_ip(), Some(network.far()), |config, livekit| {
        config.livekit_public_url = format!("ws://localhost:{}", livekit.address().port());
    })
    .await;
    let report = Doctor::inside(network.near().unwrap(), &world.server.api()).run().await;
    report.fails("server_url", "server_url_loopback").says("localhost");
}

#[tokio::test]
async fn a_session_server_by_a_name_whose_ipv6_leads_nowhere() {
    let network = Network::between();
    let near = network.near().unwrap();
    // What is sent to the second address is gone on its way.
    let nobody = network.far_ip6().to_string().replace("::2", "::9");
    without_names(near, &format!("{} live.test\n{nobody} live.test\n", network.far_ip()));
    near.ip(&["-6", "route", "add", &nobody, "dev", "link0"]);
    network.far().ip(&["-6", "route", "add", "blackhole", &nobody]);
    let world = World::at(network.far_ip(), Some(network.far()), |_, _| {}).await;
    let api = format!("http://live.test:{}/api", world.server.address().port());
    Doctor::inside(near, &api).run().await.warns("api_answers", "ipv6_broken");
}
