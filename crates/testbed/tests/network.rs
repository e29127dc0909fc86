//! The emulated link, measured with packets that go there and back.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use donfra_testbed::{LinkSettings, LiveKit, LiveKitConfig, Network, SessionServer, SessionServerConfig};

/// Both sides' sockets, and an echo behind the far one.
struct Echo {
    near: UdpSocket,
    far: SocketAddr,
    tcp: SocketAddr,
}

impl Echo {
    fn start(network: &Network, near: IpAddr, far: IpAddr) -> Self {
        let near = match network.near() {
            Some(namespace) => namespace.run(|| UdpSocket::bind((near, 0)).unwrap()),
            None => UdpSocket::bind((near, 0)).unwrap(),
        };
        let (udp, tcp) =
            network.far().run(|| (UdpSocket::bind((far, 0)).unwrap(), TcpListener::bind((far, 0)).unwrap()));
        let (far, tcp_address) = (udp.local_addr().unwrap(), tcp.local_addr().unwrap());
        std::thread::spawn(move || {
            let mut packet = [0; 2048];
            while let Ok((length, from)) = udp.recv_from(&mut packet) {
                let _ = udp.send_to(&packet[..length], from);
            }
        });
        std::thread::spawn(move || {
            for stream in tcp.incoming() {
                let _ = stream.and_then(|mut stream| stream.write_all(b"hello"));
            }
        });
        Self { near, far, tcp: tcp_address }
    }

    /// Sends packets of this size (bytes) and gives how many came back within a while after the last.
    fn send(&self, count: usize, size: usize, pause: Duration, wait: Duration) -> usize {
        let near = self.near.try_clone().unwrap();
        near.set_read_timeout(Some(wait)).unwrap();
        let reader = std::thread::spawn(move || {
            let mut packet = [0; 2048];
            std::iter::from_fn(|| near.recv(&mut packet).ok()).count()
        });
        for _ in 0..count {
            self.near.send_to(&vec![7; size], self.far).unwrap();
            std::thread::sleep(pause);
        }
        reader.join().unwrap()
    }

    /// How long a packet takes there and back. `None`: it is lost.
    fn round_trip(&self, limit: Duration) -> Option<Duration> {
        self.near.set_read_timeout(Some(limit)).unwrap();
        let started = Instant::now();
        self.near.send_to(b"ping", self.far).unwrap();
        self.near.recv(&mut [0; 2048]).ok().map(|_| started.elapsed())
    }

    /// Whether TCP connects and brings an answer.
    fn tcp_answers(&self, network: &Network) -> bool {
        let ask = || {
            let mut stream = TcpStream::connect_timeout(&self.tcp, Duration::from_millis(1500)).ok()?;
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let mut answer = [0; 5];
            stream.read_exact(&mut answer).ok()?;
            Some(answer == *b"hello")
        };
        network.near().map_or_else(ask, |namespace| namespace.run(ask)).unwrap_or(false)
    }
}

const SOON: Duration = Duration::from_millis(300);
const NOW: Duration = Duration::from_micros(200);

#[test]
fn packets_pass_both_families_there_and_back() {
    let network = Network::between();
    for (near, far) in [(network.near_ip(), network.far_ip()), (network.near_ip6(), network.far_ip6())] {
        let echo = Echo::start(&network, near, far);
        assert_eq!(echo.send(50, 1200, NOW, SOON), 50, "{near}");
        assert!(echo.round_trip(SOON).is_some());
        assert!(echo.tcp_answers(&network));
    }
}

#[test]
fn the_near_side_can_be_this_machine() {
    let (one, two) = (Network::here(), Network::here());
    for network in [&one, &two] {
        let echo = Echo::start(network, network.near_ip(), network.far_ip());
        assert_eq!(echo.send(20, 100, NOW, SOON), 20);
        assert!(echo.tcp_answers(network));
    }
    assert_ne!(one.far_ip(), two.far_ip());
}

#[test]
fn packets_are_lost_as_often_as_asked() {
    let network = Network::between();
    let echo = Echo::start(&network, network.near_ip(), network.far_ip());
    network.set(LinkSettings { loss: 0.2, ..Default::default() });
    // 0.8 there and 0.8 back leaves 0.64 of 2000: 1280, with a standard deviation of 21.
    let came = echo.send(2000, 100, NOW, SOON);
    assert!((1150..1410).contains(&came), "{came} of 2000");
    network.set(LinkSettings::default());
    assert_eq!(echo.send(50, 100, NOW, SOON), 50);
}

#[test]
fn packets_take_their_time() {
    let network = Network::between();
    let echo = Echo::start(&network, network.near_ip(), network.far_ip());
    network.set(LinkSettings { delay: Duration::from_millis(150), ..Default::default() });
    let took = echo.round_trip(Duration::from_secs(5)).unwrap();
    assert!(took >= Duration::from_millis(300) && took < Duration::from_millis(900), "{took:?}");
    // They do not wait for one another.
    let started = Instant::now();
    assert_eq!(echo.send(100, 100, NOW, Duration::from_secs(1)), 100);
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[test]
fn a_slow_link_queues_a_little_and_drops_the_rest() {
    let network = Network::between();
    let echo = Echo::start(&network, network.near_ip(), network.far_ip());
    network.set(LinkSettings { rate: Some(300_000), ..Default::default() });
    // 200 packets of 1028 bytes at once: ten full packets' worth is kept, the rest dropped. 400 ms for what is kept.
    let came = echo.send(200, 1000, Duration::ZERO, Duration::from_secs(1));
    assert!((10..30).contains(&came), "{came} of 200");
    let (_, dropped) = network.link().counts();
    assert!(dropped >= 170, "{dropped}");
    // At a rate that fits, all pass: 20 of 528 bytes in a second are 85 kbit/s.
    assert_eq!(echo.send(20, 500, Duration::from_millis(50), Duration::from_secs(1)), 20);
}

#[test]
fn a_cable_can_be_out() {
    let network = Network::between();
    let echo = Echo::start(&network, network.near_ip(), network.far_ip());
    network.set(LinkSettings { down: true, ..Default::default() });
    assert_eq!(echo.round_trip(SOON), None);
    assert!(!echo.tcp_answers(&network));
    network.set(LinkSettings::default());
    assert!(echo.round_trip(Duration::from_secs(5)).is_some());
}

#[test]
fn udp_alone_or_tcp_alone_can_be_blocked() {
    let network = Network::between();
    let echo = Echo::start(&network, network.near_ip(), network.far_ip());
    network.set(LinkSettings { drop_udp: true, ..Default::default() });
    assert_eq!(echo.round_trip(SOON), None);
    assert!(echo.tcp_answers(&network));
    network.set(LinkSettings { drop_tcp: true, ..Default::default() });
    assert!(echo.round_trip(Duration::from_secs(5)).is_some());
    assert!(!echo.tcp_answers(&network));
}

#[tokio::test]
async fn servers_run_on_the_far_side() {
    let network = Network::between();
    let folder = std::env::temp_dir().join(format!("donfra-testbed-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let config = LiveKitConfig { bind: network.far_ip(), namespace: Some(network.far().clone()), ..Default::default() };
    let mut livekit = LiveKit::start(&folder, config).await;
    let server = SessionServer::start(&folder, SessionServerConfig::of(&livekit)).await;
    let reachable = |address: SocketAddr| {
        network.near().unwrap().run(|| TcpStream::connect_timeout(&address, Duration::from_secs(2)).is_ok())
    };
    assert!(reachable(livekit.address()) && reachable(server.address()));
    livekit.kill();
    assert!(!reachable(livekit.address()));
    livekit.start_again().await;
    assert!(reachable(livekit.address()));
    drop((server, livekit));
    std::fs::remove_dir_all(&folder).unwrap();
}
