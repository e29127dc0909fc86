//! WebRTC: whether media gets through, and how well.

use super::Knowledge;
use crate::doctor::cause::Cause;
use crate::error::Action::{RunDoctor, TryAgain};

pub(super) fn of(cause: Cause) -> Option<Knowledge> {
    Some(match cause {
        Cause::UdpBlocked => Knowledge {
            message: "UDP is blocked on the way to LiveKit, so that sound and picture take TCP.",
            why: "It works, with more delay: TCP sends what is lost again, which comes too late to be heard.",
            host: "Open LiveKit's UDP ports in the firewalls (`rtc.udp_port` in livekit.yaml, 7882 here).",
            guest: "Use another network if the sound stutters; a firewall of this one blocks UDP.",
            action: TryAgain,
        },
        Cause::MediaBlocked => Knowledge {
            message: "Neither UDP nor TCP reaches LiveKit's media ports.",
            why: "The WebSocket gets through and sound and picture do not: a firewall lets only some ports pass.",
            host: "Open LiveKit's media ports (7882/udp and 7881/tcp here), or run a TURN server on port 443.",
            guest: "Try another network or switch off the VPN; a firewall here lets no media through.",
            action: RunDoctor,
        },
        Cause::TurnNeeded => Knowledge {
            message: "From this network, LiveKit can only be reached through a TURN server, and there is none.",
            why: "A firewall lets neither UDP nor LiveKit's TCP port pass; only what looks like web traffic gets out.",
            host: "Turn on TURN over TLS on port 443 (`turn` in livekit.yaml), or open 7881/tcp.",
            guest: "Use another network; only the host can offer a way through this one.",
            action: TryAgain,
        },
        Cause::IceAddressInsideDocker => Knowledge {
            message: "LiveKit tells people to send media to {about}, an address inside Docker.",
            why: "LiveKit runs in a container and names the container's own address, which nobody outside reaches: ICE \
                  fails, and LiveKit logs \"could not restart participant\".",
            host: "Run LiveKit with host networking (`network_mode: host`), or set `rtc.node_ip` to the computer's own \
                   address and publish its media ports.",
            guest: "Tell the host that LiveKit names an address inside Docker.",
            action: TryAgain,
        },
        Cause::IceAddressUnreachable => Knowledge {
            message: "LiveKit tells people to send media to {about}, which does not answer from here.",
            why: "The address that LiveKit names for media is not the one by which people reach it.",
            host: "Set `rtc.node_ip` (or `rtc.use_external_ip`) in livekit.yaml to the address by which people reach it, \
                   and open its media ports.",
            guest: "Tell the host that LiveKit names an address that cannot be reached from here.",
            action: TryAgain,
        },
        Cause::MediaLossy => Knowledge {
            message: "Much of the sound and picture is lost on the way: {about}.",
            why: "The Wi-Fi is weak, or a line on the way is full.",
            host: "If everybody has it, LiveKit's own line is full: send less, or give it more.",
            guest: "Go nearer to the Wi-Fi or use a cable, and stop downloads.",
            action: TryAgain,
        },
        Cause::MediaSlow => Knowledge {
            message: "The connection to LiveKit is slow: {about}.",
            why: "The way is long or a line on it is full, so that people talk at the same time and pictures blur.",
            host: "Run LiveKit near its people.",
            guest: "Stop downloads, switch off the VPN, or use another network.",
            action: TryAgain,
        },
        Cause::MediaNone => Knowledge {
            message: "A test track went out and did not come back.",
            why: "LiveKit was reached and carries no media: it is overloaded, or the way breaks when there is more to carry.",
            host: "Look into LiveKit's log, and at the load of its computer.",
            guest: "Try again; if it stays so, try another network and tell the host.",
            action: RunDoctor,
        },
        _ => return None,
    })
}
