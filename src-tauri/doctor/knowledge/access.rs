//! Being let in: sign-in, session, token, clocks; and the app's own library.

use super::Knowledge;
use crate::doctor::cause::Cause;
use crate::error::Action::{OpenSettings, RunDoctor, TryAgain};

pub(super) fn of(cause: Cause) -> Option<Knowledge> {
    Some(match cause {
        Cause::SignInRequired => Knowledge {
            message: "The session server at {about} wants a sign-in.",
            why: "It creates and lists sessions only for people it knows, and no sign-in is set in this app.",
            host: "Give people a bearer token or the auth_token cookie of your service.",
            guest: "Set the bearer token or the auth_token cookie in the settings.",
            action: OpenSettings,
        },
        Cause::SignInRefused => Knowledge {
            message: "The session server at {about} does not take the sign-in.",
            why: "The bearer token or cookie in the settings has run out, is for another server, or may not do this.",
            host: "Give the person a new sign-in, and check what it may do.",
            guest: "Set a fresh sign-in in the settings.",
            action: OpenSettings,
        },
        Cause::SessionNotFound => Knowledge {
            message: "There is no session with this id on {about}.",
            why: "The id is incomplete, of a session on another server, or of one that is long over.",
            host: "Copy the session id again and send it, with the address of your session server.",
            guest: "Copy the id again from the host, and check that the settings name the host's session server.",
            action: OpenSettings,
        },
        Cause::SessionEnded => Knowledge {
            message: "This session has ended.",
            why: "Its host ended it, or everybody had left it for a while.",
            host: "Create a new session and send its id.",
            guest: "Ask the host for the id of a new session.",
            action: TryAgain,
        },
        Cause::SessionFull => Knowledge {
            message: "This session is full.",
            why: "The session server lets a limited number of people into one session.",
            host: "Raise MAX_PARTICIPANTS of the session server, or ask somebody to leave.",
            guest: "Try again when somebody has left.",
            action: TryAgain,
        },
        Cause::RateLimited => Knowledge {
            message: "The session server has had too many requests from here.",
            why: "It takes only so many a second from one address, which a whole house may share.",
            host: "Raise RATE_BURST and RATE_PER_SECOND of the session server; behind a proxy, set TRUST_FORWARDED_FOR.",
            guest: "Wait a few seconds, then try again.",
            action: TryAgain,
        },
        Cause::SdkUnusable => Knowledge {
            message: "LiveKit's library in this app cannot be used.",
            why: "The file is missing, damaged, or of another version than this app was made for.",
            host: "Install Donfra Live again.",
            guest: "Install Donfra Live again.",
            action: RunDoctor,
        },
        Cause::TokenUnreadable => Knowledge {
            message: "The session server gave something that is no LiveKit access token.",
            why: "A token has three parts with its room and its rights in the middle one; this has not.",
            host: "Check the session server's version, and that it signs tokens with LiveKit's key and secret.",
            guest: "Tell the host that the session server's tokens cannot be read.",
            action: TryAgain,
        },
        Cause::TokenExpired => Knowledge {
            message: "The access token had run out before it was used.",
            why: "A token is good for some minutes; this one was made with too short a life or kept too long.",
            host: "Let the session server make tokens that are good for 10 minutes (TOKEN_TTL=600), and check its clock.",
            guest: "Join again: that gets a new token.",
            action: TryAgain,
        },
        Cause::ClockOff => Knowledge {
            message: "Clocks do not agree: {about}.",
            why: "Tokens and certificates are good for a time; where a clock is wrong, they look expired or not yet valid.",
            host: "Let the servers set their clocks by the network (NTP): `timedatectl set-ntp true`.",
            guest: "Let this computer set its clock by the network; if it is right, the host must mend the server's.",
            action: TryAgain,
        },
        Cause::TokenOtherRoom => Knowledge {
            message: "The access token is for another room than the session.",
            why: "LiveKit would let into the room that the token names, where nobody of the session is.",
            host: "The session server must put the session's id as `room` into the token.",
            guest: "Tell the host that the session server's tokens are for another room.",
            action: TryAgain,
        },
        Cause::TokenMayNotJoin => Knowledge {
            message: "The access token does not let anybody join.",
            why: "It lacks the grant `roomJoin`, or names no room.",
            host: "The session server must grant `roomJoin` and `room` in the token's `video` part.",
            guest: "Tell the host that the session server's tokens lack the right to join.",
            action: TryAgain,
        },
        _ => return None,
    })
}
