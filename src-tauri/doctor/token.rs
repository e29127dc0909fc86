//! What the token says: read, not checked; LiveKit checks it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;

use super::cause::Cause;
use super::check::Finding;
use super::clock::duration;
use super::context::Context;

#[derive(Deserialize)]
struct Claims {
    exp: i64,
    #[serde(default)]
    video: Video,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Video {
    room: String,
    room_join: bool,
    can_publish: Option<bool>,
}

/// Room, rights and time of the token.
pub fn check(context: &mut Context) -> Finding {
    let Some(entered) = &context.entered else { return Finding::skipped("There is no token.") };
    // By the session server's own clock, so that a wrong one is not taken for a wrong token.
    let now = OffsetDateTime::now_utc().unix_timestamp() + context.api_clock.unwrap_or(0);
    of_token(&entered.token, &entered.session_id, now)
}

fn of_token(token: &SecretString, session: &str, now: i64) -> Finding {
    let Some(claims) = claims(token) else {
        return Finding::failed(Cause::TokenUnreadable, "It is not a signed token with a room and rights in it.");
    };
    let Claims { exp, video } = claims;
    if exp <= now {
        let seen = format!("It ran out {} ago by the session server's clock.", duration(now - exp));
        return Finding::failed(Cause::TokenExpired, seen);
    }
    if !video.room_join || video.room.is_empty() {
        let lacks = if video.room_join { "It names no room." } else { "It lacks the grant roomJoin." };
        return Finding::failed(Cause::TokenMayNotJoin, lacks);
    }
    // Ids are compared as they are: LiveKit's rooms know no upper and lower case as the same.
    if video.room != session {
        return Finding::failed(Cause::TokenOtherRoom, "Its room is not the session's.");
    }
    let publish = if video.can_publish.unwrap_or(true) { "may publish" } else { "may only watch" };
    Finding::ok(format!("For this session, {publish}, good for {}.", duration(exp - now)))
}

fn claims(token: &SecretString) -> Option<Claims> {
    let parts: Vec<&str> = token.expose_secret().split('.').collect();
    let [header, payload, signature] = parts.as_slice() else { return None };
    let json = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    json(header)?.get("alg")?.as_str()?;
    if signature.is_empty() {
        return None;
    }
    serde_json::from_value(json(payload)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> SecretString {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        SecretString::from(format!("{}.{}.c2ln", part(r#"{"alg":"HS256"}"#), part(claims)))
    }

    fn cause(claims: &str) -> Option<Cause> {
        of_token(&token(claims), "room", 1000).cause
    }

    #[test]
    fn each_thing_that_can_be_wrong_is_named() {
        assert_eq!(cause(r#"{"exp":1600,"video":{"room":"room","roomJoin":true}}"#), None);
        assert_eq!(cause(r#"{"exp":900,"video":{"room":"room","roomJoin":true}}"#), Some(Cause::TokenExpired));
        assert_eq!(cause(r#"{"exp":1600,"video":{"room":"other","roomJoin":true}}"#), Some(Cause::TokenOtherRoom));
        assert_eq!(cause(r#"{"exp":1600,"video":{"room":"room"}}"#), Some(Cause::TokenMayNotJoin));
        assert_eq!(cause(r#"{"exp":1600,"video":{"roomJoin":true}}"#), Some(Cause::TokenMayNotJoin));
        for text in ["", "abc", "a.b.c", "e30.e30.c2ln", "e30.e30."] {
            let finding = of_token(&SecretString::from(text), "room", 1000);
            assert_eq!(finding.cause, Some(Cause::TokenUnreadable), "{text}");
        }
    }

    #[test]
    fn what_is_seen_has_times_and_rights() {
        let watch = token(r#"{"exp":1600,"video":{"room":"room","roomJoin":true,"canPublish":false}}"#);
        assert_eq!(of_token(&watch, "room", 1000).seen, "For this session, may only watch, good for 10 min.");
    }
}
