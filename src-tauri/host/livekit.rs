//! The LiveKit server of this computer: configured, started, watched, started again.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, ChildStdin};

use super::{HostError, watchdog};
use crate::http_client;

/// How long LiveKit may take to answer. It takes a tenth of a second; a cold disk takes more.
const READY_TIMEOUT: Duration = Duration::from_secs(20);

/// How often it is asked until then.
const PROBE_INTERVAL: Duration = Duration::from_millis(50);

/// Times that other ports are tried, when another program took one in between.
const ATTEMPTS: usize = 5;

/// Longest metadata, and most attributes, of a participant, in bytes. The app's own is one attribute, the role.
const MOST_METADATA: usize = 16 * 1024;

/// Longest name and identity of a participant, in bytes. The session server takes names of a hundred characters.
const MOST_NAME: usize = 512;

/// Lines of its output kept to explain a failed start.
const KEPT_LINES: usize = 8;

/// What a LiveKit server is started with; the same at every restart, so that clients find it again.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The app's executable, which is also the watchdog.
    pub watchdog: PathBuf,
    /// LiveKit's executable.
    pub program: PathBuf,
    /// Address to listen on.
    pub ip: IpAddr,
    /// API key.
    pub key: String,
    /// Its secret, 32 characters or more.
    pub secret: SecretString,
    /// Where its webhooks go.
    pub webhook: String,
    ports: Ports,
}

/// Signalling over TCP, media over UDP, media over TCP where UDP is blocked (0: none).
#[derive(Clone, Copy, Debug)]
struct Ports {
    signal: u16,
    udp: u16,
    tcp: u16,
}

/// A running LiveKit server, with its watchdog.
pub struct LiveKit {
    child: Child,
    /// The watchdog lives as long as this. Held apart, because waiting for a child closes its standard input.
    pipe: Option<ChildStdin>,
    said: Arc<Mutex<VecDeque<String>>>,
}

impl Plan {
    /// A plan with ports that are free now.
    ///
    /// # Errors
    /// The system gives no ports.
    pub fn new(
        watchdog: PathBuf,
        program: PathBuf,
        ip: IpAddr,
        key: String,
        secret: SecretString,
        webhook: String,
    ) -> Result<Self, HostError> {
        Ok(Self { ports: Ports::free(ip)?, watchdog, program, ip, key, secret, webhook })
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        format!("ws://{}", std::net::SocketAddr::new(self.ip, self.ports.signal))
    }

    /// Starts LiveKit and waits until it answers; with other ports where one was taken meanwhile.
    ///
    /// # Errors
    /// It does not start, or does not answer.
    pub async fn start(&mut self) -> Result<LiveKit, HostError> {
        let mut attempt = 1;
        loop {
            match self.start_again().await {
                Err(HostError::Exited { said }) if attempt < ATTEMPTS && said.contains("address already in use") => {
                    tracing::info!("a port was taken meanwhile: others are tried");
                    self.ports = Ports::free(self.ip)?;
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    /// Starts LiveKit on the same ports and waits until it answers.
    ///
    /// # Errors
    /// It does not start, or does not answer.
    pub async fn start_again(&self) -> Result<LiveKit, HostError> {
        let mut child = watchdog::command(&self.watchdog, &self.program)
            // By the environment, which only this user can read: everybody sees a command line.
            .env("LIVEKIT_CONFIG", self.configuration().expose_secret())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| HostError::Start { program: self.program.clone(), source })?;
        let said = Arc::new(Mutex::new(VecDeque::new()));
        if let Some(output) = child.stdout.take() {
            tokio::spawn(listen(output, said.clone()));
        }
        if let Some(output) = child.stderr.take() {
            tokio::spawn(listen(output, said.clone()));
        }
        let mut livekit = LiveKit { pipe: child.stdin.take(), child, said };
        let ready = tokio::time::timeout(READY_TIMEOUT, async {
            tokio::select! {
                () = self.answers() => Ok(()),
                _ = livekit.child.wait() => {
                    // Its last words may still be on their way.
                    tokio::time::sleep(PROBE_INTERVAL).await;
                    Err(HostError::Exited { said: livekit.last_words() })
                }
            }
        });
        match ready.await {
            Ok(Ok(())) => Ok(livekit),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(HostError::NotReady { seconds: READY_TIMEOUT.as_secs() }),
        }
    }

    /// Returns when LiveKit answers on its signalling port.
    async fn answers(&self) {
        let client = http_client::build(|| reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)));
        let url = self.url().replacen("ws", "http", 1);
        loop {
            if client.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(PROBE_INTERVAL).await;
        }
    }

    /// `livekit.yaml`; JSON is YAML.
    fn configuration(&self) -> SecretString {
        let Ports { signal, udp, tcp } = self.ports;
        let mut rtc = serde_json::json!({
            "udp_port": udp,
            "tcp_port": tcp,
            "use_external_ip": false,
            "node_ip": self.ip.to_string(),
            // Left empty, it sends clients to STUN servers in the Internet, which must not learn who meets here. On one
            // network nobody needs one: this names a port where none answers. (It must not be the media port: WebRTC
            // takes what comes from a STUN server's address for nothing but STUN answers.)
            "stun_servers": [std::net::SocketAddr::new(self.ip, signal).to_string()],
        });
        if self.ip.is_loopback() {
            // Loopback only: nobody outside can reach the media ports.
            rtc["enable_loopback_candidate"] = true.into();
            rtc["ips"] = serde_json::json!({ "includes": ["127.0.0.1/32"] });
        }
        let configuration = serde_json::json!({
            "port": signal,
            "bind_addresses": [self.ip.to_string()],
            "keys": { self.key.as_str(): self.secret.expose_secret() },
            "rtc": rtc,
            // What somebody is called and described by goes to everybody at each change. LiveKit counts bytes.
            "limit": {
                "max_metadata_size": MOST_METADATA,
                "max_attributes_size": MOST_METADATA,
                "max_participant_name_length": MOST_NAME,
                "max_participant_identity_length": MOST_NAME,
                "max_room_name_length": MOST_NAME,
            },
            "webhook": { "api_key": self.key, "urls": [self.webhook] },
            "logging": { "level": "warn" },
        });
        SecretString::from(configuration.to_string())
    }
}

impl Ports {
    /// Ports that nothing listens on. They are let go before LiveKit takes them: another program may be faster.
    fn free(ip: IpAddr) -> Result<Self, HostError> {
        let free = || -> std::io::Result<Self> {
            let signal = TcpListener::bind((ip, 0))?;
            let udp = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
            // LiveKit opens its TCP media port on every address: not where only this computer shall reach it, and there
            // UDP always works.
            let tcp = if ip.is_loopback() { None } else { Some(TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0))?) };
            Ok(Self {
                signal: signal.local_addr()?.port(),
                udp: udp.local_addr()?.port(),
                tcp: tcp.map_or(Ok(0), |tcp| tcp.local_addr().map(|address| address.port()))?,
            })
        };
        free().map_err(HostError::Ports)
    }
}

impl LiveKit {
    /// Returns when it has ended.
    pub async fn ended(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Stops it: the watchdog sees its pipe close, kills LiveKit and ends. (It is never killed itself: then LiveKit
    /// would stay. Dropping this does the same without waiting.)
    pub async fn stop(mut self) {
        drop(self.pipe.take());
        if tokio::time::timeout(Duration::from_secs(3), self.child.wait()).await.is_err() {
            tracing::warn!("the watchdog does not end");
        }
    }

    /// What it said last.
    pub fn last_words(&self) -> String {
        self.said.lock().iter().cloned().collect::<Vec<_>>().join("\n")
    }
}

/// Hands a process's output to the log, and keeps its last lines.
async fn listen(output: impl AsyncRead + Unpin, said: Arc<Mutex<VecDeque<String>>>) {
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        tracing::debug!(target: "livekit_server", "{line}");
        let mut said = said.lock();
        if said.len() == KEPT_LINES {
            said.pop_front();
        }
        said.push_back(line);
    }
}
