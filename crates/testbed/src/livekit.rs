//! LiveKit servers.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::namespace::Namespace;
use crate::ports::{free_port, free_udp_port};
use crate::process::{Process, tied};
use crate::wait::{PATIENCE, within};

/// How a LiveKit server is to be.
#[derive(Clone, Debug)]
pub struct LiveKitConfig {
    /// Name of its API key.
    pub key: String,
    /// Its API secret: 32 characters and more, or LiveKit only warns.
    pub secret: String,
    /// The address that it binds.
    pub bind: IpAddr,
    /// The address that it tells clients for media, if not the one it binds.
    pub node_ip: Option<IpAddr>,
    /// Whether media may come over UDP.
    pub udp: bool,
    /// Whether media may come over TCP.
    pub tcp: bool,
    /// Its TURN server.
    pub turn: Option<Turn>,
    /// Whether joining makes a room that is not there.
    pub auto_create: bool,
    /// Where it reports what happens in its rooms.
    pub webhook: Option<String>,
    /// Lines at the end of its configuration file. Under `rtc:` and `room:` there is something already.
    pub extra_yaml: String,
    /// Further entries of `rtc`, e.g. `, use_ice_lite: true`.
    pub extra_rtc: String,
    /// Where it runs, if not here.
    pub namespace: Option<Namespace>,
}

/// LiveKit's own TURN server.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Its UDP port.
    pub udp_port: Option<u16>,
    /// Its port for TURN over TLS, with certificate and key as PEM files.
    pub tls: Option<(u16, PathBuf, PathBuf)>,
    /// The name or address that clients are told.
    pub domain: String,
}

impl Default for LiveKitConfig {
    fn default() -> Self {
        Self {
            key: "testkey".into(),
            secret: "a-secret-of-the-tests-with-more-than-32-characters".into(),
            bind: Ipv4Addr::LOCALHOST.into(),
            node_ip: None,
            udp: true,
            tcp: true,
            turn: None,
            auto_create: false,
            webhook: None,
            extra_yaml: String::new(),
            extra_rtc: String::new(),
            namespace: None,
        }
    }
}

/// A running LiveKit server; killed when dropped.
pub struct LiveKit {
    config: LiveKitConfig,
    folder: PathBuf,
    ports: Ports,
    process: Option<Process>,
}

#[derive(Clone, Copy)]
struct Ports {
    signal: u16,
    tcp: u16,
    udp: u16,
}

impl LiveKit {
    /// Starts one and waits until it answers. Its configuration and its log, `livekit-server.log`, are put into the
    /// folder.
    pub async fn start(folder: &Path, config: LiveKitConfig) -> Self {
        // Another process may take a free port before LiveKit does.
        for _ in 0..5 {
            let ports = Ports { signal: free_port(), tcp: free_port(), udp: free_udp_port() };
            let mut livekit = Self { config: config.clone(), folder: folder.to_owned(), ports, process: None };
            if livekit.launch().await {
                return livekit;
            }
        }
        panic!("LiveKit stops at once, again and again: {}", folder.join("livekit-server.log").display());
    }

    /// Starts it again on the same ports with the same key, after [`kill`](Self::kill).
    pub async fn start_again(&mut self) {
        self.process = None;
        assert!(self.launch().await, "LiveKit does not start again");
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

    /// What clients connect to: `ws://address:port`.
    pub fn url(&self) -> String {
        format!("ws://{}", self.address())
    }

    /// The same for its API: `http://address:port`.
    pub fn http(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Address and port of both.
    pub fn address(&self) -> SocketAddr {
        (self.config.bind, self.ports.signal).into()
    }

    /// Port for media over TCP.
    pub fn tcp_port(&self) -> u16 {
        self.ports.tcp
    }

    /// Port for media over UDP.
    pub fn udp_port(&self) -> u16 {
        self.ports.udp
    }

    /// Name of the API key.
    pub fn key(&self) -> &str {
        &self.config.key
    }

    /// The API secret.
    pub fn secret(&self) -> &str {
        &self.config.secret
    }

    /// Where it runs, if not here.
    pub fn namespace(&self) -> Option<Namespace> {
        self.config.namespace.clone()
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        self.process.as_ref().map(Process::log).unwrap_or_default()
    }

    /// Whether it came up; `false` if it stopped at once.
    async fn launch(&mut self) -> bool {
        let file = self.folder.join(format!("livekit-{}.yaml", self.ports.signal));
        std::fs::write(&file, self.yaml()).unwrap();
        let program = crate::livekit_server();
        let command = match &self.config.namespace {
            Some(namespace) => namespace.command(&program),
            None => tied(&program),
        };
        let process = self.process.insert(Process::start_command(command, &self.folder, "livekit-server", |command| {
            command.arg("--config").arg(&file);
        }));
        let (namespace, address) = (self.config.namespace.clone(), (self.config.bind, self.ports.signal).into());
        within(PATIENCE, "LiveKit answers", async || {
            let answers = get(namespace.as_ref(), address, "/").is_some();
            (answers || !process.is_running()).then_some(())
        })
        .await;
        self.process().is_running()
    }

    fn yaml(&self) -> String {
        let LiveKitConfig { key, secret, bind, node_ip, udp, tcp, turn, auto_create, webhook, extra_yaml, .. } =
            &self.config;
        let Ports { signal, tcp: tcp_port, udp: udp_port } = self.ports;
        let node_ip = node_ip.unwrap_or(*bind);
        let mut yaml = format!(
            "port: {signal}\nbind_addresses: [\"{bind}\"]\nkeys: {{ {key}: \"{secret}\" }}\nlogging: {{ level: info }}\n\
             room: {{ auto_create: {auto_create} }}\n\
             rtc: {{ tcp_port: {}, udp_port: {udp_port}, force_tcp: {}, enable_loopback_candidate: {}, \
             use_external_ip: false, node_ip: \"{node_ip}\", stun_servers: [\"{}\"]{} }}\n",
            if *tcp { tcp_port } else { 0 },
            !udp,
            bind.is_loopback(),
            // Without any, clients would be told public ones.
            SocketAddr::from((*bind, signal)),
            self.config.extra_rtc,
        );
        if let Some(url) = webhook {
            let _ = writeln!(yaml, "webhook: {{ api_key: {key}, urls: [\"{url}\"] }}");
        }
        if let Some(Turn { udp_port, tls, domain }) = turn {
            let _ = write!(yaml, "turn: {{ enabled: true, domain: \"{domain}\"");
            if let Some(port) = udp_port {
                let _ = write!(yaml, ", udp_port: {port}");
            }
            if let Some((port, certificate, key)) = tls {
                let (certificate, key) = (certificate.display(), key.display());
                let _ = write!(yaml, ", tls_port: {port}, cert_file: \"{certificate}\", key_file: \"{key}\"");
            }
            let _ = writeln!(yaml, " }}");
        }
        yaml + extra_yaml
    }
}

/// The whole answer to an HTTP request from a namespace, or from here. `None`: there was none.
pub(crate) fn get(namespace: Option<&Namespace>, address: SocketAddr, path: &str) -> Option<String> {
    let ask = || {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.starts_with("HTTP/1").then_some(answer)
    };
    match namespace {
        Some(namespace) => namespace.run(ask),
        None => ask(),
    }
}
