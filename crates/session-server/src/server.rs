//! The server: bound, then run until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use livekit_api::webhooks::WebhookReceiver;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::config::{Config, ConfigError, LiveKitUrls};
use crate::error::ApiError;
use crate::limit::Limiter;
use crate::livekit::{LiveKit, LiveKitError};
use crate::lobby::Lobby;
use crate::registry::Registry;
use crate::routes;
use crate::secret;
use crate::session::Session;
use crate::store::{self, StoreError};
use crate::token::Tokens;
use crate::watch::{self, Watch};

/// How long requests under way may take to finish after the stop.
const GRACE: Duration = Duration::from_secs(5);

/// Why the server does not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The address is taken or not this machine's.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where it should have listened.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The sessions could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Accepting connections failed.
    #[error("serving failed: {0}")]
    Serve(#[from] std::io::Error),
}

/// Everything a request may need.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) tokens: Tokens,
    pub(crate) webhooks: WebhookReceiver,
    pub(crate) livekit: LiveKit,
    pub(crate) registry: Registry,
    pub(crate) lobby: Arc<Lobby>,
    pub(crate) limiter: Limiter,
    pub(crate) watch: Watch,
    /// A permit for each event stream.
    pub(crate) streams: Arc<Semaphore>,
    pub(crate) auth_token: Option<[u8; 32]>,
    pub(crate) admin_token: Option<[u8; 32]>,
    pub(crate) shutdown: CancellationToken,
}

/// [`App`], shared.
pub(crate) type AppState = Arc<App>;

impl App {
    /// Ends a session: its room is deleted, everybody in it disconnected.
    pub(crate) async fn end(&self, session: &Session) -> Result<time::OffsetDateTime, ApiError> {
        if !session.close() {
            return Err(ApiError::SessionEnded);
        }
        if let Err(error) = self.livekit.delete_room(session.id()).await {
            session.reopen();
            return Err(error.into());
        }
        let ended_at = self.registry.finish(session).await?;
        self.lobby.close(session.id());
        tracing::info!(session = %session.id(), "session ended");
        Ok(ended_at)
    }

    /// LiveKit has closed the room, so the session has ended.
    pub(crate) async fn end_closed_by_livekit(&self, session: &Session) {
        if !session.close() {
            return;
        }
        if let Err(error) = self.registry.finish(session).await {
            tracing::error!(%error, session = %session.id(), "the end of a session was not stored");
        }
        self.lobby.close(session.id());
        tracing::info!(session = %session.id(), "session ended: LiveKit closed its room");
    }
}

/// The session server. See the [crate's documentation](crate) for an example.
pub struct Server;

/// A server that has its address but does not answer yet.
pub struct BoundServer {
    listener: TcpListener,
    local_addr: SocketAddr,
    app: AppState,
    checks: mpsc::Receiver<tokio::sync::oneshot::Sender<Result<(), LiveKitError>>>,
}

/// A way to speak to a server while it runs. Cheap to clone.
#[derive(Clone)]
pub struct Handle(AppState);

impl Server {
    /// Checks the configuration, takes the address and opens the database. Nothing is answered until
    /// [`run`](BoundServer::run); connections made before wait for it.
    pub async fn bind(config: Config) -> Result<BoundServer, ServerError> {
        config.validate()?;
        let listen_error = |source| ServerError::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(listen_error)?;
        let local_addr = listener.local_addr().map_err(listen_error)?;
        let registry = Registry::load(store::open(&config.database).await?).await?;
        let tokens = Tokens::new(&config.api_key, &config.api_secret, config.token_ttl);
        let hash = |token: &Option<SecretString>| {
            token.as_ref().map(|token| secret::hash(secrecy::ExposeSecret::expose_secret(token)))
        };
        let (watch, checks) = Watch::new();
        let app = Arc::new(App {
            webhooks: WebhookReceiver::new(tokens.verifier()),
            tokens,
            livekit: LiveKit::new(&config),
            registry,
            lobby: Arc::new(Lobby::new()),
            limiter: Limiter::new(config.rate_limit),
            watch,
            streams: Arc::new(Semaphore::new(config.max_streams)),
            auth_token: hash(&config.auth_token),
            admin_token: hash(&config.admin_token),
            shutdown: CancellationToken::new(),
            config,
        });
        Ok(BoundServer { listener, local_addr, app, checks })
    }
}

impl BoundServer {
    /// Where it listens, with the port it got.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// The base URL of the API for clients on this machine, e.g. `http://127.0.0.1:8080/api`.
    pub fn base_url(&self) -> String {
        format!("http://{}/api", self.loopback())
    }

    /// What belongs into `webhook.urls` of a LiveKit server on this machine.
    pub fn webhook_url(&self) -> String {
        format!("http://{}{}", self.loopback(), crate::WEBHOOK_PATH)
    }

    /// A way to speak to it once it runs.
    pub fn handle(&self) -> Handle {
        Handle(self.app.clone())
    }

    /// Serves until `shutdown` is done; then ends the event streams, lets requests under way finish (5 s at most) and
    /// returns. Sessions go on: their rooms are LiveKit's.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), ServerError> {
        let token = self.app.shutdown.clone();
        let _stop = token.clone().drop_guard();
        tokio::spawn(watch::run(self.app.clone(), self.checks));
        let listener = self.listener.tap_io(|stream| {
            // Small answers and events should not wait for more.
            let _ = stream.set_nodelay(true);
        });
        let service = routes::router(self.app).into_make_service_with_connect_info::<SocketAddr>();
        let serve = axum::serve(listener, service).with_graceful_shutdown(token.clone().cancelled_owned());
        let stop = async {
            shutdown.await;
            token.cancel();
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            served = serve.into_future() => Ok(served?),
            () = stop => Ok(()),
        }
    }

    /// An unspecified address is reached by loopback.
    fn loopback(&self) -> SocketAddr {
        let mut address = self.local_addr;
        match address.ip() {
            std::net::IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(std::net::Ipv4Addr::LOCALHOST.into()),
            std::net::IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(std::net::Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        address
    }
}

impl Handle {
    /// Says where LiveKit is, or is now.
    pub fn set_livekit(&self, urls: LiveKitUrls) -> Result<(), ConfigError> {
        urls.validate()?;
        self.0.livekit.set_urls(urls);
        self.0.watch.forget();
        Ok(())
    }

    /// A new host key for a session that lasts, in place of the one that it had; `None` where there is no such session.
    /// For whom the server belongs to: an app that was started again.
    pub async fn renew_host_key(&self, session_id: &str) -> Option<SecretString> {
        let session = self.0.registry.find(Uuid::parse_str(session_id).ok()?).await.ok()?;
        let key = secret::random();
        if let Err(error) = self.0.registry.set_host_key(&session, secret::hash(&key)).await {
            tracing::error!(%error, "a host key was not stored");
            return None;
        }
        tracing::info!(session = session_id, "a new host key was made");
        Some(key.into())
    }

    /// Makes the rooms of all sessions again that LiveKit has lost, so that their people can come back. Call it when
    /// LiveKit was restarted; without that it happens within 5 s, and before any join. True if LiveKit answered.
    pub async fn restore_rooms(&self) -> bool {
        self.0.watch.ensure(Duration::ZERO).await.is_ok()
    }
}
