//! What is handed from check to check.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

use super::ice::Connected;
use super::mask::Mask;
use super::probe::http::{Answer, Asker};
use super::signal::Offered;
use crate::address::host_and_port;
use crate::api::BaseUrl;
use crate::host::Host;
use crate::settings::SettingsStore;

/// Longest that tidying up waits for each thing.
const TIDY_TIMEOUT: Duration = Duration::from_secs(4);

/// Where to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server {
    /// At this computer's own server.
    Here {
        /// Whether it shall be on the network.
        lan: bool,
        /// The one that runs, of this app.
        running: Option<BaseUrl>,
    },
    /// At a session server; its address as it was typed.
    At(String),
}

/// What to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Where sessions come from.
    pub server: Server,
    /// The session to enter; without one, the doctor creates its own.
    pub session: Option<String>,
}

/// A session that was entered.
pub struct Entered {
    /// Its id.
    pub session_id: String,
    /// LiveKit's address as the session server gives it.
    pub server_url: String,
    /// The access token.
    pub token: SecretString,
    /// Another person's, in the doctor's own session.
    pub second: Option<SecretString>,
    /// The host's proof, where the doctor created the session.
    pub host_key: Option<SecretString>,
    /// Whether the doctor created it.
    pub own: bool,
    /// Whether one may publish in it.
    pub can_publish: bool,
}

/// Everything learned so far. A check may count on what the checks it needs have put in.
pub struct Context {
    /// What to look at.
    pub target: Target,
    /// Sign-ins.
    pub settings: Arc<SettingsStore>,
    /// The session server, from `api_address` on.
    pub base: Option<BaseUrl>,
    /// Its addresses, none where only a proxy knows them.
    pub api_addresses: Vec<SocketAddr>,
    /// Asks it, from `api_answers` on.
    pub asker: Option<Asker>,
    /// Whether a sign-in is set.
    pub signed_in: bool,
    /// What it answered first.
    pub first_answer: Option<Answer>,
    /// Its answer to the list of sessions.
    pub list: Option<Answer>,
    /// Its clock minus this computer's, s.
    pub api_clock: Option<i64>,
    /// What it says of its LiveKit, where it does.
    pub health: Option<Health>,
    /// The session, from `session` on.
    pub entered: Option<Entered>,
    /// LiveKit's address, from `server_url` on.
    pub livekit: Option<Url>,
    /// LiveKit's addresses; those that took a connection first.
    pub livekit_addresses: Vec<SocketAddr>,
    /// Its clock minus this computer's, s.
    pub livekit_clock: Option<i64>,
    /// What websocket, ice and media start from, from `livekit_token` on.
    pub room: Option<Room>,
    /// What no text may show.
    pub mask: Mask,
    host: Option<Host>,
}

/// What a session server says of its LiveKit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Whether it reaches it.
    pub reachable: bool,
    /// Whether LiveKit takes its key, where that is known.
    pub key_accepted: Option<bool>,
}

/// What websocket, ice and media start from.
pub struct Room {
    /// `ws://` or `wss://`, resolved against the session server; clients append `rtc` to its path.
    pub livekit: Url,
    /// The addresses of its host; those that took a TCP connection first.
    pub addresses: Vec<SocketAddr>,
    /// The access token, good for some minutes.
    pub token: SecretString,
    /// Another person's in the same session; only where `own`.
    pub second: Option<SecretString>,
    /// Whether the session is the doctor's own: tracks may be published in it.
    pub own: bool,
    /// Whether the token lets publish.
    pub can_publish: bool,
    /// Whether the system's proxy stands before LiveKit's address.
    pub proxy: bool,
    /// What LiveKit offered, from `websocket` on.
    pub offered: Offered,
    /// The connection that `ice` made, for `media`.
    pub connected: Option<Connected>,
}

impl Context {
    /// Nothing is known yet.
    pub fn new(target: Target, settings: Arc<SettingsStore>) -> Self {
        Self {
            target,
            settings,
            base: None,
            api_addresses: Vec::new(),
            asker: None,
            signed_in: false,
            first_answer: None,
            list: None,
            api_clock: None,
            health: None,
            entered: None,
            livekit: None,
            livekit_addresses: Vec::new(),
            livekit_clock: None,
            room: None,
            mask: Mask::of_this_computer(),
            host: None,
        }
    }

    /// Whether this computer is the host: then its remedies are the ones that count.
    pub fn hosts(&self) -> bool {
        matches!(self.target.server, Server::Here { .. })
    }

    /// Host, port and path of the session server, once it is known.
    pub fn api(&self) -> String {
        self.base.as_ref().map(|base| base.as_str().to_owned()).unwrap_or_default()
    }

    /// Host and port of the session server, for texts.
    pub fn api_host(&self) -> String {
        self.base.as_ref().map(BaseUrl::host).unwrap_or_default()
    }

    /// Host and port of LiveKit, for texts.
    pub fn livekit_host(&self) -> String {
        self.livekit.as_ref().map(host_and_port).unwrap_or_default()
    }

    /// Keeps this computer's servers until the end of the run.
    pub fn keep_host(&mut self, host: Host) {
        self.host = Some(host);
    }

    /// Ends what was started for the checks: the doctor's own session, this computer's servers.
    pub async fn tidy(&mut self) {
        self.room = None;
        if let (Some(entered), Some(base), Some(asker)) = (self.entered.take(), &self.base, &self.asker)
            && entered.own
        {
            let mut body = json!({ "session_id": entered.session_id });
            if let Some(key) = &entered.host_key {
                body["host_key"] = Value::from(key.expose_secret());
            }
            // Where there is a sign-in, older services want that one; the host key needs no second proof.
            let bearer = (entered.host_key.is_none() && !self.signed_in).then_some(&entered.token);
            let end = asker.post(base.call("live/end"), &body, bearer);
            match tokio::time::timeout(TIDY_TIMEOUT, end).await {
                Ok(Ok(answer)) if answer.status < 300 => {}
                _ => tracing::info!("the session of the connection check was not ended; it ends by itself"),
            }
        }
        if let Some(host) = self.host.take() {
            let _ = tokio::time::timeout(TIDY_TIMEOUT, host.stop()).await;
        }
    }
}
