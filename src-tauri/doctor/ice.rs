//! Whether WebRTC connects, by which way, and if not, whose fault it is: a firewall's, or the address that LiveKit names.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::future::join_all;
use livekit::prelude::{Room as Connection, RoomEvent, RoomOptions};
use secrecy::{ExposeSecret, SecretString};
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::mpsc::UnboundedReceiver;
use url::Url;

use super::cause::Cause;
use super::check::Finding;
use super::context::Room;
use super::signal::Offered;
use crate::session::sdk;
use crate::session::statistics::connection;
use crate::session::statistics::types::{Candidate, ConnectionPoint, Path, Protocol};

/// How long the SDK may take to connect. TCP and TURN come late where UDP is lost in silence.
const CONNECT: Duration = Duration::from_secs(14);

/// How long UDP may take to win over TCP.
const SETTLE: Duration = Duration::from_secs(2);

/// How long one probe may take.
const PROBE: Duration = Duration::from_secs(3);

/// A connection to the room. The SDK leaves when the last handle is dropped.
pub struct Connected {
    /// The room.
    pub room: Connection,
    /// Its events.
    pub events: UnboundedReceiver<RoomEvent>,
}

impl Connected {
    /// Connects, or not in time.
    pub async fn to(livekit: &Url, token: &SecretString) -> Option<Self> {
        let mut options = RoomOptions::default();
        options.join_retries = 0;
        let connect = Connection::connect(livekit.as_str(), token.expose_secret(), options);
        match tokio::time::timeout(CONNECT, connect).await {
            Ok(Ok((room, events))) => Some(Self { room, events }),
            // The error may quote the token.
            Ok(Err(_)) | Err(_) => None,
        }
    }

    /// The way in use, once there is one; UDP if it wins within some time.
    pub async fn path(&self) -> Option<(Path, ConnectionPoint)> {
        let mut found = None;
        let _ = tokio::time::timeout(SETTLE, async {
            loop {
                if let Ok(stats) = self.room.get_stats().await {
                    let point = connection(&stats);
                    if let Some(path) = point.receiving.or(point.sending) {
                        found = Some((path, point));
                        if path.protocol == Protocol::Udp && found_trip(&found) {
                            return;
                        }
                    }
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        })
        .await;
        found
    }
}

fn found_trip(found: &Option<(Path, ConnectionPoint)>) -> bool {
    found.as_ref().is_some_and(|(_, point)| point.round_trip_ms.is_some())
}

/// Connects with the SDK, and looks at what LiveKit named if that does not work.
pub async fn check(room: &mut Room) -> Finding {
    if sdk::check().await.is_err() {
        return Finding::failed(Cause::SdkUnusable, "LiveKit's SDK cannot be used; the log says why.");
    }
    let Some(connected) = Connected::to(&room.livekit, &room.token).await else {
        return of_failure(room).await;
    };
    let found = connected.path().await;
    room.connected = Some(connected);
    match found {
        None => Finding::ok("Connected; the SDK does not tell by which way."),
        Some((path, point)) => {
            let seen = format!("Connected {}.", words(path, &point));
            match path.protocol {
                Protocol::Udp => Finding::ok(seen),
                Protocol::Tcp | Protocol::Tls => Finding::warning(Cause::UdpBlocked, seen),
            }
        }
    }
}

/// A way, for a person: protocol, kinds of candidates, round trip.
pub fn words(path: Path, point: &ConnectionPoint) -> String {
    let protocol = match path.protocol {
        Protocol::Udp => "UDP",
        Protocol::Tcp => "TCP",
        Protocol::Tls => "TLS",
    };
    let kind = |candidate| match candidate {
        Candidate::Host => "host",
        Candidate::ServerReflexive => "srflx",
        Candidate::PeerReflexive => "prflx",
        Candidate::Relay => "relay",
    };
    let relay = if path.local == Candidate::Relay { " through a TURN server" } else { "" };
    let trip = point.round_trip_ms.map(|ms| format!(", round trip {ms:.0} ms")).unwrap_or_default();
    format!("by {protocol}{relay} ({} to {}){trip}", kind(path.local), kind(path.remote))
}

/// What probes say of the ways that LiveKit offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tcp {
    NotOffered,
    Open,
    Refused,
    Silent,
}

async fn of_failure(room: &Room) -> Finding {
    let offered = &room.offered;
    let (tcp, udp_out) = tokio::join!(probe_tcp(offered), udp_gets_out(offered));
    let signalling = room.livekit.port_or_known_default().unwrap_or_default();
    let web = room.proxy || matches!(signalling, 80 | 443);
    let (cause, about) = judge(offered, &room.addresses, tcp, udp_out, web);
    let named: Vec<String> = offered
        .candidates
        .0
        .iter()
        .take(6)
        .map(|candidate| format!("{}/{}", candidate.address, if candidate.udp { "udp" } else { "tcp" }))
        .collect();
    let named = if named.is_empty() { "no address".to_owned() } else { named.join(", ") };
    let tcp = match tcp {
        Tcp::NotOffered => "It offers no TCP.",
        Tcp::Open => "Its TCP port takes connections.",
        Tcp::Refused => "Its TCP port is closed.",
        Tcp::Silent => "Its TCP port does not answer.",
    };
    let turn = if offered.turn() { "Its TURN server did not help." } else { "It offers no TURN server." };
    let finding = Finding::failed(cause, format!("No way was found. LiveKit takes media at {named}. {tcp} {turn}"));
    match about {
        Some(ip) => finding.about(ip.to_string()),
        None => finding,
    }
}

/// The cause, and the address that is at fault. `signalling` are the addresses by which LiveKit was reached; `udp_out`:
/// a STUN server answered; `web`: LiveKit is reached by a port of the web or by a proxy.
fn judge(offered: &Offered, signalling: &[SocketAddr], tcp: Tcp, udp_out: bool, web: bool) -> (Cause, Option<IpAddr>) {
    let named = offered.candidates.addresses();
    let right = named.iter().any(|ip| signalling.iter().any(|address| address.ip() == *ip));
    // Behind a proxy of the system's, its own address is all that is known.
    if !right && !signalling.is_empty() && matches!(tcp, Tcp::Silent | Tcp::Refused | Tcp::NotOffered) {
        let near = |ip: &IpAddr| signalling.iter().any(|address| same_kind(address.ip(), *ip));
        if let Some(ip) = named.iter().find(|ip| inside_docker(**ip) && !near(ip)) {
            return (Cause::IceAddressInsideDocker, Some(*ip));
        }
        if let Some(ip) = named.first() {
            return (Cause::IceAddressUnreachable, Some(*ip));
        }
    }
    if web && !offered.turn() && !udp_out && tcp == Tcp::Silent {
        return (Cause::TurnNeeded, None);
    }
    (Cause::MediaBlocked, None)
}

/// The networks that Docker and Docker Desktop give containers, and those of clusters.
fn inside_docker(ip: IpAddr) -> bool {
    let IpAddr::V4(ip) = ip else { return false };
    match ip.octets() {
        [172, second, ..] => (16..32).contains(&second),
        [10, ..] | [192, 168, 65, _] => true,
        _ => false,
    }
}

/// Whether both are of one small network: then the one is no container behind the other.
fn same_kind(one: IpAddr, other: IpAddr) -> bool {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => one.octets()[..3] == other.octets()[..3],
        _ => false,
    }
}

async fn probe_tcp(offered: &Offered) -> Tcp {
    let tcp = offered.candidates.0.iter().filter(|candidate| !candidate.udp && !candidate.address.ip().is_loopback());
    let probes = tcp.take(8).map(|candidate| tokio::time::timeout(PROBE, TcpStream::connect(candidate.address)));
    let results = join_all(probes).await;
    let refused = |result: &Result<Result<TcpStream, std::io::Error>, _>| matches!(result, Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused);
    match results {
        results if results.is_empty() => Tcp::NotOffered,
        results if results.iter().any(|result| matches!(result, Ok(Ok(_)))) => Tcp::Open,
        results if results.iter().any(refused) => Tcp::Refused,
        _ => Tcp::Silent,
    }
}

/// Whether one of the STUN servers that LiveKit names answers a binding request (RFC 8489): then UDP is not blocked here.
async fn udp_gets_out(offered: &Offered) -> bool {
    let probes = offered.stun().take(3).map(|server| tokio::time::timeout(PROBE, binding(server)));
    join_all(probes).await.into_iter().any(|answered| matches!(answered, Ok(Some(()))))
}

async fn binding(server: &str) -> Option<()> {
    let address = tokio::net::lookup_host(server).await.ok()?.next()?;
    let local: SocketAddr =
        if address.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { (std::net::Ipv6Addr::UNSPECIFIED, 0).into() };
    let socket = UdpSocket::bind(local).await.ok()?;
    socket.connect(address).await.ok()?;
    let mut request = [0; 20];
    request[1] = 1;
    request[4..8].copy_from_slice(&0x2112_a442_u32.to_be_bytes());
    request[8..].copy_from_slice(&uuid::Uuid::new_v4().as_bytes()[..12]);
    let mut answer = [0; 600];
    loop {
        socket.send(&request).await.ok()?;
        match tokio::time::timeout(Duration::from_millis(500), socket.recv(&mut answer)).await {
            Ok(Ok(length)) if length >= 20 && answer[8..20] == request[8..20] => return Some(()),
            Ok(Err(_)) => return None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::candidates::{Candidate as At, Candidates};
    use super::*;

    fn offered(address: &str) -> Offered {
        let address = address.parse().unwrap();
        let candidates = Candidates(vec![At { address, udp: true }, At { address, udp: false }]);
        Offered { candidates, ..Offered::default() }
    }

    #[test]
    fn the_address_is_at_fault_only_if_it_is_another_and_silent() {
        let reached = ["198.51.100.7:443".parse().unwrap()];
        let cause = |address: &str, tcp| judge(&offered(address), &reached, tcp, false, false);
        let docker = "172.17.0.2".parse().ok();
        assert_eq!(cause("172.17.0.2:7881", Tcp::Silent), (Cause::IceAddressInsideDocker, docker));
        assert_eq!(cause("172.17.0.2:7881", Tcp::Open), (Cause::MediaBlocked, None));
        assert_eq!(cause("192.168.65.3:7881", Tcp::Silent).0, Cause::IceAddressInsideDocker);
        assert_eq!(cause("203.0.113.9:7881", Tcp::Silent).0, Cause::IceAddressUnreachable);
        assert_eq!(cause("198.51.100.7:7881", Tcp::Silent), (Cause::MediaBlocked, None));
        let lan = ["10.0.0.5:7880".parse().unwrap()];
        assert_eq!(judge(&offered("10.0.0.6:7881"), &lan, Tcp::Silent, false, false).0, Cause::IceAddressUnreachable);
    }

    #[test]
    fn a_relay_is_asked_for_only_where_nothing_but_the_web_gets_out() {
        let reached = ["198.51.100.7:443".parse().unwrap()];
        let mut right = offered("198.51.100.7:7881");
        assert_eq!(judge(&right, &reached, Tcp::Silent, false, true).0, Cause::TurnNeeded);
        assert_eq!(judge(&right, &reached, Tcp::Silent, true, true).0, Cause::MediaBlocked, "UDP gets out");
        assert_eq!(judge(&right, &reached, Tcp::Refused, false, true).0, Cause::MediaBlocked, "closed by the server");
        right.ice_servers = vec!["turns:turn.example:443".into()];
        assert_eq!(judge(&right, &reached, Tcp::Silent, false, true).0, Cause::MediaBlocked, "there is one");
    }
}
