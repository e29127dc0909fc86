//! Two sides and the link between them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicU16, Ordering};

use tun::Device;

use crate::link::{Link, LinkSettings, MTU};
use crate::namespace::{Namespace, ip};

/// How many networks there can be at once on a machine whose near side is the machine itself.
const MOST: u16 = 4096;
/// Distinguishes the networks of one process.
static NEXT: AtomicU16 = AtomicU16::new(0);

/// A near side, where clients are, and a far side, where servers are, joined by an emulated [`Link`]. Both have an
/// IPv4 address (of 198.18.0.0/15, which is for tests: RFC 2544) and an IPv6 address (of fd00:198:18::/48).
pub struct Network {
    // Before the namespaces: its devices are in them.
    link: Link,
    near: Option<Namespace>,
    far: Namespace,
    number: u16,
}

impl Network {
    /// Near is this machine as it is; far is a namespace. Needs root.
    pub fn here() -> Self {
        // The device's name is the lock on the addresses, for other processes' tests too.
        for number in 0..MOST {
            if let Ok(device) = device(&format!("donfra{number}")) {
                return Self::join(None, device, number);
            }
        }
        panic!("no TUN device can be made: /dev/net/tun and root are needed");
    }

    /// Near and far are namespaces. Needs root.
    pub fn between() -> Self {
        let near = Namespace::new();
        let number = NEXT.fetch_add(1, Ordering::Relaxed) % MOST;
        let device = near.run(|| device("link0")).expect("/dev/net/tun and root");
        Self::join(Some(near), device, number)
    }

    fn join(near: Option<Namespace>, near_device: Device, number: u16) -> Self {
        let far = Namespace::new();
        let far_device = far.run(|| device("link0")).expect("/dev/net/tun and root");
        let name = if near.is_some() { "link0".to_owned() } else { format!("donfra{number}") };
        let network = Self { link: Link::start(near_device, far_device), near, far, number };
        let set_up = |namespace: Option<&Namespace>, device: &str, own: [IpAddr; 2], peer: [IpAddr; 2]| {
            let run = |arguments: &[&str]| match namespace {
                Some(namespace) => namespace.ip(arguments),
                None => ip(arguments),
            };
            let [(own, peer), (own6, peer6)] = [0, 1].map(|i: usize| (own[i].to_string(), peer[i].to_string()));
            // First of all: IPv6 forgets the routes of a device that is down.
            run(&["link", "set", device, "mtu", &MTU.to_string(), "up"]);
            run(&["addr", "add", &own, "peer", &peer, "dev", device]);
            run(&["-6", "addr", "add", &own6, "peer", &peer6, "dev", device, "nodad"]);
        };
        let (near, far) = ([network.near_ip(), network.near_ip6()], [network.far_ip(), network.far_ip6()]);
        set_up(network.near.as_ref(), &name, near, far);
        set_up(Some(&network.far), "link0", far, near);
        network
    }

    /// The link, to be made worse.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// Changes what the link does to packets, at once.
    pub fn set(&self, settings: LinkSettings) {
        self.link.set(settings);
    }

    /// The namespace of the near side; `None` where that is this machine.
    pub fn near(&self) -> Option<&Namespace> {
        self.near.as_ref()
    }

    /// The namespace of the far side.
    pub fn far(&self) -> &Namespace {
        &self.far
    }

    /// Near side's address.
    pub fn near_ip(&self) -> IpAddr {
        self.ip(1).into()
    }

    /// Far side's address.
    pub fn far_ip(&self) -> IpAddr {
        self.ip(2).into()
    }

    /// Near side's IPv6 address.
    pub fn near_ip6(&self) -> IpAddr {
        self.ip6(1).into()
    }

    /// Far side's IPv6 address.
    pub fn far_ip6(&self) -> IpAddr {
        self.ip6(2).into()
    }

    fn ip(&self, host: u8) -> Ipv4Addr {
        let [high, low] = (self.number * 4 + u16::from(host)).to_be_bytes();
        Ipv4Addr::new(198, 18, high, low)
    }

    fn ip6(&self, host: u16) -> Ipv6Addr {
        Ipv6Addr::new(0xfd00, 0x198, 0x18, self.number, 0, 0, 0, host)
    }
}

/// A TUN device of this name, made where this thread is.
fn device(name: &str) -> tun::Result<Device> {
    let mut config = tun::Configuration::default();
    config.tun_name(name).mtu(MTU);
    tun::create(&config)
}
