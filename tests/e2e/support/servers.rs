//! A LiveKit server and a session server of the test's own.

use super::eventually;
use super::process::Process;
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};

/// Key and secret of the test's LiveKit server.
const KEY: &str = "e2e";
const SECRET: &str = "a-secret-of-the-tests-that-is-long-enough";

/// A running pair.
pub struct Servers {
    /// What `--api` is for it.
    pub api: String,
    _session_server: Process,
    _livekit: Process,
}

impl Servers {
    /// Starts both and waits until they answer.
    pub async fn start(logs: &Path) -> Self {
        let (signal, api) = (free_port(), free_port());
        let livekit = format!("ws://127.0.0.1:{signal}");
        let config = logs.join("livekit.yaml");
        let text = format!(
            "port: {signal}\nbind_addresses: [127.0.0.1]\nkeys: {{ {KEY}: {SECRET} }}\n\
             webhook: {{ api_key: {KEY}, urls: [\"http://127.0.0.1:{api}/api/livekit/webhook\"] }}\n\
             room: {{ auto_create: false }}\n\
             rtc: {{ tcp_port: {}, udp_port: {}, enable_loopback_candidate: true, use_external_ip: false, \
             stun_servers: [127.0.0.1:{signal}] }}\n",
            free_port(),
            free_udp_port(),
        );
        std::fs::write(&config, text).unwrap();
        let server = Process::start(&livekit_server(), logs, "livekit-server", |command| {
            command.arg("--config").arg(&config);
        });
        let session_server = Process::start(&session_server(), logs, "session-server", |command| {
            command.args(["--listen", &format!("127.0.0.1:{api}")]).current_dir(logs);
            command.env("LIVEKIT_API_KEY", KEY).env("LIVEKIT_API_SECRET", SECRET);
            command.env("LIVEKIT_SERVER_URL", format!("http://127.0.0.1:{signal}")).env("LIVEKIT_PUBLIC_URL", &livekit);
        });
        let api = format!("http://127.0.0.1:{api}/api");
        let health = format!("{api}/live/health");
        eventually("the session server answers, and LiveKit it", async || {
            let health: serde_json::Value = reqwest::get(&health).await.ok()?.json().await.ok()?;
            (health["livekit"]["reachable"] == true).then_some(())
        })
        .await;
        Self { api, _session_server: session_server, _livekit: server }
    }
}

/// The LiveKit server that the set-up built.
pub fn livekit_server() -> PathBuf {
    tool("LIVEKIT_SERVER", Path::new(env!("CARGO_MANIFEST_DIR")).join("target/setup/bin/livekit-server"))
}

/// The session server; cargo builds it into the folder where the app is.
fn session_server() -> PathBuf {
    tool("DONFRA_SESSION_SERVER", Path::new(env!("CARGO_BIN_EXE_donfra-live")).with_file_name("donfra-session-server"))
}

/// A program that a variable names, else the one that is usual.
pub fn tool(variable: &str, usual: PathBuf) -> PathBuf {
    let path = std::env::var_os(variable).map_or(usual, PathBuf::from);
    assert!(path.exists(), "{} is missing: run `cargo xtask test`, or set {variable}", path.display());
    path
}

/// A TCP port that is free now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A UDP port that is free now.
fn free_udp_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
