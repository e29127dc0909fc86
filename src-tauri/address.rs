//! What a URL's host is, and this computer's own address: asked in many places, answered in one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

use url::{Host, Url};

/// Host and port of a URL, for a person to read; the scheme's own port is left out.
pub fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether the host is this computer's loopback, by address or by name: no proxy has any business there.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// The HTTP address that a WebSocket's address begins with: `http` for `ws`, `https` for `wss`. Others stay as they are.
pub fn as_http(url: &Url) -> Url {
    let mut url = url.clone();
    let scheme = match url.scheme() {
        "ws" => "http",
        "wss" => "https",
        _ => return url,
    };
    url.set_scheme(scheme).expect("ws and http are of one kind");
    url
}

/// The address from which packets to elsewhere over IPv4 would leave. None is sent.
pub fn own_v4() -> Option<IpAddr> {
    // An address for documentation (RFC 5737): only the routing table is asked.
    own(Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into())
}

/// The same over IPv6.
pub fn own_v6() -> Option<IpAddr> {
    // RFC 3849, likewise.
    own(Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into())
}

fn own(from: IpAddr, to: IpAddr) -> Option<IpAddr> {
    let socket = UdpSocket::bind((from, 0)).ok()?;
    socket.connect((to, 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn hosts_are_read() {
        assert_eq!(host_and_port(&url("wss://live.example/rtc")), "live.example");
        assert_eq!(host_and_port(&url("ws://[::1]:7880")), "[::1]:7880");
        for (text, own) in [
            ("http://localhost:1", true),
            ("http://app.localhost", true),
            ("http://127.9.9.9", true),
            ("http://[::1]", true),
            ("http://192.168.1.2", false),
            ("http://localhost.example", false),
        ] {
            assert_eq!(is_loopback(&url(text)), own, "{text}");
        }
    }

    #[test]
    fn a_websocket_begins_as_http() {
        assert_eq!(as_http(&url("ws://h:7880/a")).as_str(), "http://h:7880/a");
        assert_eq!(as_http(&url("wss://h/a")).as_str(), "https://h/a");
        assert_eq!(as_http(&url("http://h/a")).as_str(), "http://h/a");
    }
}
