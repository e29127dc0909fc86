//! Where a session API is.

use url::Url;

use crate::address;
use crate::doctor::{Cause, mask};
use crate::error::{Action, UiError};
use crate::session::text::shown;

/// Longest text that an error quotes, in characters.
const MAX_QUOTED: usize = 120;

/// The base URL of a session API, e.g. `http://localhost:8080/api` or `https://live.example/api/v1`: no query, no
/// fragment, no user or password, no slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Takes what a person typed. Without a scheme it means `http` on this computer and `https` elsewhere; without a
    /// path it means `/api`; an address of one of the calls (`…/live/create`) means the API it belongs to.
    ///
    /// # Errors
    /// It is no URL, not HTTP, or has a user or password in it.
    pub fn parse(text: &str) -> Result<Self, UiError> {
        let invalid = |why: &str| {
            UiError::new(
                "api_url_invalid",
                format!("This is not the address of a session server: {why}."),
                "It looks like http://localhost:8080/api.",
            )
            .because(Cause::ApiAddressInvalid.knowledge().why)
            .offering(Action::OpenSettings)
        };
        let text = text.trim();
        if text.is_empty() {
            return Err(invalid("it is empty"));
        }
        let with_scheme = if text.contains("://") {
            text.to_owned()
        } else {
            let host = text.split(['/', ':']).next().unwrap_or_default();
            let local = host == "localhost" || host.parse::<std::net::Ipv4Addr>().is_ok();
            format!("{}://{text}", if local { "http" } else { "https" })
        };
        let mut url = Url::parse(&with_scheme).map_err(|error| invalid(&error.to_string()))?;
        match url.scheme() {
            "http" | "https" => {}
            "ws" | "wss" => return Err(invalid("ws:// is LiveKit's own address, the session server's is http://")),
            other => return Err(invalid(&format!("{}:// is not http", shown(other, MAX_QUOTED)))),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid("a user or password does not belong into it, set a sign-in instead"));
        }
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path();
        let mut path = path.find("/live/").map_or(path, |end| &path[..end]).trim_end_matches('/');
        while let Some(shorter) = path.strip_suffix("/live") {
            path = shorter.trim_end_matches('/');
        }
        let path = path.to_owned();
        url.set_path(if path.is_empty() { "/api" } else { &path });
        Ok(Self(url))
    }

    /// The URL as text, the way it is kept.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The URL of a call: `path` like `live/create`.
    pub fn call(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}/{path}", self.0.path().trim_end_matches('/')));
        url
    }

    /// LiveKit's address as a client connects to it. `server_url` may be relative (`/livekit`): then it is on the
    /// API's own origin.
    ///
    /// # Errors
    /// It is neither a path nor a `ws`, `wss`, `http` or `https` URL.
    pub fn livekit_url(&self, server_url: &str) -> Result<Url, UiError> {
        let bad = || UiError::of(Cause::ServerUrlInvalid, &shown(&mask::given(server_url), MAX_QUOTED));
        let mut url = self.0.join(server_url.trim()).map_err(|_| bad())?;
        let scheme = match url.scheme() {
            "http" | "ws" => "ws",
            "https" | "wss" => "wss",
            _ => return Err(bad()),
        };
        url.set_scheme(scheme).map_err(|()| bad())?;
        if server_url.trim().is_empty() || url.host_str().is_none_or(str::is_empty) {
            return Err(bad());
        }
        Ok(url)
    }

    /// Whether it is on this computer, where no proxy has any business.
    pub fn is_loopback(&self) -> bool {
        address::is_loopback(&self.0)
    }

    /// The host, for a person to read.
    pub fn host(&self) -> String {
        address::host_and_port(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        BaseUrl::parse(text).unwrap().as_str().to_owned()
    }

    #[test]
    fn takes_what_people_type() {
        assert_eq!(parsed("http://localhost:8080/api"), "http://localhost:8080/api");
        assert_eq!(parsed("  http://localhost:8080/api/ "), "http://localhost:8080/api");
        assert_eq!(parsed("localhost:8080"), "http://localhost:8080/api");
        assert_eq!(parsed("192.168.1.5:8080/api/v1"), "http://192.168.1.5:8080/api/v1");
        assert_eq!(parsed("live.example.org"), "https://live.example.org/api");
        assert_eq!(parsed("http://[::1]:80/api"), "http://[::1]/api");
        assert_eq!(parsed("https://x.example/api/v1/live/create?x=1#y"), "https://x.example/api/v1");
    }

    #[test]
    fn what_is_kept_is_read_as_the_same() {
        // Found by fuzzing: slashes and calls behind one another.
        for text in ["https://h//live//x", "https://h/live/live", "https://h/a/live//live/", "https://h/live/x/live"] {
            let once = parsed(text);
            assert_eq!(parsed(&once), once, "{text}");
        }
    }

    #[test]
    fn what_a_server_says_is_quoted_in_bounds() {
        let base = BaseUrl::parse("https://live.example/api").unwrap();
        let error = base.livekit_url(&format!("odd:\u{1b}[31m\0{}", "x".repeat(500_000))).unwrap_err();
        assert!(error.message.chars().count() < 400 && !error.message.chars().any(char::is_control));
    }

    #[test]
    fn refuses_what_is_no_session_api() {
        for text in ["", "http://", "ftp://x/api", "ws://localhost:7880", "http://me:pw@host/api", "not a url at all"] {
            let error = BaseUrl::parse(text).unwrap_err();
            assert_eq!(error.code, "api_url_invalid", "{text}");
            assert!(!error.message.contains("pw"));
        }
    }

    #[test]
    fn calls_stand_under_the_base() {
        let base = BaseUrl::parse("http://localhost:8080/api/v1").unwrap();
        assert_eq!(base.call("live/create").as_str(), "http://localhost:8080/api/v1/live/create");
    }

    #[test]
    fn a_relative_server_url_is_on_the_apis_origin() {
        let base = BaseUrl::parse("https://live.example/api").unwrap();
        assert_eq!(base.livekit_url("/livekit").unwrap().as_str(), "wss://live.example/livekit");
        assert_eq!(base.livekit_url("ws://10.0.0.5:7880").unwrap().as_str(), "ws://10.0.0.5:7880/");
        assert_eq!(base.livekit_url("http://10.0.0.5:7880").unwrap().scheme(), "ws");
        assert_eq!(base.livekit_url("").unwrap_err().code, "server_url_invalid");
        assert_eq!(base.livekit_url("file:///etc/passwd").unwrap_err().code, "server_url_invalid");
    }
}
