//! The session API of Donfra Live: creates sessions, hands out LiveKit tokens, ends sessions.
//!
//! The same code is the stand-alone `donfra-session-server` and the server inside the desktop app. Embedded, the
//! address is taken first, because LiveKit's configuration wants the webhook's:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use donfra_session_server::{Config, LiveKitUrls, Server};
//!
//! let mut config = Config::new("key", "a secret of 32 characters or more");
//! config.listen = "127.0.0.1:0".parse()?;
//! let server = Server::bind(config).await?;
//! let base_url = server.base_url(); // for the client: http://127.0.0.1:40123/api
//! let webhook_url = server.webhook_url(); // for livekit.yaml
//! let handle = server.handle();
//! let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
//! let running = tokio::spawn(server.run(async { drop(stopped.await) }));
//!
//! // … start LiveKit with that webhook, then say where it is:
//! handle.set_livekit(LiveKitUrls::same("ws://127.0.0.1:40124"))?;
//! // … and, when it had to be started again:
//! handle.restore_rooms().await;
//!
//! drop(stop);
//! running.await??;
//! # Ok(())
//! # }
//! ```
//!
//! Requests read sessions from memory; SQLite is written through. What LiveKit does to its rooms arrives by webhook, and
//! by one question about all of them every few seconds, which also works where no webhook is configured.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod config;
mod error;
mod host_header;
mod limit;
mod livekit;
mod lobby;
mod moderate;
mod people;
mod proof;
mod registry;
mod routes;
mod secret;
mod server;
mod session;
mod store;
mod text;
mod token;
mod watch;

pub use config::{Config, ConfigError, Database, LiveKitUrls, MIN_SECRET_CHARS, RateLimit};
pub use server::{BoundServer, Handle, Server, ServerError};
pub use store::StoreError;

/// Where LiveKit's webhooks are taken, below the server's origin.
pub const WEBHOOK_PATH: &str = "/api/livekit/webhook";
