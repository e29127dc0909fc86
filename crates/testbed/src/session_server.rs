//! Session servers.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use crate::livekit::{LiveKit, get};
use crate::namespace::Namespace;
use crate::ports::free_port;
use crate::process::{Process, tied};
use crate::wait::{PATIENCE, within};

/// How a session server is to be.
#[derive(Clone, Debug)]
pub struct SessionServerConfig {
    /// Where it reaches LiveKit (`http://…`).
    pub livekit_server_url: String,
    /// What clients are told (`ws://…`).
    pub livekit_public_url: String,
    /// LiveKit's API key, as it believes.
    pub key: String,
    /// LiveKit's API secret, as it believes.
    pub secret: String,
    /// Where it listens; a free port where this says 0.
    pub listen: SocketAddr,
    /// More of its environment.
    pub env: Vec<(String, String)>,
    /// Where it runs, if not here.
    pub namespace: Option<Namespace>,
    /// Whether LiveKit has to be reachable before it counts as started.
    pub needs_livekit: bool,
}

impl SessionServerConfig {
    /// The session server that fits a LiveKit server: in its place, with its key.
    pub fn of(livekit: &LiveKit) -> Self {
        Self {
            livekit_server_url: livekit.http(),
            livekit_public_url: livekit.url(),
            key: livekit.key().into(),
            secret: livekit.secret().into(),
            listen: (livekit.address().ip(), 0).into(),
            env: Vec::new(),
            namespace: livekit.namespace(),
            needs_livekit: true,
        }
    }

    /// One on loopback for a LiveKit that is somewhere else, or nowhere.
    pub fn with_livekit_at(url: &str) -> Self {
        Self {
            livekit_server_url: url.replacen("ws", "http", 1),
            livekit_public_url: url.into(),
            key: "testkey".into(),
            secret: "a-secret-of-the-tests-with-more-than-32-characters".into(),
            listen: (IpAddr::from(Ipv4Addr::LOCALHOST), 0).into(),
            env: Vec::new(),
            namespace: None,
            needs_livekit: false,
        }
    }
}

/// A running session server; killed when dropped.
pub struct SessionServer {
    config: SessionServerConfig,
    folder: PathBuf,
    listen: SocketAddr,
    process: Option<Process>,
}

impl SessionServer {
    /// Starts one and waits until it answers. Its log, `session-server.log`, is put into the folder.
    pub async fn start(folder: &Path, config: SessionServerConfig) -> Self {
        // Another process may take a free port before the server does.
        for _ in 0..5 {
            let mut listen = config.listen;
            if listen.port() == 0 {
                listen.set_port(free_port());
            }
            let mut server = Self { config: config.clone(), folder: folder.to_owned(), listen, process: None };
            if server.launch().await {
                return server;
            }
        }
        panic!("the session server stops at once: {}", folder.join("session-server.log").display());
    }

    /// Starts it again on the same port, after [`kill`](Self::kill). What it knew of its sessions is gone.
    pub async fn start_again(&mut self) {
        self.process = None;
        assert!(self.launch().await, "the session server does not start again");
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        if let Some(process) = &mut self.process {
            process.kill();
        }
    }

    /// Its process.
    pub fn process(&mut self) -> &mut Process {
        self.process.as_mut().expect("it was started")
    }

    /// Base URL of its API: `http://address:port/api`.
    pub fn api(&self) -> String {
        format!("http://{}/api", self.listen)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.listen
    }

    /// Where LiveKit has to report to (`LiveKitConfig::webhook`), for a server that listens there.
    pub fn webhook(listen: SocketAddr) -> String {
        format!("http://{listen}/api/livekit/webhook")
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        self.process.as_ref().map(Process::log).unwrap_or_default()
    }

    async fn launch(&mut self) -> bool {
        let program = crate::tool("DONFRA_SESSION_SERVER", crate::program("donfra-session-server"));
        let command = match &self.config.namespace {
            Some(namespace) => namespace.command(&program),
            None => tied(&program),
        };
        let process = self.process.insert(Process::start_command(command, &self.folder, "session-server", |command| {
            command.args(["--listen", &self.listen.to_string()]).current_dir(&self.folder);
            command.env("LIVEKIT_API_KEY", &self.config.key).env("LIVEKIT_API_SECRET", &self.config.secret);
            command.env("LIVEKIT_SERVER_URL", &self.config.livekit_server_url);
            command.env("LIVEKIT_PUBLIC_URL", &self.config.livekit_public_url);
            command.envs(self.config.env.iter().map(|(name, value)| (name, value)));
        }));
        let (namespace, listen, needs_livekit) =
            (self.config.namespace.clone(), self.listen, self.config.needs_livekit);
        within(PATIENCE, "the session server answers (and LiveKit it, if it has to)", async || {
            let answer = get(namespace.as_ref(), listen, "/api/live/health");
            let answers = answer.is_some_and(|answer| !needs_livekit || answer.contains("\"reachable\":true"));
            (answers || !process.is_running()).then_some(())
        })
        .await;
        self.process().is_running()
    }
}
