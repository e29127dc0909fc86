//! This computer as the host: the session server in this process, and LiveKit beside it, with keys of this run only.

mod binary;
mod error;
mod livekit;
mod restart;
pub mod watchdog;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use donfra_session_server::{BoundServer, Config, Database, Handle, LiveKitUrls, Server, ServerError};
use rand::distr::{Alphanumeric, SampleString};
use secrecy::SecretString;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use url::Url;

use crate::address;
use crate::api::BaseUrl;
pub use error::HostError;
use livekit::Plan;

/// Where the session server listens if these are free; another app on this computer looks for it there.
pub const PORTS: std::ops::RangeInclusive<u16> = 8080..=8084;

/// How long requests under way may take when the server stops.
const SERVER_GRACE: Duration = Duration::from_millis(300);

/// The session server and LiveKit of this computer.
pub struct Host {
    base: BaseUrl,
    lan: bool,
    handle: Handle,
    stop_server: oneshot::Sender<()>,
    server: JoinHandle<Result<(), ServerError>>,
    stop_livekit: oneshot::Sender<()>,
    livekit: JoinHandle<()>,
    livekit_url: watch::Receiver<String>,
}

impl Host {
    /// Starts both and returns when both answer. With `lan` they are on this computer's network address instead of
    /// loopback. `watchdog` is an executable whose `main` begins with [`watchdog::run_if_asked`]: this app's own. Sessions
    /// are gone when it ends.
    ///
    /// # Errors
    /// [`HostError`].
    pub async fn start(lan: bool, watchdog: PathBuf) -> Result<Self, HostError> {
        Self::start_with(lan, watchdog, Database::Memory).await
    }

    /// The same, with the sessions in this file, where the next start after a crash finds them.
    ///
    /// # Errors
    /// [`HostError`].
    pub async fn start_keeping(lan: bool, watchdog: PathBuf, sessions: PathBuf) -> Result<Self, HostError> {
        Self::start_with(lan, watchdog, Database::BestEffort(sessions)).await
    }

    async fn start_with(lan: bool, watchdog: PathBuf, sessions: Database) -> Result<Self, HostError> {
        let program = binary::find().ok_or(HostError::LiveKitMissing)?;
        let ip = if lan { address::own_v4().ok_or(HostError::NoNetwork)? } else { Ipv4Addr::LOCALHOST.into() };
        let key = format!("API{}", Alphanumeric.sample_string(&mut rand::rng(), 12));
        let secret = SecretString::from(Alphanumeric.sample_string(&mut rand::rng(), 48));
        let server = bind(ip, &key, &secret, &sessions).await?;
        let base = BaseUrl::parse(&server.base_url()).expect("the session server's own address is one");
        let handle = server.handle();
        let mut plan = Plan::new(watchdog, program, ip, key, secret, server.webhook_url())?;
        let livekit = plan.start().await?;
        handle.set_livekit(LiveKitUrls::same(plan.url())).map_err(ServerError::from)?;
        let (stop_server, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(server.run(async { drop(stopped.await) }));
        let (stop_livekit, stopped) = oneshot::channel();
        tracing::info!(api = base.as_str(), livekit = plan.url(), "this computer hosts");
        let (moves, livekit_url) = watch::channel(plan.url());
        let livekit = tokio::spawn(restart::keep_running(plan, livekit, handle.clone(), stopped, moves));
        Ok(Self { base, lan, handle, stop_server, server, stop_livekit, livekit, livekit_url })
    }

    /// The base URL of its session API.
    pub fn base_url(&self) -> &BaseUrl {
        &self.base
    }

    /// Whether it is on the network.
    pub fn lan(&self) -> bool {
        self.lan
    }

    /// A proof of being the host of a session that it has, also of one that an earlier run made. One given before proves
    /// nothing any more.
    pub async fn host_key(&self, session_id: &str) -> Option<SecretString> {
        self.handle.renew_host_key(session_id).await
    }

    /// Whether LiveKit is not at this address any more: another program has taken its port after a crash.
    pub fn has_moved_from(&self, livekit: &Url) -> bool {
        Url::parse(&self.livekit_url.borrow()).is_ok_and(|now| now != *livekit)
    }

    /// Whether LiveKit ended and does not start again, whatever was tried: there is nobody to host any more.
    pub fn has_failed(&self) -> bool {
        self.livekit.is_finished()
    }

    /// Stops both and returns when they have ended. Requests under way get a moment to finish.
    pub async fn stop(self) {
        let _ = self.stop_livekit.send(());
        let _ = self.stop_server.send(());
        let _ = self.livekit.await;
        let mut server = self.server;
        match tokio::time::timeout(SERVER_GRACE, &mut server).await {
            Ok(Ok(Err(error))) => tracing::warn!(%error, "the session server ended badly"),
            Ok(_) => {}
            // An idle connection is no reason to keep a closed app waiting.
            Err(_) => server.abort(),
        }
    }
}

/// Takes one of the usual ports, else any.
async fn bind(ip: IpAddr, key: &str, secret: &SecretString, sessions: &Database) -> Result<BoundServer, HostError> {
    for port in PORTS.chain([0]) {
        let mut config = Config::new(key, secret.clone());
        config.listen = SocketAddr::new(ip, port);
        config.database = sessions.clone();
        // A page in a browser here may point a name of its own at this address (DNS rebinding); nobody else has one for it.
        config.allowed_hosts = Some(own_names(ip));
        match Server::bind(config).await {
            Err(ServerError::Listen { address, source }) if port != 0 => {
                tracing::debug!(%address, %source, "port is taken");
            }
            result => return Ok(result?),
        }
    }
    unreachable!("the last port in the list returns")
}

/// What the session server on this address is called by.
fn own_names(ip: IpAddr) -> Vec<String> {
    let mut names = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned).to_vec();
    if !ip.is_loopback() {
        names.push(match ip {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        });
    }
    names
}
