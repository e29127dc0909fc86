//! What an access token says of its bearer. Read, not checked: LiveKit checks it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// The claims that the app needs.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Claims {
    /// The identity in the room.
    pub sub: String,
    /// Until when it is good, seconds since 1970; not said means for good.
    #[serde(default)]
    pub exp: Option<i64>,
    /// What it allows.
    #[serde(default)]
    pub video: Grants,
}

/// The grants that the app needs.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Grants {
    /// A host's.
    pub room_admin: bool,
    /// Not said means yes.
    pub can_publish: Option<bool>,
}

/// The claims of a token, if it is one.
pub fn claims(token: &SecretString) -> Option<Claims> {
    let payload = token.expose_secret().split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// Whether a token is good for some seconds more, by this computer's clock.
pub fn lasts(token: &SecretString) -> bool {
    /// To get to LiveKit with it.
    const WAY: i64 = 5;
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    claims(token).is_some_and(|claims| claims.exp.is_none_or(|exp| exp > now + WAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_identity_and_grants() {
        let payload =
            URL_SAFE_NO_PAD.encode(r#"{"sub":"ada","iss":"k","video":{"roomAdmin":true,"canPublish":false}}"#);
        let claims = claims(&SecretString::from(format!("h.{payload}.s"))).unwrap();
        assert_eq!(claims.sub, "ada");
        assert_eq!(claims.video, Grants { room_admin: true, can_publish: Some(false) });
    }

    #[test]
    fn an_expired_token_does_not_last() {
        let token = |exp: i64| {
            let payload = URL_SAFE_NO_PAD.encode(format!(r#"{{"sub":"ada","exp":{exp}}}"#));
            SecretString::from(format!("h.{payload}.s"))
        };
        let now = time::OffsetDateTime::now_utc().unix_timestamp();
        assert!(lasts(&token(now + 60)));
        assert!(!lasts(&token(now - 1)) && !lasts(&token(now + 1)));
    }

    #[test]
    fn what_is_no_token_gives_nothing() {
        for text in ["", "a.b.c", "abc", "a.!!.c"] {
            assert!(claims(&SecretString::from(text)).is_none());
        }
    }
}
