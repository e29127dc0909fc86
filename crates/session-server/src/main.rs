//! The stand-alone session server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use donfra_session_server::{Config, Database, LiveKitUrls, RateLimit, Server, ServerError};
use tracing_subscriber::EnvFilter;

/// Creates live sessions, hands out LiveKit tokens, ends sessions.
///
/// LIVEKIT_API_KEY and LIVEKIT_API_SECRET come from the environment only, where `ps` does not show them; so do
/// SESSION_AUTH_TOKEN (if set, creating and listing want it) and SESSION_ADMIN_TOKEN (may end any session). RUST_LOG sets
/// what is logged, e.g. `debug`.
#[derive(Parser)]
#[command(name = "donfra-session-server", version)]
struct Args {
    /// Address to listen on.
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// LiveKit's address as seen from this server.
    #[arg(long, env = "LIVEKIT_SERVER_URL", default_value = "ws://localhost:7880")]
    livekit_server_url: String,
    /// LiveKit's address as seen from the clients [default: the same].
    #[arg(long, env = "LIVEKIT_PUBLIC_URL")]
    livekit_public_url: Option<String>,
    /// SQLite file to keep sessions in, or `memory`.
    #[arg(long, env = "DATABASE", default_value = "donfra-sessions.db")]
    database: String,
    /// How long a token is good for, seconds.
    #[arg(long, env = "TOKEN_TTL", default_value_t = 600)]
    token_ttl: u64,
    /// Most people in one session; 0 is unlimited.
    #[arg(long, env = "MAX_PARTICIPANTS", default_value_t = 0)]
    max_participants: u32,
    /// How long a session stays open while nobody has come yet, seconds.
    #[arg(long, env = "EMPTY_TIMEOUT", default_value_t = 600)]
    empty_timeout: u64,
    /// How long a session stays open after everybody has left, seconds.
    #[arg(long, env = "DEPARTURE_TIMEOUT", default_value_t = 120)]
    departure_timeout: u64,
    /// Writes that one client address may make at once; 0 turns the limit off.
    #[arg(long, env = "RATE_BURST", default_value_t = 200)]
    rate_burst: u32,
    /// Writes a second that one client address may make after that.
    #[arg(long, env = "RATE_PER_SECOND", default_value_t = 20.0)]
    rate_per_second: f64,
    /// Origin of web pages that may call the API; several with commas; `*` is any.
    #[arg(long = "cors-origin", env = "CORS_ORIGINS", value_delimiter = ',')]
    cors_origins: Vec<String>,
    /// Take client addresses from X-Forwarded-For. Only behind a proxy that sets it.
    #[arg(long, env = "TRUST_FORWARDED_FOR")]
    trust_forwarded_for: bool,
    /// Name or address that a request's Host may have, without port; several with commas [default: any].
    #[arg(long = "allowed-host", env = "ALLOWED_HOSTS", value_delimiter = ',')]
    allowed_hosts: Vec<String>,
    /// Most event streams at once.
    #[arg(long, env = "MAX_STREAMS", default_value_t = 1024)]
    max_streams: usize,
    /// How long it is remembered that a session has ended, seconds.
    #[arg(long, env = "KEEP_ENDED", default_value_t = 2_592_000)]
    keep_ended: u64,
    /// How long a session waits for its last host to come back, seconds.
    #[arg(long, env = "HOST_GRACE", default_value_t = 60)]
    host_grace: u64,
    /// Log as JSON, one object a line.
    #[arg(long, env = "LOG_JSON")]
    log_json: bool,
}

impl Args {
    fn into_config(self) -> Config {
        let secret = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let mut config = Config::new(
            secret("LIVEKIT_API_KEY").unwrap_or_default(),
            secret("LIVEKIT_API_SECRET").unwrap_or_default(),
        );
        let public = self.livekit_public_url.unwrap_or_else(|| self.livekit_server_url.clone());
        config.listen = self.listen;
        config.livekit = Some(LiveKitUrls { server: self.livekit_server_url, public });
        config.database = match self.database.strip_prefix("sqlite:").unwrap_or(&self.database) {
            "memory" | ":memory:" | "" => Database::Memory,
            path => Database::File(PathBuf::from(path.strip_prefix("//").unwrap_or(path))),
        };
        config.token_ttl = Duration::from_secs(self.token_ttl);
        config.max_participants = self.max_participants;
        config.empty_timeout = Duration::from_secs(self.empty_timeout);
        config.departure_timeout = Duration::from_secs(self.departure_timeout);
        config.rate_limit = RateLimit { burst: self.rate_burst, per_second: self.rate_per_second };
        config.auth_token = secret("SESSION_AUTH_TOKEN").map(Into::into);
        config.admin_token = secret("SESSION_ADMIN_TOKEN").map(Into::into);
        config.cors_origins = self.cors_origins.into_iter().filter(|origin| !origin.is_empty()).collect();
        config.trust_forwarded_for = self.trust_forwarded_for;
        let hosts: Vec<_> = self.allowed_hosts.into_iter().filter(|host| !host.is_empty()).collect();
        config.allowed_hosts = (!hosts.is_empty()).then_some(hosts);
        config.max_streams = self.max_streams;
        config.keep_ended = Duration::from_secs(self.keep_ended);
        config.host_grace = Duration::from_secs(self.host_grace);
        config
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if args.log_json {
        log.json().init();
    } else {
        log.init();
    }
    match serve(args.into_config()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("donfra-session-server cannot run:");
            for line in error.to_string().lines() {
                eprintln!("  {line}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn serve(config: Config) -> Result<(), ServerError> {
    let urls = config.livekit.clone();
    let server = Server::bind(config).await?;
    if let Some(urls) = urls {
        if urls.public.contains("host.docker.internal") {
            tracing::warn!(
                "LIVEKIT_PUBLIC_URL is {}: clients outside Docker do not know that name. Set it to what they reach.",
                urls.public
            );
        }
        tracing::info!(livekit = urls.server, for_clients = urls.public, webhook = server.webhook_url(), "LiveKit");
    }
    tracing::info!("listening on {}", server.base_url());
    server.run(stop_signal()).await?;
    tracing::info!("stopped");
    Ok(())
}

/// Ctrl-C, or what stops a service.
async fn stop_signal() {
    let interrupted = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "cannot listen for Ctrl-C");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => tokio::select! {
                () = interrupted => {}
                _ = terminated.recv() => {}
            },
            Err(error) => {
                tracing::error!(%error, "cannot listen for SIGTERM");
                interrupted.await;
            }
        }
    }
    #[cfg(not(unix))]
    interrupted.await;
}
