//! The session server: reached, and the right one.

use super::Knowledge;
use crate::doctor::cause::Cause;
use crate::error::Action::{OpenSettings, RunDoctor, TryAgain};

pub(super) fn of(cause: Cause) -> Option<Knowledge> {
    Some(match cause {
        Cause::ApiAddressInvalid => Knowledge {
            message: "\"{about}\" is not the address of a session server.",
            why: "An address looks like http://localhost:8080/api or https://live.example.org/api.",
            host: "Write down the address as others reach it, with http:// or https://, and send that.",
            guest: "Correct the address in the settings, or ask the host for it.",
            action: OpenSettings,
        },
        Cause::ApiNameUnresolved => Knowledge {
            message: "No computer with the name {about} is known here.",
            why: "The name in the session server's address is misspelt, only known in another network, or the name \
                  service does not answer.",
            host: "Give people a name or an IP address that their network knows, and not one from Docker or /etc/hosts.",
            guest: "Check the spelling in the settings; connect to the company's network or VPN if the server is inside.",
            action: OpenSettings,
        },
        Cause::ApiNotRunning => Knowledge {
            message: "Nothing listens at {about}, where the session server should be.",
            why: "The computer is there and refuses the connection: the session server is not started, listens on \
                  another port, or only on its own computer (127.0.0.1).",
            host: "Start the session server, and let it listen on 0.0.0.0 if others are to reach it (LISTEN=0.0.0.0:8080).",
            guest: "Check the address and its port in the settings; if they are right, ask the host to start the server.",
            action: OpenSettings,
        },
        Cause::ApiTimeout => Knowledge {
            message: "The session server at {about} does not answer in time.",
            why: "Nothing came back: a firewall drops the packets, the computer is off, or the server hangs.",
            host: "Open the session server's port in the firewall of its computer and of its network, and see that it runs.",
            guest: "Check the network and the address in the settings, then try again.",
            action: RunDoctor,
        },
        Cause::ApiPortOtherProgram => Knowledge {
            message: "Another program than a session server answers at {about}.",
            why: "What answers there does not speak HTTP: the port belongs to something else.",
            host: "See which program has the port (`ss -tlnp`), and give the session server a free one.",
            guest: "Check the port in the settings: a session server's is often 8080.",
            action: OpenSettings,
        },
        Cause::ApiCertificateBad => Knowledge {
            message: "The certificate of the session server at {about} is not to be trusted.",
            why: "It has run out, is for another name, or was made by nobody this computer trusts; a wrong clock here \
                  looks the same.",
            host: "Get a certificate for exactly this name from an authority that people's computers trust, and renew it \
                   in time.",
            guest: "Check the name in the settings and this computer's clock; else the host must mend the certificate.",
            action: OpenSettings,
        },
        Cause::ApiWrongScheme => Knowledge {
            message: "The session server at {about} wants the other of http:// and https://.",
            why: "One side speaks TLS and the other does not.",
            host: "Send people the address with the right beginning.",
            guest: "Change the beginning of the address in the settings: http:// to https://, or the reverse.",
            action: OpenSettings,
        },
        Cause::CaptivePortal => Knowledge {
            message: "This network shows its own web page instead of the session server at {about}.",
            why: "Networks in hotels, trains and cafés let nothing through before one has agreed on a web page.",
            host: "Nothing is wrong with the server; with https:// in its address no network can pretend to be it.",
            guest: "Open any page in a web browser, sign in to the network there, and try again.",
            action: TryAgain,
        },
        Cause::NotASessionApi => Knowledge {
            message: "What answers at {about} is a web server, but not a session API.",
            why: "The address leads to a web site, to LiveKit itself, or to another path of the right server.",
            host: "Give people the base address of the API, usually with /api or /api/v1 at its end, and see that the \
                   proxy passes that path on.",
            guest: "Check the address in the settings; it usually ends in /api or /api/v1.",
            action: OpenSettings,
        },
        Cause::ProxyRefuses => Knowledge {
            message: "The proxy of this computer does not let through to {about}.",
            why: "HTTP_PROXY, HTTPS_PROXY or ALL_PROXY is set, and that proxy cannot be reached or refuses.",
            host: "Serve the session server and LiveKit on ports that proxies let through, such as 443.",
            guest: "Set NO_PROXY to the server's name, or correct the proxy, and start the app again.",
            action: TryAgain,
        },
        Cause::Ipv6Broken => Knowledge {
            message: "IPv6 to {about} does not work, IPv4 does.",
            why: "The name has an IPv6 address that does not answer from here, so that each connection may wait for it \
                  first.",
            host: "Let the servers listen on IPv6 too, or take the AAAA record out of the name service.",
            guest: "It works by IPv4; if connecting takes long, switch off IPv6 in this network's settings.",
            action: TryAgain,
        },
        Cause::ApiFailed => Knowledge {
            message: "The session server at {about} failed.",
            why: "It answered with an error of its own.",
            host: "Look into the session server's log: it says why.",
            guest: "Try again in a moment; if it stays so, tell the host.",
            action: TryAgain,
        },
        Cause::ApiLivekitUnreachable => Knowledge {
            message: "The session server answers, but does not reach its LiveKit server.",
            why: "LiveKit is not running, or LIVEKIT_SERVER_URL is not its address as seen from the session server: in \
                  Docker, `localhost` is the container itself.",
            host: "Start LiveKit, and set LIVEKIT_SERVER_URL to where the session server reaches it, for a container \
                   e.g. ws://host.docker.internal:7880.",
            guest: "Tell the host that LiveKit is down; nothing is wrong with this computer.",
            action: TryAgain,
        },
        Cause::ApiLivekitRefusesKey => Knowledge {
            message: "LiveKit refuses the session server's API key.",
            why: "The session server has another key or secret than LiveKit's configuration, so that no token of it \
                  would be good.",
            host: "Set LIVEKIT_API_KEY and LIVEKIT_API_SECRET to the pair under `keys` in livekit.yaml, exactly, and \
                   start both anew.",
            guest: "Tell the host that LiveKit refuses the session server's key; nothing is wrong with this computer.",
            action: TryAgain,
        },
        Cause::SecretTooShort => Knowledge {
            message: "The API secret of the session server is too short.",
            why: "LiveKit wants 32 characters or more, and does not start with less.",
            host: "Make a secret with `openssl rand -base64 36`, and give the same one to LiveKit and the session server.",
            guest: "Tell the host that the API secret is too short; nothing is wrong with this computer.",
            action: TryAgain,
        },
        Cause::HostPortTaken => Knowledge {
            message: "A port that this computer needs to host is taken by another program.",
            why: "Another copy of the app or another server listens there.",
            host: "Close the other program, and try again.",
            guest: "Close the other program, or set a session server in the settings.",
            action: TryAgain,
        },
        Cause::LivekitProgramMissing => Knowledge {
            message: "This computer has no LiveKit server, which it needs to host a session.",
            why: "livekit-server is neither beside the app nor on PATH, and LIVEKIT_SERVER names none.",
            host: "Install livekit-server 1.13 onto PATH (in the sources: `cargo xtask env`), or set a session server in \
                   the settings.",
            guest: "Set the session server of the host in the settings.",
            action: OpenSettings,
        },
        Cause::HostFailed => Knowledge {
            message: "This computer's own server does not start.",
            why: "The LiveKit server or the session server of this computer ended, or does not answer; the log says more.",
            host: "Try again; if it stays so, check that livekit-server is version 1.13 and that no firewall stops it.",
            guest: "Try again, or set a session server in the settings.",
            action: RunDoctor,
        },
        _ => return None,
    })
}
