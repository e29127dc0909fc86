//! Signalling works, and the media has no way, another way or a bad one. Everything here is between two namespaces.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::Duration;

use donfra_testbed::{
    LinkSettings, LiveKit, LiveKitConfig, Network, SessionServer, SessionServerConfig, Turn, free_udp_port,
};

use crate::support::{Doctor, Proxy, Report, Route, StandIn, world::SECRET};

/// Servers on the far side, and the doctor on the near side.
struct Scene {
    network: Network,
    livekit: LiveKit,
    server: SessionServer,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new(livekit: impl FnOnce(&mut LiveKitConfig)) -> Self {
        Self::with(livekit, |_| {}).await
    }

    async fn with(livekit: impl FnOnce(&mut LiveKitConfig), server: impl FnOnce(&mut SessionServerConfig)) -> Self {
        let (network, folder) = (Network::between(), tempfile::tempdir().unwrap());
        let namespace = Some(network.far().clone());
        let mut config =
            LiveKitConfig { secret: SECRET.into(), bind: network.far_ip(), namespace, ..Default::default() };
        // Over IPv4 alone: what is blocked below is blocked there.
        config.extra_rtc = ", ips: { excludes: [\"fd00::/8\"] }".into();
        livekit(&mut config);
        let livekit = LiveKit::start(folder.path(), config).await;
        let mut config = SessionServerConfig::of(&livekit);
        server(&mut config);
        let server = SessionServer::start(folder.path(), config).await;
        Self { network, livekit, server, _folder: folder }
    }

    /// A firewall on the far side lets nothing of this port out. What stays on that side passes.
    fn block(&self, protocol: &str, port: u16) {
        self.network.far().ip(&["rule", "add", "ipproto", protocol, "sport", &port.to_string(), "blackhole"]);
    }

    fn block_media(&self) {
        self.block("udp", self.livekit.udp_port());
        self.block("tcp", self.livekit.tcp_port());
    }

    async fn doctor(&self) -> Report {
        Doctor::inside(self.network.near().unwrap(), &self.server.api()).run().await
    }
}

#[tokio::test]
async fn everything_right_goes_by_udp() {
    let scene = Scene::new(|_| {}).await;
    let report = scene.doctor().await;
    report.is_well().says("Connected by UDP").says("came back by UDP");
    // The own address is masked.
    assert!(!report.json.to_string().contains(&scene.network.near_ip().to_string()), "{:#}", report.json);
}

#[tokio::test]
async fn udp_is_blocked() {
    let scene = Scene::new(|_| {}).await;
    scene.network.set(LinkSettings { drop_udp: true, ..Default::default() });
    scene.doctor().await.warns("ice", "udp_blocked").says("by TCP");
}

#[tokio::test]
async fn udp_and_tcp_are_blocked() {
    let scene = Scene::new(|_| {}).await;
    scene.block_media();
    scene.doctor().await.fails("ice", "media_blocked").says(&scene.livekit.udp_port().to_string());
}

#[tokio::test]
async fn only_the_web_gets_out_and_there_is_no_turn_server() {
    let scene = Scene::with(
        |_| {},
        |server| {
            let ip = server.listen.ip();
            server.livekit_public_url = format!("ws://{ip}:80");
        },
    )
    .await;
    let web = scene.network.far().run(|| TcpListener::bind((scene.network.far_ip(), 80)).unwrap());
    let livekit = scene.livekit.address();
    let here = scene.network.far().clone();
    std::thread::spawn(move || {
        here.enter();
        forward(&web, livekit);
    });
    scene.network.set(LinkSettings { drop_udp: true, ..Default::default() });
    scene.block("tcp", scene.livekit.tcp_port());
    scene.doctor().await.fails("ice", "turn_needed").says("no TURN server");
}

/// Passes connections on, until the test's process ends.
fn forward(listener: &TcpListener, to: SocketAddr) {
    for near in listener.incoming().flatten() {
        let Ok(far) = std::net::TcpStream::connect(to) else { continue };
        for (mut from, mut to) in [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near)] {
            std::thread::spawn(move || {
                let _ = std::io::copy(&mut from, &mut to);
                let _ = to.shutdown(std::net::Shutdown::Both);
            });
        }
    }
}

#[tokio::test]
async fn a_turn_server_is_the_way_round() {
    let port = free_udp_port();
    let scene = Scene::new(|livekit| {
        let domain = livekit.bind.to_string();
        livekit.turn = Some(Turn { udp_port: Some(port), tls: None, domain });
    })
    .await;
    scene.block_media();
    scene.doctor().await.is_well().says("through a TURN server");
}

#[tokio::test]
async fn livekit_names_an_address_inside_docker() {
    let scene = Scene::new(|livekit| livekit.node_ip = Some(IpAddr::from([172, 17, 0, 2]))).await;
    // A container's own packets would find the near side here, as they do not where people are behind a router.
    scene.block("udp", scene.livekit.udp_port());
    let report = scene.doctor().await;
    report.fails("ice", "ice_address_inside_docker").says("172.17.0.2").says("node_ip");
}

#[tokio::test]
async fn livekit_names_an_address_that_is_not_its_own() {
    let scene = Scene::new(|livekit| livekit.node_ip = Some(IpAddr::from([203, 0, 113, 9]))).await;
    scene.block("udp", scene.livekit.udp_port());
    scene.doctor().await.fails("ice", "ice_address_unreachable").says("203.0.113.9");
}

#[tokio::test]
async fn much_is_lost() {
    let scene = Scene::new(|_| {}).await;
    scene.network.set(LinkSettings { loss: 0.12, ..Default::default() });
    scene.doctor().await.warns("media", "media_lossy").says("% lost");
}

#[tokio::test]
async fn the_way_is_long() {
    let scene = Scene::new(|_| {}).await;
    scene.network.set(LinkSettings { delay: Duration::from_millis(250), ..Default::default() });
    scene.doctor().await.warns("media", "media_slow").says("round trip");
}

#[tokio::test]
async fn a_proxy_eats_the_websocket() {
    let folder = tempfile::tempdir().unwrap();
    let config = LiveKitConfig { secret: SECRET.into(), auto_create: true, ..Default::default() };
    let livekit = LiveKit::start(folder.path(), config).await;
    let routes = vec![Route::all(livekit.address())];
    let proxy = Proxy { routes, eats_websockets: true, ..Default::default() }.serve().await;
    let api = StandIn::of(&format!("ws://{proxy}")).serve().await;
    Doctor::of(&api).run().await.fails("websocket", "websocket_eaten").says("101");
}
