//! What is known about each cause: what happened, why that is, and what to do. The doctor's answers, the errors in the
//! app and `docs/troubleshooting.md` all say it in these words.

mod access;
#[cfg(test)]
mod guide;
mod livekit;
mod media;
mod session_server;

use super::cause::Cause;
use crate::error::Action;

/// What stands for `{about}` where nothing is known about it.
const ABOUT_UNKNOWN: &str = "that address";

/// What is known about a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knowledge {
    /// What happened, one sentence; `{about}` stands for the address or the amount.
    pub message: &'static str,
    /// Why that is so.
    pub why: &'static str,
    /// What to do for who runs the servers or hosts.
    pub host: &'static str,
    /// What to do for who joins.
    pub guest: &'static str,
    /// The one button for it.
    pub action: Action,
}

impl Knowledge {
    /// What happened, with `about` in its place.
    pub fn message(&self, about: Option<&str>) -> String {
        self.message.replace("{about}", about.unwrap_or(ABOUT_UNKNOWN))
    }
}

impl Cause {
    /// What is known about it.
    pub fn knowledge(self) -> Knowledge {
        session_server::of(self)
            .or_else(|| access::of(self))
            .or_else(|| livekit::of(self))
            .or_else(|| media::of(self))
            .expect("a test looks every cause up")
    }
}

/// A sentence that people meet in logs and error messages, and the causes behind it, likeliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// As it is written, e.g. `secret is too short`.
    pub text: &'static str,
    /// Where it is seen.
    pub seen_in: &'static str,
    /// What it means.
    pub means: &'static str,
    /// What it comes from, likeliest first.
    pub causes: &'static [Cause],
}

/// The sentences that people look for.
pub const SENTENCES: &[Sentence] = &[
    Sentence {
        text: "could not restart participant",
        seen_in: "LiveKit's log",
        means: "Somebody's WebRTC connection did not come about or broke, and could not be made again. Media does not \
                get through, although the token and the WebSocket are right.",
        causes: &[
            Cause::IceAddressInsideDocker,
            Cause::IceAddressUnreachable,
            Cause::MediaBlocked,
            Cause::TurnNeeded,
            Cause::UdpBlocked,
        ],
    },
    Sentence {
        text: "SIGNAL_SOURCE_CLOSE",
        seen_in: "LiveKit's log, as the reason of a leave",
        means: "The client closed the connection itself or was gone: its token was not valid, it lacked a permission, \
                or its network broke.",
        causes: &[
            Cause::TokenExpired,
            Cause::TokenMayNotJoin,
            Cause::LivekitTokenRefused,
            Cause::WebsocketEaten,
            Cause::MediaBlocked,
        ],
    },
    Sentence {
        text: "secret is too short",
        seen_in: "LiveKit's and the session server's start",
        means: "The API secret has less than 32 characters, with which LiveKit does not start.",
        causes: &[Cause::SecretTooShort],
    },
    Sentence {
        text: "ICE connection state changed to failed",
        seen_in: "LiveKit's log (also as \"state\": \"failed\")",
        means: "None of the addresses that LiveKit and the client named to each other led from one to the other: an \
                address inside Docker is named outside of it, or a firewall stands between.",
        causes: &[Cause::IceAddressInsideDocker, Cause::IceAddressUnreachable, Cause::MediaBlocked, Cause::TurnNeeded],
    },
    Sentence {
        text: "/rtc/validate in a browser shows an error, \"success\" or plain text",
        seen_in: "a browser or curl",
        means: "That is normal. The address is made for LiveKit's clients, which come with a token; without one it says \
                401. That anything answers shows that LiveKit's port can be reached.",
        causes: &[],
    },
];

/// What a sentence of LiveKit's or of a server's, found in `text`, means.
pub fn sentence(text: &str) -> Option<&'static Sentence> {
    let text = text.to_lowercase();
    let ice_failed = text.contains("ice") && text.contains("failed");
    SENTENCES
        .iter()
        .find(|sentence| text.contains(&sentence.text.to_lowercase()) || ice_failed && sentence.text.starts_with("ICE"))
}

#[cfg(test)]
mod tests;
