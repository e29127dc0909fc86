//! Guests without media: the signalling connection of a client, read and kept open. A grid is full of them in a second.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

/// Lets so many guests join the session, one after the other. They leave when this is dropped.
pub async fn join(api: &str, session: &str, count: usize) -> JoinSet<()> {
    let mut guests = JoinSet::new();
    for number in 1..=count {
        let joined = super::api::join(api, session, &format!("Guest {number}")).await;
        let (server, token) = (joined["server_url"].as_str().unwrap(), joined["access_token"].as_str().unwrap());
        let address = server.trim_start_matches("ws://").trim_end_matches('/').to_owned();
        let url = format!("ws://{address}/rtc?access_token={token}&protocol=15&auto_subscribe=0&sdk=js&version=2.0.0");
        let stream = TcpStream::connect(&address).await.expect("LiveKit listens");
        let (mut socket, _) = client_async(url, stream).await.expect("LiveKit takes the connection");
        guests.spawn(async move {
            let mut alive = tokio::time::interval(Duration::from_secs(5));
            loop {
                tokio::select! {
                    message = socket.next() => if !matches!(message, Some(Ok(_))) { return },
                    _ = alive.tick() => if socket.send(Message::Ping(Vec::new().into())).await.is_err() { return },
                }
            }
        });
    }
    guests
}
