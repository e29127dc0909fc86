//! The name that a request calls this server by. A web page can point a name of its own at this computer's address (DNS
//! rebinding); its calls then count as same-origin with the page, and CORS does not hold them off. The name gives it away.

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::server::AppState;

/// Refuses a request for a host that is not on the list, if there is one.
pub(crate) async fn check_host(State(app): State<AppState>, request: Request, next: Next) -> Response {
    if let Some(allowed) = &app.config.allowed_hosts
        && !named(&request).is_some_and(|host| is_allowed(host, allowed))
    {
        // The name is a stranger's text: it does not go into the log.
        tracing::debug!("refused: the Host header names another server");
        return ApiError::HostNotAllowed.into_response();
    }
    next.run(request).await
}

/// Whom the request is for, with port. HTTP/2 says it in the address, HTTP/1.1 in one header; two headers are a trick.
fn named(request: &Request) -> Option<&str> {
    let mut headers = request.headers().get_all(header::HOST).iter();
    match (headers.next(), headers.next()) {
        (Some(host), None) => host.to_str().ok(),
        (None, _) => request.uri().authority().map(|authority| authority.as_str()),
        (Some(_), Some(_)) => None,
    }
}

/// Whether a host is on the list, whatever its port: it may be forwarded.
fn is_allowed(host: &str, allowed: &[String]) -> bool {
    let name = match host.strip_prefix('[') {
        // An IPv6 address keeps its brackets: its colons are not the port's.
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) if is_port(port) => &host[..address.len() + 2],
            _ => return false,
        },
        None => match host.find(':') {
            Some(at) if is_port(&host[at..]) => &host[..at],
            Some(_) => return false,
            None => host,
        },
    };
    allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
}

/// Nothing, or a colon and a port.
fn is_port(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_on_the_list_pass() {
        let allowed = ["localhost", "127.0.0.1", "[::1]", "192.168.1.7"].map(str::to_owned);
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:80", "[::1]", "[::1]:8080", "192.168.1.7:9"] {
            assert!(is_allowed(host, &allowed), "{host}");
        }
        for host in [
            "",
            ":80",
            "evil.example",
            "evil.example:8080",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evil.example@localhost",
            "localhost@evil.example",
            "localhost:80@evil.example",
            "localhost:x",
            "[::1",
            "::1",
            "[::1]x",
            "[::2]:80",
            "192.168.1.70",
            "localhost.",
            "localhost:99999",
        ] {
            assert!(!is_allowed(host, &allowed), "{host}");
        }
    }
}
