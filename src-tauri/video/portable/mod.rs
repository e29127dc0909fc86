//! The portable layer: pictures go to a canvas in the page, over one WebSocket of the loopback.

pub(super) mod wire;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::frames::{Frames, Shared};
use super::stage::Output;
use super::worker::Worker;
use super::{Rgb, TileId, TileLayout, VideoError, VideoLayer, VideoLayerInfo};

/// Where the app's own pages come from: macOS and Linux, Windows, and Vite's server in a debug build.
const ORIGINS: &[&str] = if cfg!(debug_assertions) {
    &["tauri://localhost", "http://tauri.localhost", "https://tauri.localhost", "http://localhost:5173"]
} else {
    &["tauri://localhost", "http://tauri.localhost", "https://tauri.localhost"]
};
/// How long a connection may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(3);
/// What a page may send at once; all its messages are small.
const MAX_INCOMING: usize = 4096;

/// The layer, for as long as this lives.
pub(super) struct PortableLayer {
    shared: Arc<Shared>,
    url: String,
    token: SecretString,
    server: JoinHandle<()>,
    _worker: Worker,
}

impl PortableLayer {
    /// Listens on a free port of the loopback, with a token of its own.
    pub async fn start(frames: &Frames) -> Result<Self, VideoError> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(VideoError::Listen)?;
        let url = format!("ws://{}", listener.local_addr().map_err(VideoError::Listen)?);
        let secret: [u8; 32] = rand::rng().random();
        let token = SecretString::from(secret.map(|byte| format!("{byte:02x}")).concat());
        let shared = frames.0.clone();
        let worker = Worker::start(shared.clone()).map_err(VideoError::Worker)?;
        shared.set_stage(|stage| stage.output = Some(Output::Message));
        let server = tokio::spawn(serve(listener, shared.clone(), token.clone()));
        Ok(Self { shared, url, token, server, _worker: worker })
    }
}

impl VideoLayer for PortableLayer {
    fn set_tiles(&self, tiles: Vec<TileLayout>) {
        self.shared.set_tiles(tiles);
    }

    /// Nothing: the page's own canvas is under it.
    fn set_backdrop(&self, _colour: Rgb) {}

    fn info(&self) -> VideoLayerInfo {
        VideoLayerInfo::Portable { url: self.url.clone(), token: self.token.expose_secret().to_owned() }
    }
}

impl Drop for PortableLayer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Takes connections; the newest page that proves itself replaces the one before (it was reloaded).
async fn serve(listener: TcpListener, shared: Arc<Shared>, token: SecretString) {
    let (proved, mut pages) = tokio::sync::mpsc::channel(1);
    let mut page = tokio::task::JoinSet::new();
    let mut greetings = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                // Strangers are few on a loopback; a flood of them must not cost the page its place.
                Ok((stream, _)) if greetings.len() < 16 => {
                    let (token, proved) = (token.clone(), proved.clone());
                    greetings.spawn(async move {
                        match tokio::time::timeout(PATIENCE, greet(stream, &token)).await {
                            Ok(Ok(socket)) => drop(proved.send(socket).await),
                            Ok(Err(error)) => tracing::warn!(%error, "a connection to the video socket was refused"),
                            Err(_) => tracing::warn!("a connection to the video socket did not prove itself"),
                        }
                    });
                }
                Ok(_) => tracing::warn!("too many connections to the video socket at once"),
                Err(error) => {
                    tracing::warn!(%error, "video socket");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(socket) = pages.recv() => {
                page.shutdown().await;
                page.spawn(show(socket, shared.clone()));
            }
            Some(_) = greetings.join_next() => {}
        }
    }
}

/// Why a connection is none of ours.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(transparent)]
    Socket(#[from] Box<Error>),
    #[error("wrong token")]
    Token,
}

async fn greet(stream: TcpStream, token: &SecretString) -> Result<WebSocketStream<TcpStream>, Refusal> {
    // A picture goes out in one write; waiting for more of it would only delay it.
    let _ = stream.set_nodelay(true);
    let config = WebSocketConfig::default().max_message_size(Some(MAX_INCOMING)).max_frame_size(Some(MAX_INCOMING));
    let mut socket =
        tokio_tungstenite::accept_hdr_async_with_config(stream, check_origin, Some(config)).await.map_err(Box::new)?;
    match socket.next().await {
        Some(Ok(Message::Text(text))) if same(text.as_bytes(), token.expose_secret().as_bytes()) => Ok(socket),
        Some(Err(error)) => Err(Box::new(error).into()),
        _ => Err(Refusal::Token),
    }
}

#[expect(clippy::result_large_err, reason = "the signature is the WebSocket library's")]
fn check_origin(request: &Request, response: Response) -> Result<Response, ErrorResponse> {
    let origin = request.headers().get("origin").and_then(|origin| origin.to_str().ok()).unwrap_or_default();
    if ORIGINS.contains(&origin) {
        return Ok(response);
    }
    let mut refusal = ErrorResponse::new(Some("origin".into()));
    *refusal.status_mut() = StatusCode::FORBIDDEN;
    Err(refusal)
}

/// Compares in a time that does not tell where they differ.
fn same(given: &[u8], expected: &[u8]) -> bool {
    given.len() == expected.len() && given.iter().zip(expected).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

/// Sends pictures for as long as the page is there.
async fn show(socket: WebSocketStream<TcpStream>, shared: Arc<Shared>) {
    let (mut out, mut incoming) = socket.split();
    let mut names = Names::default();
    shared.state.lock().render_all_again();
    shared.changed();
    let end = loop {
        tokio::select! {
            message = incoming.next() => match message {
                Some(Ok(message)) => heard(&message, &names, &shared),
                Some(Err(error)) => break Some(error),
                None => break None,
            },
            () = shared.ready.notified() => {
                if let Err(error) = send_ready(&mut out, &mut names, &shared).await {
                    break Some(error);
                }
            }
        }
    };
    tracing::debug!(?end, "the page left the video socket");
    shared.set_stage(|stage| stage.shown = false);
}

async fn send_ready(
    out: &mut SplitSink<WebSocketStream<TcpStream>, Message>,
    names: &mut Names,
    shared: &Shared,
) -> Result<(), Error> {
    loop {
        // The lock is gone before anything is sent.
        let Some((tile, mut rendered)) = shared.state.lock().take_ready() else { break };
        let key = match names.keys.get(&tile) {
            Some(key) => *key,
            None => {
                let key = names.add(&tile);
                let naming = serde_json::to_string(&wire::Naming { key, tile: &tile }).expect("plain strings");
                out.feed(Message::text(naming)).await?;
                key
            }
        };
        wire::address(rendered.pixels.as_mut(), key, rendered.serial);
        out.feed(Message::Binary(Bytes::from_owner(rendered.pixels))).await?;
    }
    out.flush().await
}

fn heard(message: &Message, names: &Names, shared: &Shared) {
    match message {
        Message::Binary(bytes) => {
            let Some((key, serial)) = wire::drawn(bytes) else { return };
            if let Some(tile) = names.tiles.get(key as usize)
                && shared.state.lock().presented(tile, serial)
            {
                shared.work.notify_one();
            }
        }
        Message::Text(text) => {
            if let Ok(page) = serde_json::from_str::<wire::Page>(text.as_str()) {
                shared.set_stage(|stage| {
                    stage.scale = page.scale.clamp(0.25, 8.0);
                    stage.size = (page.width, page.height);
                    stage.shown = page.shown;
                });
            }
        }
        _ => {}
    }
}

/// Tiles of one connection and their keys.
#[derive(Default)]
struct Names {
    tiles: Vec<TileId>,
    keys: HashMap<TileId, u32>,
}

impl Names {
    fn add(&mut self, tile: &TileId) -> u32 {
        let key = self.tiles.len() as u32;
        self.tiles.push(tile.clone());
        self.keys.insert(tile.clone(), key);
        key
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
