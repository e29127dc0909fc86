//! LiveKit's signalling as the doctor reads it: what the server says of itself and which addresses it offers for media.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use livekit_protocol::signal_request;
use livekit_protocol::signal_response::Message as Said;
use livekit_protocol::{JoinResponse, LeaveRequest, SignalRequest, SignalResponse};
use prost::Message as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::candidates::Candidates;

/// How long the first message may take.
const FIRST: Duration = Duration::from_secs(4);

/// How long the server's candidates are collected, at most.
const COLLECT: Duration = Duration::from_millis(2500);

/// Most bytes of one message: what the SDK takes. A room of 500 people is told in less.
const MAX_MESSAGE: usize = 16 * 1024 * 1024;

/// What LiveKit offers for media.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    /// Its version; empty if it does not tell.
    pub version: String,
    /// Its region; empty if it does not tell.
    pub region: String,
    /// The URLs of its STUN and TURN servers.
    pub ice_servers: Vec<String>,
    /// Where it takes media itself.
    pub candidates: Candidates,
}

impl Offered {
    /// Whether a TURN server is among the ICE servers.
    pub fn turn(&self) -> bool {
        self.ice_servers.iter().any(|url| url.starts_with("turn:") || url.starts_with("turns:"))
    }

    /// The STUN servers among them, host and port.
    pub fn stun(&self) -> impl Iterator<Item = &str> {
        self.ice_servers.iter().filter_map(|url| url.strip_prefix("stun:"))
    }

    fn join(&mut self, join: JoinResponse) {
        let info = join.server_info.unwrap_or_default();
        let short = |text: String| text.chars().filter(|character| !character.is_control()).take(40).collect();
        self.version = short(if info.version.is_empty() { join.server_version } else { info.version });
        self.region = short(if info.region.is_empty() { join.server_region } else { info.region });
        self.ice_servers = join.ice_servers.into_iter().flat_map(|server| server.urls).take(16).collect();
    }
}

/// Reads what LiveKit says at first on a connection that was upgraded, and leaves. `None`: nothing came, or nothing of
/// LiveKit's.
pub async fn listen<S: AsyncRead + AsyncWrite + Unpin>(stream: S) -> Option<Offered> {
    let config = WebSocketConfig::default().max_message_size(Some(MAX_MESSAGE)).max_frame_size(Some(MAX_MESSAGE));
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await;
    let mut offered = Offered::default();
    match tokio::time::timeout(FIRST, next(&mut socket)).await {
        Ok(Some(Said::Join(join))) => offered.join(join),
        _ => return None,
    }
    // The offer and the candidates follow by themselves; a server that waits for the client's offer sends none.
    let _ = tokio::time::timeout(COLLECT, async {
        while let Some(said) = next(&mut socket).await {
            match said {
                Said::Offer(offer) => offered.candidates.description(&offer.sdp),
                Said::Trickle(trickle) => {
                    offered.candidates.trickled(&trickle.candidate_init);
                    if trickle.r#final {
                        break;
                    }
                }
                Said::Leave(_) => break,
                _ => {}
            }
        }
    })
    .await;
    let leave = SignalRequest { message: Some(signal_request::Message::Leave(LeaveRequest::default())) };
    let bye = async {
        let _ = socket.send(Message::Binary(leave.encode_to_vec().into())).await;
        let _ = socket.close(None).await;
    };
    let _ = tokio::time::timeout(Duration::from_millis(500), bye).await;
    Some(offered)
}

/// The next message of LiveKit's. `None`: the connection ended, or something else speaks.
async fn next<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut WebSocketStream<S>) -> Option<Said> {
    loop {
        match socket.next().await?.ok()? {
            Message::Binary(bytes) => {
                if let Some(said) = SignalResponse::decode(bytes).ok()?.message {
                    return Some(said);
                }
            }
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_no_livekit_is_not_listened_to() {
        let (near, mut far) = tokio::io::duplex(1024);
        tokio::spawn(async move {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut far, b"\x81\x05hello\x82\x02\xff\xff").await;
        });
        assert_eq!(listen(near).await, None);
    }
}
