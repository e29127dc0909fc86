//! Whether a WebSocket gets through to LiveKit: proxies that pass plain HTTP often do not pass an upgrade.

use std::time::Duration;

use reqwest::{Response, header};
use secrecy::ExposeSecret;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;

use super::cause::Cause;
use super::check::Finding;
use super::context::Room;
use super::livekit_port::http_url;
use super::livekit_token::cause_of_refused_token;
use super::probe::http::{Fault, fault, upgrading_client};
use super::signal;

/// How long the answer to the upgrade may take.
const ANSWER: Duration = Duration::from_secs(5);

/// Asks for the upgrade as the SDK does, and reads what LiveKit says first.
pub async fn check(room: &mut Room) -> Finding {
    let mut url = http_url(&room.livekit, "rtc");
    // The token goes into a header: what is in a URL ends in the logs of proxies.
    url.set_query(Some("protocol=15&auto_subscribe=1&sdk=rust"));
    let request = upgrading_client(&url)
        .get(url)
        .bearer_auth(room.token.expose_secret())
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, generate_key())
        .send();
    let response = match tokio::time::timeout(ANSWER, request).await {
        Err(_) => return eaten("Plain HTTP is answered, and a request for a WebSocket gets no answer."),
        Ok(Err(error)) => {
            return match fault(&error, room.proxy) {
                Fault::Proxy => eaten("The system's proxy does not let the WebSocket through."),
                _ => eaten("Plain HTTP is answered, and a request for a WebSocket ends without an answer."),
            };
        }
        Ok(Ok(response)) => response,
    };
    if response.status().as_u16() != 101 {
        return of_refusal(response).await;
    }
    let Ok(Ok(stream)) = tokio::time::timeout(ANSWER, response.upgrade()).await else {
        return eaten("The answer says that the protocol changes, and then the connection ends.");
    };
    match signal::listen(stream).await {
        Some(offered) => {
            let named = |what: &str, text: &str| if text.is_empty() { String::new() } else { format!("{what}{text}") };
            let turn = if offered.turn() { "offers a TURN server" } else { "offers no TURN server" };
            let seen =
                format!("LiveKit{}{} speaks; it {turn}.", named(" ", &offered.version), named(" in ", &offered.region));
            room.offered = offered;
            Finding::ok(seen)
        }
        None => eaten("The WebSocket opens, and nothing of LiveKit's comes through it."),
    }
}

fn eaten(seen: impl Into<String>) -> Finding {
    Finding::failed(Cause::WebsocketEaten, seen)
}

async fn of_refusal(response: Response) -> Finding {
    let status = response.status().as_u16();
    // It may quote the token: it is read, never shown.
    let body = tokio::time::timeout(ANSWER, response.bytes()).await;
    let bytes = body.ok().and_then(Result::ok).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).to_lowercase();
    match cause_of(status, &text) {
        Cause::WebsocketEaten => {
            eaten(format!("A request for a WebSocket gets HTTP status {status} where it should get 101."))
        }
        cause => Finding::failed(cause, format!("LiveKit refuses the WebSocket (HTTP status {status}).")),
    }
}

/// What it means that the upgrade was answered with another status than 101. `text` is in lower case.
fn cause_of(status: u16, text: &str) -> Cause {
    match status {
        401 | 403 => match cause_of_refused_token(text) {
            Some(cause) => cause,
            // LiveKit's own refusals are plain text; pages are a proxy's.
            None if text.contains("<html") => Cause::WebsocketEaten,
            None => Cause::LivekitTokenRefused,
        },
        404 if text.contains("room") => Cause::LivekitRoomMissing,
        429 | 503 if text.contains("limit") || text.contains("full") => Cause::LivekitRoomFull,
        _ => Cause::WebsocketEaten,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_token_is_told_from_an_eaten_upgrade() {
        for (status, text, cause) in [
            (401, "invalid api key: other", Cause::LivekitKeyUnknown),
            (403, "<html>forbidden</html>", Cause::WebsocketEaten),
            (404, "requested room does not exist", Cause::LivekitRoomMissing),
            (404, "", Cause::WebsocketEaten),
            (200, "ok", Cause::WebsocketEaten),
            (400, "bad request", Cause::WebsocketEaten),
            (426, "upgrade required", Cause::WebsocketEaten),
            (502, "", Cause::WebsocketEaten),
        ] {
            assert_eq!(cause_of(status, text), cause, "{status} {text}");
        }
    }
}
