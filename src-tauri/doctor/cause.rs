//! What can be wrong with a connection: one code each, stable.

use serde::{Deserialize, Serialize};
use specta::Type;

macro_rules! causes {
    ($($(#[$meta:meta])* $name:ident = $code:literal,)*) => {
        /// What is wrong. The codes are stable: reports, tests and documentation name them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
        pub enum Cause {
            $($(#[$meta])* #[serde(rename = $code)] $name,)*
        }

        impl Cause {
            /// Every cause there is.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable code, `snake_case`.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

causes! {
    /// The session server's address is none.
    ApiAddressInvalid = "api_address_invalid",
    /// Its name is unknown.
    ApiNameUnresolved = "api_name_unresolved",
    /// Nothing listens there.
    ApiNotRunning = "api_not_running",
    /// No answer in time.
    ApiTimeout = "api_timeout",
    /// What answers does not speak HTTP.
    ApiPortOtherProgram = "api_port_other_program",
    /// Its certificate is not to be trusted.
    ApiCertificateBad = "api_certificate_bad",
    /// http where it should be https, or the reverse.
    ApiWrongScheme = "api_wrong_scheme",
    /// The network wants a sign-in on a web page first.
    CaptivePortal = "captive_portal",
    /// Something else answers.
    NotASessionApi = "not_a_session_api",
    /// The system's proxy does not let through.
    ProxyRefuses = "proxy_refuses",
    /// IPv6 does not work where IPv4 does.
    Ipv6Broken = "ipv6_broken",
    /// It wants a sign-in, and none is set.
    SignInRequired = "sign_in_required",
    /// It does not take the sign-in that is set.
    SignInRefused = "sign_in_refused",
    /// There is no such session.
    SessionNotFound = "session_not_found",
    /// The session has ended.
    SessionEnded = "session_ended",
    /// Nobody else fits in.
    SessionFull = "session_full",
    /// Too many requests.
    RateLimited = "rate_limited",
    /// The session server failed.
    ApiFailed = "api_failed",
    /// The session server does not reach LiveKit.
    ApiLivekitUnreachable = "api_livekit_unreachable",
    /// LiveKit refuses the session server's key.
    ApiLivekitRefusesKey = "api_livekit_refuses_key",
    /// The API secret has less than 32 characters.
    SecretTooShort = "secret_too_short",
    /// A port that this computer's server needs is taken.
    HostPortTaken = "host_port_taken",
    /// This computer has no LiveKit server.
    LivekitProgramMissing = "livekit_program_missing",
    /// This computer's server does not start.
    HostFailed = "host_failed",
    /// LiveKit's SDK cannot be used.
    SdkUnusable = "sdk_unusable",
    /// What the session server gave is no token.
    TokenUnreadable = "token_unreadable",
    /// The token has run out.
    TokenExpired = "token_expired",
    /// Clocks differ.
    ClockOff = "clock_off",
    /// The token is for another room.
    TokenOtherRoom = "token_other_room",
    /// The token does not let join.
    TokenMayNotJoin = "token_may_not_join",
    /// LiveKit's address is a name that only Docker knows.
    ServerUrlDockerName = "server_url_docker_name",
    /// LiveKit's address is Docker's name for its host.
    ServerUrlHostDockerInternal = "server_url_host_docker_internal",
    /// LiveKit's address is that of another machine's loopback.
    ServerUrlLoopback = "server_url_loopback",
    /// LiveKit's address has the wrong scheme.
    ServerUrlWrongScheme = "server_url_wrong_scheme",
    /// LiveKit's address is a path behind which there is no LiveKit.
    ServerUrlRelative = "server_url_relative",
    /// The name in LiveKit's address is unknown.
    ServerUrlUnresolved = "server_url_unresolved",
    /// LiveKit's address is none.
    ServerUrlInvalid = "server_url_invalid",
    /// Nothing listens at LiveKit's address.
    LivekitNotRunning = "livekit_not_running",
    /// LiveKit's port answers nothing.
    LivekitPortFiltered = "livekit_port_filtered",
    /// Another program answers at LiveKit's port.
    LivekitPortOtherProgram = "livekit_port_other_program",
    /// LiveKit's certificate is not to be trusted.
    LivekitCertificateBad = "livekit_certificate_bad",
    /// LiveKit does not know the API key of the token.
    LivekitKeyUnknown = "livekit_key_unknown",
    /// LiveKit has another secret for the API key of the token.
    LivekitSecretWrong = "livekit_secret_wrong",
    /// LiveKit refuses the token for another reason.
    LivekitTokenRefused = "livekit_token_refused",
    /// LiveKit has no such room.
    LivekitRoomMissing = "livekit_room_missing",
    /// LiveKit lets nobody else into the room.
    LivekitRoomFull = "livekit_room_full",
    /// A WebSocket does not get through to LiveKit.
    WebsocketEaten = "websocket_eaten",
    /// UDP is blocked, TCP carries the media.
    UdpBlocked = "udp_blocked",
    /// Neither UDP nor TCP carries the media.
    MediaBlocked = "media_blocked",
    /// Only a TURN server would carry the media.
    TurnNeeded = "turn_needed",
    /// LiveKit names an address inside Docker for the media.
    IceAddressInsideDocker = "ice_address_inside_docker",
    /// LiveKit names an address for the media that cannot be reached.
    IceAddressUnreachable = "ice_address_unreachable",
    /// Much of the media is lost.
    MediaLossy = "media_lossy",
    /// The media takes long, or little gets through.
    MediaSlow = "media_slow",
    /// No media comes back.
    MediaNone = "media_none",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_serialised_names_and_unique() {
        let mut codes: Vec<_> = Cause::ALL.iter().map(|cause| cause.code()).collect();
        for cause in Cause::ALL {
            assert_eq!(serde_json::to_value(cause).unwrap(), cause.code());
        }
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Cause::ALL.len());
    }
}
