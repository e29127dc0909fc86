//! A session server with a real LiveKit server behind it, on free loopback ports.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use donfra_session_server::{Config, Handle, LiveKitUrls, Server};
use futures_util::StreamExt;
use livekit_api::access_token::{Claims, VideoGrants};
use livekit_api::services::room::RoomClient;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

pub const KEY: &str = "testkey";
pub const SECRET: &str = "a-secret-of-the-tests-with-more-than-32-characters";
/// Generous: only a hang takes as long.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// A LiveKit server, killed when dropped.
pub struct LiveKit {
    child: Child,
    pub port: u16,
}

impl LiveKit {
    /// Starts one with the tests' key, on this port or a free one.
    pub async fn start(port: Option<u16>, webhook: Option<&str>, auto_create: bool) -> Self {
        let webhook =
            webhook.map(|url| format!("webhook:\n  api_key: {KEY}\n  urls: [\"{url}\"]\n")).unwrap_or_default();
        // Another process may take a free port before LiveKit does.
        for _ in 0..5 {
            let port = port.unwrap_or_else(free_port);
            let config = format!(
                "port: {port}\nbind_addresses: [127.0.0.1]\nkeys:\n  {KEY}: {SECRET}\nlogging: {{level: error}}\n\
                 room: {{auto_create: {auto_create}}}\nrtc:\n  tcp_port: {}\n  udp_port: {}\n  use_external_ip: false\n  \
                 enable_loopback_candidate: true\n{webhook}",
                free_port(),
                free_port(),
            );
            let args = ["--config-body", &config, "--node-ip", "127.0.0.1"];
            if let Some(livekit) = Self::spawn(port, &args).await {
                return livekit;
            }
        }
        panic!("LiveKit stops at once, again and again");
    }

    /// Starts one with these arguments, and waits until it answers on the port. `None` if it stopped at once.
    pub async fn spawn(port: u16, args: &[&str]) -> Option<Self> {
        let child = Command::new(binary()).args(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut livekit = Self { child, port };
        let start = Instant::now();
        loop {
            let answers = reqwest::get(livekit.http()).await.is_ok();
            if livekit.child.try_wait().unwrap().is_some() {
                return None;
            }
            if answers {
                return Some(livekit);
            }
            assert!(start.elapsed() < PATIENCE, "LiveKit does not answer");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn http(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn ws(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    pub fn rooms(&self) -> RoomClient {
        RoomClient::with_api_key(&self.http(), KEY, SECRET)
    }

    /// What LiveKit says of a token, without connecting.
    pub async fn validate(&self, token: &str) -> StatusCode {
        let url = format!("{}/rtc/validate?access_token={token}", self.http());
        reqwest::get(url).await.unwrap().status()
    }

    /// Connects as a participant without media; it is in the room while this lives.
    pub async fn connect(&self, token: &str) -> Result<Participant, tokio_tungstenite::tungstenite::Error> {
        let url = format!("{}/rtc?access_token={token}&protocol=15&auto_subscribe=1", self.ws());
        let (mut socket, _) = tokio_tungstenite::connect_async(url).await?;
        // The first message says that one has joined.
        match socket.next().await {
            Some(Ok(_)) => Ok(Participant(socket)),
            Some(Err(error)) => Err(error),
            None => Err(tokio_tungstenite::tungstenite::Error::ConnectionClosed),
        }
    }

    /// Ends it without a chance to say goodbye.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for LiveKit {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A participant with media, of LiveKit's Python package; leaves in order when dropped.
pub struct Peer(Child);

impl Peer {
    /// Returns when it is in the room.
    pub fn join(url: &str, token: &str) -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = std::env::var_os("DONFRA_LIVE_TEST_PYTHON")
            .map_or_else(|| manifest.join("../../target/setup/python/bin/python3"), PathBuf::from);
        let mut command = Command::new(python);
        command.arg(manifest.join("tests/peer.py")).args([url, token]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("no Python with livekit: run `cargo xtask test` once");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "in\n", "the peer did not get in");
        Self(child)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

pub struct Participant(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Participant {
    /// Waits until LiveKit disconnects it.
    pub async fn disconnected(mut self) {
        let gone = async { while let Some(Ok(_)) = self.0.next().await {} };
        tokio::time::timeout(PATIENCE, gone).await.expect("not disconnected");
    }
}

fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("LIVEKIT_SERVER") {
        return path.into();
    }
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = [home.join("go/bin/livekit-server"), home.join("go/bin/server")].into_iter();
    std::env::split_paths(&path)
        .map(|folder| folder.join("livekit-server"))
        .chain(places)
        .find(|place| place.is_file())
        .expect("no livekit-server: set LIVEKIT_SERVER to its path, or run `cargo xtask test`")
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Both servers, and a client.
pub struct World {
    pub livekit: LiveKit,
    pub base: String,
    pub handle: Handle,
    pub http: Client,
    stop: Option<oneshot::Sender<()>>,
    running: tokio::task::JoinHandle<()>,
}

pub fn config() -> Config {
    let mut config = Config::new(KEY, SECRET);
    config.listen = "127.0.0.1:0".parse().unwrap();
    config
}

impl World {
    pub async fn new() -> Self {
        Self::with(config()).await
    }

    pub async fn with(config: Config) -> Self {
        Self::with_livekit(config, false).await
    }

    pub async fn with_livekit(config: Config, auto_create: bool) -> Self {
        let server = Server::bind(config).await.unwrap();
        let (base, handle) = (server.base_url(), server.handle());
        let livekit = LiveKit::start(None, Some(&server.webhook_url()), auto_create).await;
        handle.set_livekit(LiveKitUrls::same(livekit.ws())).unwrap();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(async {
            server.run(async { drop(stopped.await) }).await.unwrap();
        });
        Self { livekit, base, handle, http: Client::new(), stop: Some(stop), running }
    }

    /// Stops the session server, as at the end of the program.
    pub async fn stop(&mut self) {
        drop(self.stop.take());
        tokio::time::timeout(PATIENCE, &mut self.running).await.expect("the server does not stop").unwrap();
    }

    pub async fn post(&self, call: &str, body: Value) -> Response {
        self.http.post(format!("{}/live/{call}", self.base)).json(&body).send().await.unwrap()
    }

    /// A post that should work.
    pub async fn ok(&self, call: &str, body: Value) -> Value {
        let response = self.post(call, body).await;
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, StatusCode::OK, "{call}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// A post that should be refused so.
    pub async fn refused(&self, call: &str, body: Value, status: u16, code: &str) {
        refused(self.post(call, body.clone()).await, status, code, &body.to_string()).await;
    }

    pub async fn get(&self, path: &str) -> Response {
        self.http.get(format!("{}/live/{path}", self.base)).send().await.unwrap()
    }

    pub async fn create(&self) -> Value {
        self.create_with(json!({})).await
    }

    pub async fn create_with(&self, more: Value) -> Value {
        let mut body = json!({ "title": "Algebra", "owner_name": "Ada" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.ok("create", body).await
    }

    pub async fn join(&self, session: &Value, name: &str) -> Value {
        self.ok("join", json!({ "session_id": session["session_id"], "user_name": name })).await
    }

    pub async fn end(&self, session: &Value) -> Value {
        self.ok("end", json!({ "session_id": session["session_id"], "host_key": session["host_key"] })).await
    }

    pub async fn sessions(&self) -> Value {
        self.get("sessions").await.json().await.unwrap()
    }

    /// An event stream, with this bearer token if there is one.
    pub async fn stream(&self, path: &str, bearer: Option<&str>) -> Events {
        let mut request = self.http.get(format!("{}/live/{path}", self.base));
        if let Some(bearer) = bearer {
            request = request.bearer_auth(bearer);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Events { response, received: String::new() }
    }
}

/// Whether this is that refusal, with a text for a person.
pub async fn refused(response: Response, status: u16, code: &str, context: &str) {
    let (got, text) = (response.status().as_u16(), response.text().await.unwrap());
    let body: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{context}: {got} without JSON: {text:?}"));
    assert_eq!((got, body["code"].as_str()), (status, Some(code)), "{context}: {text}");
    assert!(body["error"].as_str().is_some_and(|text| text.len() > 15), "{context}: {text}");
}

/// Server-sent events.
pub struct Events {
    response: Response,
    received: String,
}

impl Events {
    /// The next event, or `None` when the server has ended the stream.
    pub async fn next(&mut self) -> Option<Value> {
        let next = async {
            loop {
                if let Some((event, rest)) = self.received.split_once("\n\n") {
                    let data = event.lines().find_map(|line| line.strip_prefix("data:")).map(str::to_owned);
                    self.received = rest.to_owned();
                    match data {
                        Some(data) => return Some(serde_json::from_str(data.trim()).unwrap()),
                        None => continue,
                    }
                }
                let chunk = self.response.chunk().await.unwrap()?;
                self.received.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        };
        tokio::time::timeout(PATIENCE, next).await.expect("no event came")
    }
}

pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}"))
}

pub fn claims(token: &str) -> Claims {
    Claims::from_unverified(token).unwrap()
}

pub fn grants(answer: &Value) -> VideoGrants {
    claims(text(answer, "access_token")).video
}

/// Waits until it holds.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < PATIENCE, "never came true: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
