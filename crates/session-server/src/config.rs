//! What the server is told before it starts.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// Fewest characters of an API secret. LiveKit itself insists on it.
pub const MIN_SECRET_CHARS: usize = 32;

/// How the server runs. [`Config::new`] gives the defaults; set what differs.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; port 0 takes a free one. Default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// LiveKit's API key, as in its `livekit.yaml`.
    pub api_key: String,
    /// The secret of that key, 32 characters or more.
    pub api_secret: SecretString,
    /// Where LiveKit is. May stay `None` at first: then [`Handle::set_livekit`](crate::Handle::set_livekit) says so
    /// later, and until then create and join answer 503 `livekit_unreachable`.
    pub livekit: Option<LiveKitUrls>,
    /// Where sessions are kept. Default: in memory.
    pub database: Database,
    /// How long a token is good for; who is connected by then stays connected. Default 10 minutes.
    pub token_ttl: Duration,
    /// Most people in one session; 0 (default) is unlimited.
    pub max_participants: u32,
    /// How long LiveKit keeps a room that nobody has entered. Default 10 minutes.
    pub empty_timeout: Duration,
    /// How long LiveKit keeps a room that everybody has left. Default 2 minutes.
    pub departure_timeout: Duration,
    /// How much one client address may write.
    pub rate_limit: RateLimit,
    /// If set, create and list want it, and so does end from who does not prove to be the host: as bearer token or as
    /// cookie `auth_token`.
    pub auth_token: Option<SecretString>,
    /// If set, a sign-in that may also end any session.
    pub admin_token: Option<SecretString>,
    /// Origins of web pages that may call this API, e.g. `https://live.example.com`; `*` is any. Default: none.
    pub cors_origins: Vec<String>,
    /// Takes the client's address from the last `X-Forwarded-For`. Only behind a proxy that sets it. Default false.
    pub trust_forwarded_for: bool,
    /// Names and addresses that a request's `Host` may have, without port, e.g. `localhost`, `127.0.0.1`, `[::1]`. For a
    /// server that only this computer or network shall reach: a web page whose name was pointed at it (DNS rebinding)
    /// calls it by that name. Default `None`: any, since a proxy before a public server has names of its own.
    pub allowed_hosts: Option<Vec<String>>,
    /// Most event streams at once; who asks for one more is refused. Default 1024.
    pub max_streams: usize,
    /// How long it is remembered that a session has ended; afterwards its id is unknown. Default 30 days.
    pub keep_ended: Duration,
    /// How long a session waits for its last host to come back before the rule that its creator chose applies. Default
    /// 60 s.
    pub host_grace: Duration,
}

/// The two addresses of one LiveKit server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveKitUrls {
    /// How this server reaches it (`LIVEKIT_SERVER_URL`), e.g. `ws://host.docker.internal:7880`.
    pub server: String,
    /// How clients reach it (`LIVEKIT_PUBLIC_URL`), e.g. `ws://localhost:7880`. May be a path (`/livekit`), which
    /// clients resolve against this API's origin.
    pub public: String,
}

/// Where sessions are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// In this process: gone when it ends.
    Memory,
    /// In an SQLite file, made if it does not exist. One server at a time.
    File(PathBuf),
    /// In an SQLite file as well as that goes, for a server inside an app, which a bad file must not stop: one that
    /// cannot be read is kept as `….unreadable`; where none can be had, or another server has it, sessions are in memory;
    /// a write that fails is logged. Sessions of more than a day ago count as ended.
    BestEffort(PathBuf),
}

/// A token bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimit {
    /// Requests at once; 0 turns the limit off.
    pub burst: u32,
    /// Requests per second after that; above 0.
    pub per_second: f64,
}

impl Config {
    /// The defaults, with this key of a LiveKit server.
    pub fn new(api_key: impl Into<String>, api_secret: impl Into<SecretString>) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            api_key: api_key.into(),
            api_secret: api_secret.into(),
            livekit: None,
            database: Database::Memory,
            token_ttl: Duration::from_secs(600),
            max_participants: 0,
            empty_timeout: Duration::from_secs(600),
            departure_timeout: Duration::from_secs(120),
            rate_limit: RateLimit { burst: 200, per_second: 20.0 },
            auth_token: None,
            admin_token: None,
            cors_origins: Vec::new(),
            trust_forwarded_for: false,
            allowed_hosts: None,
            max_streams: 1024,
            keep_ended: Duration::from_secs(30 * 24 * 3600),
            host_grace: Duration::from_secs(60),
        }
    }

    /// Everything that is wrong with it, at once.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let mut wrong = Vec::new();
        if self.api_key.trim().is_empty() {
            wrong.push("LIVEKIT_API_KEY is missing: give the key that livekit.yaml has under `keys`.".to_owned());
        }
        let secret = self.api_secret.expose_secret();
        if secret.is_empty() {
            wrong.push(
                "LIVEKIT_API_SECRET is missing: give the secret that livekit.yaml has beside the key.".to_owned(),
            );
        } else if secret.chars().count() < MIN_SECRET_CHARS {
            wrong.push(format!(
                "LIVEKIT_API_SECRET: secret is too short. LiveKit wants {MIN_SECRET_CHARS} characters or more: make \
                 one with `openssl rand -base64 36` and put the same one into livekit.yaml."
            ));
        }
        if let Some(urls) = &self.livekit {
            urls.check(&mut wrong);
        }
        if self.token_ttl < Duration::from_secs(10) || self.token_ttl > Duration::from_secs(24 * 3600) {
            wrong.push("The token's life time must be from 10 seconds to 24 hours.".to_owned());
        }
        for (name, timeout) in [("empty", self.empty_timeout), ("departure", self.departure_timeout)] {
            if timeout < Duration::from_secs(1) || timeout > Duration::from_secs(7 * 24 * 3600) {
                wrong.push(format!("The {name} timeout must be from 1 second to 7 days."));
            }
        }
        if self.max_streams == 0 || self.max_streams > tokio::sync::Semaphore::MAX_PERMITS {
            wrong.push("The number of event streams must be 1 or more.".to_owned());
        }
        if self.keep_ended < Duration::from_secs(1) || self.keep_ended > Duration::from_secs(10 * 365 * 24 * 3600) {
            wrong.push("Ended sessions must be remembered for 1 second to 10 years.".to_owned());
        }
        if self.rate_limit.burst > 0 && !(self.rate_limit.per_second > 0.0 && self.rate_limit.per_second.is_finite()) {
            wrong.push("The rate of writes per second must be above 0; a burst of 0 turns the limit off.".to_owned());
        }
        for (name, token) in [("SESSION_AUTH_TOKEN", &self.auth_token), ("SESSION_ADMIN_TOKEN", &self.admin_token)] {
            if token.as_ref().is_some_and(|token| token.expose_secret().len() < 16) {
                wrong.push(format!("{name} is too short: 16 characters or more, or leave it out."));
            }
        }
        for origin in &self.cors_origins {
            let is_origin = Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == *origin);
            if origin != "*" && !is_origin {
                wrong.push(format!("{origin:?} is no origin: it looks like https://live.example.com, without a path."));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(ConfigError(wrong)) }
    }
}

impl LiveKitUrls {
    /// One address for both.
    pub fn same(url: impl Into<String>) -> Self {
        let url = url.into();
        Self { server: url.clone(), public: url }
    }

    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        let mut wrong = Vec::new();
        self.check(&mut wrong);
        if wrong.is_empty() { Ok(()) } else { Err(ConfigError(wrong)) }
    }

    fn check(&self, wrong: &mut Vec<String>) {
        let mut check = |name: &str, text: &str| {
            let ok = Url::parse(text).is_ok_and(|url| {
                matches!(url.scheme(), "ws" | "wss" | "http" | "https")
                    && url.has_host()
                    && url.username().is_empty()
                    && url.password().is_none()
            });
            if !ok {
                // Not quoted: it may hold a password.
                wrong.push(format!("{name} is no address of a LiveKit server: it looks like ws://localhost:7880."));
            }
        };
        check("LIVEKIT_SERVER_URL", &self.server);
        if !self.public.starts_with('/') || self.public.starts_with("//") {
            check("LIVEKIT_PUBLIC_URL", &self.public);
        }
    }
}

/// What is wrong with a [`Config`]: one sentence each, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Config {
        let mut config = Config::new("key", "0123456789abcdef0123456789abcdef");
        config.livekit = Some(LiveKitUrls::same("ws://localhost:7880"));
        config
    }

    #[test]
    fn names_every_mistake_at_once() {
        assert_eq!(good().validate(), Ok(()));
        let mut config = good();
        config.api_key.clear();
        config.api_secret = "short".into();
        config.livekit = Some(LiveKitUrls { server: "localhost:7880".into(), public: "ftp://x".into() });
        config.cors_origins = vec!["https://a.example/path".into()];
        config.rate_limit.per_second = 0.0;
        let wrong = config.validate().unwrap_err();
        assert_eq!(wrong.0.len(), 6, "{wrong}");
        assert!(wrong.to_string().contains("secret is too short"));
        assert!(!format!("{config:?}").contains("short\""), "the secret shows in Debug");
    }

    #[test]
    fn a_public_address_may_be_a_path() {
        let mut config = good();
        config.livekit = Some(LiveKitUrls { server: "http://livekit:7880".into(), public: "/livekit".into() });
        assert_eq!(config.validate(), Ok(()));
        config.livekit = Some(LiveKitUrls { server: "ws://user:pass@livekit:7880".into(), public: "//x".into() });
        let wrong = config.validate().unwrap_err();
        assert_eq!(wrong.0.len(), 2);
        assert!(!wrong.to_string().contains("pass@"));
    }
}
