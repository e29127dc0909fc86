//! Free ports. Another process may take one before it is used: who starts a server tries again.

use std::net::{TcpListener, UdpSocket};

/// A TCP port of loopback that is free now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A UDP port of loopback that is free now.
pub fn free_udp_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
