//! LiveKit: its address, its port, its keys, its WebSocket.

use super::Knowledge;
use crate::doctor::cause::Cause;
use crate::error::Action::{RunDoctor, TryAgain};

pub(super) fn of(cause: Cause) -> Option<Knowledge> {
    Some(match cause {
        Cause::ServerUrlDockerName => Knowledge {
            message: "LiveKit's address, {about}, is a name that only Docker's own network knows.",
            why: "The session server hands out the address by which containers reach LiveKit, and not the one by which \
                  people do.",
            host: "Set LIVEKIT_PUBLIC_URL of the session server to an address that people reach, e.g. \
                   ws://192.168.1.20:7880; LIVEKIT_SERVER_URL may stay as it is.",
            guest: "Tell the host that LIVEKIT_PUBLIC_URL is a name inside Docker.",
            action: TryAgain,
        },
        Cause::ServerUrlHostDockerInternal => Knowledge {
            message: "LiveKit's address, {about}, is Docker's name for its own computer, which nobody outside knows.",
            why: "host.docker.internal is how a container calls the computer it runs on: right for LIVEKIT_SERVER_URL, \
                  wrong for people.",
            host: "Set LIVEKIT_PUBLIC_URL of the session server to ws://localhost:7880 on the same computer, or to the \
                   address of that computer for others.",
            guest: "Tell the host that LIVEKIT_PUBLIC_URL is host.docker.internal.",
            action: TryAgain,
        },
        Cause::ServerUrlLoopback => Knowledge {
            message: "LiveKit's address, {about}, means this computer, but the session server is on another.",
            why: "The session server hands out localhost, which is right for nobody but who sits at the server.",
            host: "Set LIVEKIT_PUBLIC_URL of the session server to the server's own address, e.g. ws://192.168.1.20:7880.",
            guest: "Tell the host that LIVEKIT_PUBLIC_URL is localhost.",
            action: TryAgain,
        },
        Cause::ServerUrlWrongScheme => Knowledge {
            message: "LiveKit's address, {about}, has the wrong beginning.",
            why: "LiveKit is reached by ws:// or, where there is a certificate before it, by wss://; the two cannot stand \
                  for each other.",
            host: "Set LIVEKIT_PUBLIC_URL to ws://… for LiveKit's own port 7880, and to wss://… for a proxy with a \
                   certificate.",
            guest: "Tell the host that LIVEKIT_PUBLIC_URL has the wrong one of ws:// and wss://.",
            action: TryAgain,
        },
        Cause::ServerUrlRelative => Knowledge {
            message: "The session server says that LiveKit is at the path {about} beside it, and it is not.",
            why: "A path is resolved against the session server's own address, and what answers there does not pass it \
                  on to LiveKit.",
            host: "Let the proxy pass this path on to LiveKit without the path itself, WebSockets too, or set \
                   LIVEKIT_PUBLIC_URL to a whole address.",
            guest: "Tell the host that the proxy does not lead from this path to LiveKit.",
            action: TryAgain,
        },
        Cause::ServerUrlUnresolved => Knowledge {
            message: "No computer with the name {about} is known here, where LiveKit should be.",
            why: "The name in LIVEKIT_PUBLIC_URL is misspelt, or only known in the host's network.",
            host: "Set LIVEKIT_PUBLIC_URL to a name or an IP address that people's networks know.",
            guest: "Connect to the host's network or VPN if LiveKit is inside; else tell the host.",
            action: TryAgain,
        },
        Cause::ServerUrlInvalid => Knowledge {
            message: "The session server names an address for LiveKit that is none: \"{about}\".",
            why: "LIVEKIT_PUBLIC_URL is neither an address nor a path.",
            host: "Set LIVEKIT_PUBLIC_URL to an address like ws://localhost:7880 or a path like /livekit.",
            guest: "Tell the host that LIVEKIT_PUBLIC_URL is not an address.",
            action: TryAgain,
        },
        Cause::LivekitNotRunning => Knowledge {
            message: "Nothing listens at {about}, where LiveKit should be.",
            why: "The computer is there and refuses the connection: LiveKit is not running, or on another port, or \
                  LIVEKIT_PUBLIC_URL names the wrong computer.",
            host: "Start LiveKit (`docker ps`, `docker logs`, `ss -tlnp` show whether it runs and where it listens), and \
                   check LIVEKIT_PUBLIC_URL.",
            guest: "Tell the host that LiveKit does not run; nothing is wrong with this computer.",
            action: TryAgain,
        },
        Cause::LivekitPortFiltered => Knowledge {
            message: "LiveKit's port at {about} does not answer.",
            why: "A firewall drops what is sent there, or the address is that of a computer which is off or in another \
                  network.",
            host: "Open LiveKit's port (7880/tcp, 7881/tcp and its UDP ports) in the firewalls, and check \
                   LIVEKIT_PUBLIC_URL.",
            guest: "Try from another network or without VPN; if it works there, a firewall here blocks it.",
            action: RunDoctor,
        },
        Cause::LivekitPortOtherProgram => Knowledge {
            message: "Another program than LiveKit answers at {about}.",
            why: "LiveKit's port is taken by another program, or LIVEKIT_PUBLIC_URL leads to another server.",
            host: "See which program has the port (`ss -tlnp`), and check LIVEKIT_PUBLIC_URL.",
            guest: "Tell the host that another program answers at LiveKit's address.",
            action: TryAgain,
        },
        Cause::LivekitCertificateBad => Knowledge {
            message: "The certificate at LiveKit's address, {about}, is not to be trusted.",
            why: "It has run out, is for another name, or was made by nobody this computer trusts; a wrong clock here \
                  looks the same.",
            host: "Get a certificate for exactly this name from an authority that people's computers trust.",
            guest: "Check this computer's clock; if it is right, the host must mend the certificate.",
            action: TryAgain,
        },
        Cause::LivekitKeyUnknown => Knowledge {
            message: "LiveKit does not know the API key with which the session server makes its tokens.",
            why: "LIVEKIT_API_KEY of the session server is not among the `keys` of this LiveKit, or people are led to \
                  another LiveKit than the session server's.",
            host: "Set LIVEKIT_API_KEY and LIVEKIT_API_SECRET to the pair in livekit.yaml, and check that \
                   LIVEKIT_PUBLIC_URL leads to that LiveKit.",
            guest: "Tell the host that LiveKit does not know the session server's key.",
            action: TryAgain,
        },
        Cause::LivekitSecretWrong => Knowledge {
            message: "LiveKit knows the session server's API key, but with another secret.",
            why: "The token's signature does not fit: LIVEKIT_API_SECRET and the secret in livekit.yaml differ.",
            host: "Set LIVEKIT_API_SECRET to exactly what stands beside the key in livekit.yaml, and start both anew.",
            guest: "Tell the host that LiveKit and the session server have different secrets.",
            action: TryAgain,
        },
        Cause::LivekitTokenRefused => Knowledge {
            message: "LiveKit refuses the access token.",
            why: "Its key, its signature, its time or its rights are not what LiveKit wants.",
            host: "Give the session server LiveKit's own key and secret, and let both set their clocks by the network.",
            guest: "Join again to get a new token; if that does not help, tell the host.",
            action: RunDoctor,
        },
        Cause::LivekitRoomMissing => Knowledge {
            message: "LiveKit has no room for this session.",
            why: "The session has ended, LiveKit was started anew, or the session server made the room on another LiveKit.",
            host: "Create a new session; if it stays so, check that LIVEKIT_SERVER_URL and LIVEKIT_PUBLIC_URL lead to the \
                   same LiveKit.",
            guest: "Ask the host for the id of a new session.",
            action: RunDoctor,
        },
        Cause::LivekitRoomFull => Knowledge {
            message: "LiveKit lets nobody else into this session.",
            why: "The room or the whole server has reached its limit of people.",
            host: "Raise the limit (MAX_PARTICIPANTS, `limit` in livekit.yaml), or ask somebody to leave.",
            guest: "Try again when somebody has left.",
            action: TryAgain,
        },
        Cause::WebsocketEaten => Knowledge {
            message: "LiveKit answers at {about}, but WebSockets do not get through to it.",
            why: "A proxy between here and LiveKit answers the request itself or drops its `Upgrade` header.",
            host: "Let the proxy pass WebSockets on (nginx: proxy_http_version 1.1, and the headers Upgrade and \
                   Connection).",
            guest: "Try from another network or without the proxy; if it is the host's proxy, tell the host.",
            action: RunDoctor,
        },
        _ => return None,
    })
}
