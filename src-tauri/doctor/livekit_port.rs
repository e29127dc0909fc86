//! LiveKit answers at its address: TCP by IPv4 and IPv6, TLS, and it is LiveKit.

use url::Url;

use super::answers::{other_scheme_answers, speaks_tls_only, wrong_clock, wrong_scheme};
use super::cause::Cause;
use super::check::Finding;
use super::context::Context;
use super::probe::http::{Answer, Asker, Fault};
use super::probe::{proxy, tcp};
use crate::address::as_http;

/// Knocks at LiveKit's door; orders its addresses by which of them answered first.
pub async fn check(context: &mut Context) -> Finding {
    let Some(livekit) = context.livekit.clone() else { return Finding::skipped("There is no address.") };
    let reach = tcp::reach(&context.livekit_addresses).await;
    let host = context.livekit_host();
    let connected = reach.connected();
    if !context.livekit_addresses.is_empty() && connected.is_empty() {
        let cause = if reach.refused() { Cause::LivekitNotRunning } else { Cause::LivekitPortFiltered };
        return Finding::failed(cause, format!("{}.", reach.seen())).about(host);
    }
    let rest = context.livekit_addresses.iter().filter(|address| !connected.contains(address));
    context.livekit_addresses = connected.iter().chain(rest).copied().collect();
    let root = http_url(&livekit, "");
    let relative = context.entered.as_ref().is_some_and(|entered| !entered.server_url.contains("://"));
    let asker = Asker::new(&root, None);
    let first = match asker.get(root.clone()).await {
        Ok(answer) => answer,
        Err(fault) => return of_fault(&root, fault, &host).await,
    };
    if speaks_tls_only(&first, &root) {
        return Finding::failed(Cause::ServerUrlWrongScheme, wrong_scheme(&root)).about(livekit.as_str());
    }
    // Behind a proxy, a web site may be at the root, and LiveKit only at its own paths.
    let door = asker.get(http_url(&livekit, "rtc/validate")).await;
    let door = match door {
        Ok(door) => door,
        Err(fault) => return of_fault(&root, fault, &host).await,
    };
    if !is_livekit(&first, &door) {
        if relative {
            let seen = format!("At {} there is something else: {}.", root, door.seen());
            return Finding::failed(Cause::ServerUrlRelative, seen).about(livekit.path());
        }
        if matches!(door.status, 502..=504) {
            let seen = format!("A proxy answers, and finds no LiveKit behind it: {}.", door.seen());
            return Finding::failed(Cause::LivekitNotRunning, seen).about(host);
        }
        return Finding::failed(Cause::LivekitPortOtherProgram, format!("{}.", door.seen())).about(host);
    }
    context.livekit_clock = door.clock;
    let by = match proxy::before(&livekit).filter(|_| reach.0.is_empty()) {
        Some(proxy) => format!("Through the proxy {proxy}"),
        None => reach.seen(),
    };
    let seen = format!("{by}; LiveKit answers.");
    if reach.ipv6_broken() {
        return Finding::warning(Cause::Ipv6Broken, seen).about(host);
    }
    Finding::ok(seen)
}

/// The HTTP URL of a path under LiveKit's address.
pub fn http_url(livekit: &Url, path: &str) -> Url {
    let mut url = as_http(livekit);
    url.set_path(&format!("{}/{path}", livekit.path().trim_end_matches('/')));
    url
}

/// LiveKit says "OK" at its root, and turns away who comes without a token in plain words.
fn is_livekit(root: &Answer, door: &Answer) -> bool {
    let plain = |answer: &Answer| answer.content_type == "text/plain";
    let root_ok = root.status == 200 && plain(root) && root.text().trim() == "OK";
    let words = door.text().to_lowercase();
    let turned_away = door.status == 401
        && plain(door)
        && ["permission", "token", "authorization", "api key"].iter().any(|word| words.contains(word));
    // A path that leads nowhere is no LiveKit, whatever answers at the root.
    turned_away || root_ok && matches!(door.status, 200 | 400 | 401 | 405 | 426)
}

async fn of_fault(url: &Url, fault: Fault, host: &str) -> Finding {
    let failed = |cause: Cause, seen: &str| Finding::failed(cause, seen).about(host);
    match fault {
        Fault::Unresolved => Finding::failed(Cause::ServerUrlUnresolved, "The name service knows no address for it.")
            .about(url.host_str().unwrap_or_default()),
        Fault::Refused => failed(Cause::LivekitNotRunning, "The connection is refused."),
        Fault::Silent => failed(Cause::LivekitPortFiltered, "The connection is there, but no answer comes."),
        Fault::Proxy => {
            let proxy = proxy::before(url).unwrap_or_default();
            failed(Cause::ProxyRefuses, &format!("The proxy is {proxy}."))
        }
        Fault::Certificate(fault) => match wrong_clock(url, fault).await {
            Some(finding) => finding,
            None => failed(Cause::LivekitCertificateBad, &format!("The certificate {}.", fault.seen())),
        },
        Fault::NotTls | Fault::NotHttp if other_scheme_answers(url).await => {
            let websocket = url.as_str().replacen("http", "ws", 1);
            Finding::failed(Cause::ServerUrlWrongScheme, wrong_scheme(url)).about(websocket.trim_end_matches('/'))
        }
        Fault::NotTls | Fault::NotHttp => failed(Cause::LivekitPortOtherProgram, "What comes back is not HTTP."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, kind: &str, body: &str) -> Answer {
        Answer { status, content_type: kind.into(), location: None, clock: None, body: body.into() }
    }

    #[test]
    fn livekit_is_known_by_its_words() {
        let ok = answer(200, "text/plain", "OK");
        let door = answer(401, "text/plain", "no permissions to access the room");
        let page = answer(200, "text/html", "<html>");
        assert!(is_livekit(&ok, &door));
        assert!(is_livekit(&page, &door), "a web site at the root of a proxy");
        assert!(!is_livekit(&page, &page));
        assert!(!is_livekit(&ok, &answer(404, "text/plain", "404 page not found")), "another program that says OK");
        assert!(!is_livekit(&page, &answer(401, "text/html", "token")));
    }

    #[test]
    fn paths_stand_under_livekits_own() {
        let url = |text: &str| http_url(&Url::parse(text).unwrap(), "rtc/validate");
        assert_eq!(url("ws://h:7880").as_str(), "http://h:7880/rtc/validate");
        assert_eq!(url("wss://live.example/livekit").as_str(), "https://live.example/livekit/rtc/validate");
    }
}
