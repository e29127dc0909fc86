//! Names and bare TCP connections, IPv4 and IPv6 apart.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::{Host, Url};

/// How long the name service may take.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);

/// Most addresses of one name that are tried.
const MAX_ADDRESSES: usize = 8;

/// How a connection went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It came about, after this time.
    Connected(Duration),
    /// Nothing listens there.
    Refused,
    /// Nothing came back.
    Silent,
    /// This computer has no way there, e.g. no IPv6 at all.
    NoRoute,
}

/// How the connections to all addresses of a name went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach(pub Vec<(SocketAddr, Outcome)>);

/// The addresses of the host of `url`, with its port.
///
/// # Errors
/// The name service knows none, or does not answer.
pub async fn resolve(url: &Url) -> io::Result<Vec<SocketAddr>> {
    let port = url.port_or_known_default().unwrap_or(0);
    let name = match url.host() {
        Some(Host::Ipv4(ip)) => return Ok(vec![SocketAddr::new(ip.into(), port)]),
        Some(Host::Ipv6(ip)) => return Ok(vec![SocketAddr::new(ip.into(), port)]),
        Some(Host::Domain(name)) => name.to_owned(),
        None => return Err(ErrorKind::InvalidInput.into()),
    };
    let found = timeout(RESOLVE_TIMEOUT, lookup_host((name, port))).await.map_err(|_| ErrorKind::TimedOut)??;
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for address in found.take(MAX_ADDRESSES) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() { Err(ErrorKind::NotFound.into()) } else { Ok(addresses) }
}

/// Connects to each address, all at once, and lets go again.
pub async fn reach(addresses: &[SocketAddr]) -> Reach {
    let outcomes = addresses.iter().map(async |address| (*address, connect(*address).await));
    Reach(join_all(outcomes).await)
}

async fn connect(address: SocketAddr) -> Outcome {
    let start = Instant::now();
    match timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
        Ok(Ok(_)) => Outcome::Connected(start.elapsed()),
        Ok(Err(error)) => match error.kind() {
            ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => Outcome::Refused,
            ErrorKind::NetworkUnreachable | ErrorKind::AddrNotAvailable => Outcome::NoRoute,
            _ => Outcome::Silent,
        },
        Err(_) => Outcome::Silent,
    }
}

impl Reach {
    /// The addresses that took a connection, quickest first.
    pub fn connected(&self) -> Vec<SocketAddr> {
        let mut connected: Vec<_> = self
            .0
            .iter()
            .filter_map(|(address, outcome)| match outcome {
                Outcome::Connected(after) => Some((*after, *address)),
                _ => None,
            })
            .collect();
        connected.sort_unstable();
        connected.into_iter().map(|(_, address)| address).collect()
    }

    /// Whether any address answered at all, by taking or refusing the connection.
    pub fn refused(&self) -> bool {
        self.0.iter().any(|(_, outcome)| *outcome == Outcome::Refused)
    }

    /// Whether IPv4 works and an IPv6 address of the same name does not. A computer without any IPv6 is in order:
    /// programs see that at once and do not wait; and so is a server of this computer that is on 127.0.0.1 only.
    pub fn ipv6_broken(&self) -> bool {
        let works =
            |(address, outcome): &(SocketAddr, Outcome)| address.is_ipv4() && matches!(outcome, Outcome::Connected(_));
        let broken = |(address, outcome): &(SocketAddr, Outcome)| {
            address.is_ipv6() && !address.ip().is_loopback() && matches!(outcome, Outcome::Refused | Outcome::Silent)
        };
        self.0.iter().any(works) && self.0.iter().any(broken)
    }

    /// All of it, for a person.
    pub fn seen(&self) -> String {
        let words = |(address, outcome): &(SocketAddr, Outcome)| match outcome {
            Outcome::Connected(after) => format!("{address} connects in {}", milliseconds(*after)),
            Outcome::Refused => format!("{address} refuses"),
            Outcome::Silent => format!("{address} does not answer"),
            Outcome::NoRoute => format!("no way to {address}"),
        };
        self.0.iter().map(words).collect::<Vec<_>>().join(", ")
    }
}

/// A time as text, e.g. `12 ms` or `0.4 ms`.
pub fn milliseconds(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    if ms < 9.95 { format!("{ms:.1} ms") } else { format!("{ms:.0} ms") }
}

/// Whether it is an address that only means the computer itself.
pub fn is_own(ip: IpAddr) -> bool {
    ip.is_loopback() || ip.is_unspecified()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAST: Outcome = Outcome::Connected(Duration::from_millis(1));

    fn reach(list: &[(&str, Outcome)]) -> Reach {
        Reach(list.iter().map(|(address, outcome)| (address.parse().unwrap(), *outcome)).collect())
    }

    #[test]
    fn ipv6_is_broken_only_where_it_costs_something() {
        let (v4, v6) = ("192.0.2.1:80", "[2001:db8::1]:80");
        assert!(reach(&[(v4, FAST), (v6, Outcome::Silent)]).ipv6_broken());
        assert!(reach(&[(v4, FAST), (v6, Outcome::Refused)]).ipv6_broken());
        assert!(!reach(&[(v4, FAST), (v6, Outcome::NoRoute)]).ipv6_broken());
        assert!(!reach(&[(v4, FAST), (v6, FAST)]).ipv6_broken());
        assert!(!reach(&[(v4, Outcome::Silent), (v6, Outcome::Silent)]).ipv6_broken());
        assert!(!reach(&[("127.0.0.1:80", FAST), ("[::1]:80", Outcome::Refused)]).ipv6_broken());
    }

    #[test]
    fn the_quickest_address_is_first() {
        let slow = Outcome::Connected(Duration::from_millis(90));
        let reach = reach(&[("192.0.2.1:80", slow), ("192.0.2.2:80", Outcome::Refused), ("192.0.2.3:80", FAST)]);
        assert_eq!(reach.connected(), ["192.0.2.3:80".parse().unwrap(), "192.0.2.1:80".parse().unwrap()]);
        assert_eq!(
            reach.seen(),
            "192.0.2.1:80 connects in 90 ms, 192.0.2.2:80 refuses, 192.0.2.3:80 connects in 1.0 ms"
        );
    }

    #[tokio::test]
    async fn a_listener_connects_and_a_closed_port_refuses() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let open = listener.local_addr().unwrap();
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let reach = super::reach(&[open, closed]).await;
        assert_eq!(reach.connected(), [open]);
        assert!(reach.refused());
    }

    #[tokio::test]
    async fn addresses_need_no_name_service_and_unknown_names_have_none() {
        let resolved = async |url: &str| resolve(&Url::parse(url).unwrap()).await;
        assert_eq!(resolved("http://192.0.2.7:8080/api").await.unwrap(), ["192.0.2.7:8080".parse().unwrap()]);
        assert_eq!(resolved("https://[2001:db8::7]/").await.unwrap(), ["[2001:db8::7]:443".parse().unwrap()]);
        assert!(resolved("http://no-such-host.invalid/").await.is_err());
    }
}
