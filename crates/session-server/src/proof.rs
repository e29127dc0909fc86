//! Who is asking: the host of a session, somebody signed in, or anybody.

use axum::http::{HeaderMap, header};
use secrecy::{ExposeSecret, SecretString};

use crate::error::ApiError;
use crate::secret;
use crate::server::App;
use crate::session::Session;
use crate::token::{Admission, Role};

/// The cookie that browsers sign in with.
const COOKIE: &str = "auth_token";

/// What somebody may do beyond what anybody may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SignIn {
    None,
    Member,
    /// May end any session.
    Admin,
}

impl App {
    /// Whether host key or bearer prove a host of this session. A host key that is wrong is refused outright; a bearer
    /// that proves nothing may be a sign-in.
    pub(crate) fn prove_host(
        &self,
        session: &Session,
        host_key: Option<&SecretString>,
        headers: &HeaderMap,
    ) -> Result<bool, ApiError> {
        let is_key = |key: &str| secret::matches(key, &session.host_key_hash());
        match host_key {
            Some(key) if is_key(key.expose_secret()) => Ok(true),
            Some(_) => Err(ApiError::HostProofRequired),
            None => Ok(bearer(headers).is_some_and(|b| {
                let is_host = |of: Admission| {
                    // Who was removed is no host any more, however long the token lasts.
                    of.role == Role::Host && !session.people(|people| people.is_removed(&of.identity))
                };
                is_key(b) || self.tokens.returning(b, session.id()).is_some_and(is_host)
            })),
        }
    }

    /// As what the request is signed in.
    pub(crate) fn sign_in(&self, headers: &HeaderMap) -> SignIn {
        let is = |expected: &Option<[u8; 32]>, given: &str| expected.is_some_and(|hash| secret::matches(given, &hash));
        let level = |given: &str| {
            if is(&self.admin_token, given) {
                SignIn::Admin
            } else if is(&self.auth_token, given) {
                SignIn::Member
            } else {
                SignIn::None
            }
        };
        bearer(headers).into_iter().chain(cookie(headers)).map(level).max().unwrap_or(SignIn::None)
    }

    /// Refuses who is not signed in, where this server wants that.
    pub(crate) fn require_sign_in(&self, headers: &HeaderMap) -> Result<SignIn, ApiError> {
        let sign_in = self.sign_in(headers);
        if self.auth_token.is_some() && sign_in == SignIn::None { Err(ApiError::SignInRequired) } else { Ok(sign_in) }
    }
}

pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let mut pairs = headers.get_all(header::COOKIE).iter().filter_map(|c| c.to_str().ok()).flat_map(|c| c.split(';'));
    pairs.find_map(|pair| pair.trim().split_once('=').filter(|(name, _)| *name == COOKIE)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_bearer_and_cookie() {
        let mut headers = HeaderMap::new();
        assert_eq!((bearer(&headers), cookie(&headers)), (None, None));
        headers.insert("authorization", "bearer  abc".parse().unwrap());
        headers.insert("cookie", "theme=dark; auth_token=x=y; z".parse().unwrap());
        assert_eq!((bearer(&headers), cookie(&headers)), (Some("abc"), Some("x=y")));
        headers.insert("authorization", "Basic abc".parse().unwrap());
        assert_eq!(bearer(&headers), None);
    }
}
