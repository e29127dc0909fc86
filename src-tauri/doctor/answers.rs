//! The session server answers: TCP by IPv4 and IPv6, TLS, HTTP.

use url::Url;

use super::cause::Cause;
use super::check::Finding;
use super::clock;
use super::context::Context;
use super::probe::http::{self, Answer, Asker, CertificateFault, Fault};
use super::probe::{proxy, tcp};
use crate::address::host_and_port;

/// Puts the first answer into the context, and what asks from here on.
pub async fn check(context: &mut Context) -> Finding {
    let Some(base) = context.base.clone() else { return Finding::skipped("There is no address.") };
    let url = base.call("live/health");
    let credential = context.settings.credential(&base).await;
    if let Some(credential) = &credential {
        context.mask.add_secret(&credential.secret);
    }
    context.signed_in = credential.is_some();
    // The first request goes without the sign-in: it is not known yet who is there.
    let first = Asker::new(&url, None);
    context.asker = Some(Asker::new(&url, credential));
    let host = context.api_host();
    let reach = tcp::reach(&context.api_addresses).await;
    if !context.api_addresses.is_empty() && reach.connected().is_empty() {
        let cause = if reach.refused() { Cause::ApiNotRunning } else { Cause::ApiTimeout };
        return Finding::failed(cause, format!("{}.", reach.seen())).about(host);
    }
    let answer = match first.get(url.clone()).await {
        Ok(answer) => answer,
        Err(fault) => return of_fault(context, &url, fault).await,
    };
    if speaks_tls_only(&answer, &url) {
        return Finding::failed(Cause::ApiWrongScheme, answer.seen()).about(host);
    }
    if let Some(proxy) = proxy::before(&url).filter(|_| !http::on_this_computer(&url))
        && matches!(answer.status, 403 | 502..=504)
        && answer.json().is_none()
    {
        return Finding::failed(Cause::ProxyRefuses, format!("The proxy {proxy} answers: {}.", answer.seen()))
            .about(host);
    }
    context.api_clock = answer.clock;
    let by = if reach.0.is_empty() { String::new() } else { format!("{}; ", reach.seen()) };
    let seen = format!("{by}{}.", answer.seen());
    context.first_answer = Some(answer);
    if reach.ipv6_broken() {
        return Finding::warning(Cause::Ipv6Broken, seen).about(host);
    }
    Finding::ok(seen)
}

/// Whether plain HTTP reached a server that wants HTTPS at this very place.
pub fn speaks_tls_only(answer: &Answer, url: &Url) -> bool {
    if url.scheme() != "http" {
        return false;
    }
    let moved = matches!(answer.status, 301 | 302 | 303 | 307 | 308)
        && answer
            .location
            .as_ref()
            .is_some_and(|location| location.scheme() == "https" && location.host_str() == url.host_str());
    moved || answer.status == 400 && answer.text().to_uppercase().contains("HTTPS")
}

/// What a request's failure means, at the session server.
pub async fn of_fault(context: &Context, url: &Url, fault: Fault) -> Finding {
    let host = host_and_port(url);
    let failed = |cause: Cause, seen: &str| Finding::failed(cause, seen).about(host.clone());
    match fault {
        Fault::Unresolved => {
            let name = url.host_str().unwrap_or_default().to_owned();
            failed(Cause::ApiNameUnresolved, "The name service knows no address for it.").about(name)
        }
        Fault::Refused => failed(Cause::ApiNotRunning, "The connection is refused."),
        Fault::Silent => failed(Cause::ApiTimeout, "The connection is there, but no answer comes."),
        Fault::Proxy => {
            let proxy = proxy::before(url).unwrap_or_default();
            failed(Cause::ProxyRefuses, &format!("The proxy is {proxy}."))
        }
        Fault::Certificate(fault) => match wrong_clock(url, fault).await {
            Some(finding) => finding,
            None => failed(Cause::ApiCertificateBad, &format!("The certificate {}.", fault.seen())),
        },
        Fault::NotTls | Fault::NotHttp if other_scheme_answers(url).await => {
            failed(Cause::ApiWrongScheme, wrong_scheme(url))
        }
        Fault::NotTls | Fault::NotHttp if context.first_answer.is_some() => {
            failed(Cause::ApiFailed, "It closes the connection without an answer.")
        }
        Fault::NotTls | Fault::NotHttp => failed(Cause::ApiPortOtherProgram, "What comes back is not HTTP."),
    }
}

/// A certificate that looks expired or not yet valid because this computer's clock is wrong.
pub async fn wrong_clock(url: &Url, fault: CertificateFault) -> Option<Finding> {
    if !matches!(fault, CertificateFault::Expired | CertificateFault::NotYetValid) {
        return None;
    }
    let off = http::clock_behind_bad_certificate(url).await?;
    let about = clock::words("this computer's", -off, "the server's");
    (off.abs() > clock::MAX_OFF_CERTIFICATE).then(|| {
        Finding::failed(Cause::ClockOff, format!("The certificate {} by this computer's clock.", fault.seen()))
            .about(about)
    })
}

/// Whether the other of http and https works at the same place.
pub async fn other_scheme_answers(url: &Url) -> bool {
    let mut other = url.clone();
    let scheme = if url.scheme() == "https" { "http" } else { "https" };
    let port = url.port_or_known_default();
    if other.set_scheme(scheme).is_err() || other.set_port(port).is_err() {
        return false;
    }
    match Asker::new(&other, None).get(other.clone()).await {
        Ok(answer) => !speaks_tls_only(&answer, &other),
        Err(Fault::Certificate(_)) => true,
        Err(_) => false,
    }
}

/// What the wrong scheme looks like.
pub fn wrong_scheme(url: &Url) -> &'static str {
    if url.scheme() == "https" { "It answers without TLS only." } else { "It answers with TLS only." }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, location: Option<&str>, body: &str) -> Answer {
        Answer {
            status,
            content_type: "text/plain".into(),
            location: location.map(|location| Url::parse(location).unwrap()),
            clock: None,
            body: body.into(),
        }
    }

    #[test]
    fn a_move_to_https_of_the_same_host_is_the_wrong_scheme() {
        let url = Url::parse("http://live.example/api/live/health").unwrap();
        assert!(speaks_tls_only(&answer(301, Some("https://live.example/api/live/health"), ""), &url));
        assert!(speaks_tls_only(&answer(400, None, "Client sent an HTTP request to an HTTPS server."), &url));
        assert!(!speaks_tls_only(&answer(302, Some("https://portal.example/"), ""), &url));
        assert!(!speaks_tls_only(&answer(200, None, "HTTPS"), &url));
    }

    #[tokio::test]
    async fn the_other_scheme_is_found_at_the_same_port() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
        let app = axum::Router::new().fallback(async || "OK");
        tokio::spawn(async { axum::serve(listener, app).await });
        assert!(other_scheme_answers(&url).await);
    }
}
