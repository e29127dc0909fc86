//! LiveKit's address can be one from here: no name of Docker's, no loopback of another computer.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, UdpSocket};

use url::{Host, Url};

use super::address::list;
use super::cause::Cause;
use super::check::Finding;
use super::context::Context;
use super::mask;
use super::probe::http::on_this_computer;
use super::probe::{proxy, tcp};
use crate::address::host_and_port;
use crate::api::BaseUrl;

/// Names by which containers call the computer they run on.
const DOCKERS_HOST: [&str; 3] = ["host.docker.internal", "gateway.docker.internal", "host.containers.internal"];

/// Puts LiveKit's URL and addresses into the context.
pub async fn check(context: &mut Context) -> Finding {
    let (Some(base), Some(entered)) = (&context.base, &context.entered) else {
        return Finding::skipped("There is no address.");
    };
    let url = match resolved(base, &entered.server_url) {
        Ok(url) => url,
        Err(finding) => return *finding,
    };
    let about = shown(&url);
    if on_this_computer(&url) && !on_this_computer(&base.call("")) {
        let seen = format!("The session server is at {}, and LiveKit's address is {about}.", base.host());
        if !context.api_addresses.iter().any(|address| is_this_computers(address.ip())) {
            return Finding::failed(Cause::ServerUrlLoopback, seen).about(about);
        }
        // The session server is on this computer by another of its addresses: right here, and nowhere else.
        context.livekit_addresses = tcp::resolve(&url).await.unwrap_or_default();
        context.livekit = Some(url);
        return Finding::warning(Cause::ServerUrlLoopback, seen).about(about);
    }
    if proxy::before(&url).is_some() && !on_this_computer(&url) {
        context.livekit = Some(url);
        return Finding::ok(format!("{about}, through a proxy."));
    }
    let addresses = match tcp::resolve(&url).await {
        Ok(addresses) => addresses,
        Err(error) => return unresolved(&url, error.kind()),
    };
    let seen = format!("{about} is at {}.", list(&addresses));
    let docker = is_dockers_host(&url);
    context.livekit_addresses = addresses;
    context.livekit = Some(url);
    if docker {
        // Docker Desktop makes the name known on its own computer; elsewhere nobody knows it.
        return Finding::warning(Cause::ServerUrlHostDockerInternal, seen).about(about);
    }
    Finding::ok(seen)
}

/// The URL that a client connects to.
fn resolved(base: &BaseUrl, text: &str) -> Result<Url, Box<Finding>> {
    let text = text.trim();
    let about = mask::given(text);
    base.livekit_url(text).map_err(|_| {
        let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
        // `localhost:7880` reads as a scheme, too.
        let has_scheme = !scheme.is_empty()
            && scheme.chars().all(|character| character.is_ascii_alphanumeric() || ".-+_".contains(character));
        let finding = if has_scheme && !rest.is_empty() && !matches!(scheme, "ws" | "wss" | "http" | "https") {
            Finding::failed(Cause::ServerUrlWrongScheme, "It begins with neither ws:// nor wss://.")
        } else {
            Finding::failed(Cause::ServerUrlInvalid, "It is neither an address nor a path.")
        };
        Box::new(finding.about(about))
    })
}

/// Scheme, host and port: what people compare.
fn shown(url: &Url) -> String {
    format!("{}://{}", url.scheme(), host_and_port(url))
}

fn is_dockers_host(url: &Url) -> bool {
    url.host_str().is_some_and(|name| DOCKERS_HOST.contains(&name))
}

fn unresolved(url: &Url, kind: ErrorKind) -> Finding {
    let name = url.host_str().unwrap_or_default();
    let seen = match kind {
        ErrorKind::TimedOut => "The name service does not answer.",
        _ => "The name service knows no address for it.",
    };
    let cause = if is_dockers_host(url) {
        Cause::ServerUrlHostDockerInternal
    } else if matches!(url.host(), Some(Host::Domain(name)) if !name.contains('.') || name.contains('_')) {
        // Compose calls containers by one word, or by words with underscores between.
        Cause::ServerUrlDockerName
    } else {
        return Finding::failed(Cause::ServerUrlUnresolved, seen).about(name);
    };
    Finding::failed(cause, seen).about(shown(url))
}

/// Whether it is one of this computer's addresses: only those can be bound.
fn is_this_computers(ip: IpAddr) -> bool {
    UdpSocket::bind(SocketAddr::new(ip, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::Verdict;

    fn base() -> BaseUrl {
        BaseUrl::parse("https://live.example/api").unwrap()
    }

    fn cause(text: &str) -> Option<Cause> {
        resolved(&base(), text).err().and_then(|finding| finding.cause)
    }

    #[test]
    fn what_is_no_address_is_told_from_a_wrong_beginning() {
        assert_eq!(cause("ws://10.0.0.5:7880"), None);
        assert_eq!(cause("/livekit"), None);
        assert_eq!(cause("ftp://10.0.0.5"), Some(Cause::ServerUrlWrongScheme));
        assert_eq!(cause("localhost:7880"), Some(Cause::ServerUrlWrongScheme));
        assert_eq!(cause(""), Some(Cause::ServerUrlInvalid));
        assert_eq!(cause("ws://"), Some(Cause::ServerUrlInvalid));
        assert_eq!(cause("http://exa mple"), Some(Cause::ServerUrlInvalid));
    }

    #[test]
    fn unknown_names_are_sorted_by_whose_they_are() {
        let cause = |url: &str| unresolved(&Url::parse(url).unwrap(), ErrorKind::Other).cause.unwrap();
        assert_eq!(cause("ws://livekit:7880"), Cause::ServerUrlDockerName);
        assert_eq!(cause("ws://donfra_livekit_1.internal:7880"), Cause::ServerUrlDockerName);
        assert_eq!(cause("ws://host.docker.internal:7880"), Cause::ServerUrlHostDockerInternal);
        assert_eq!(cause("ws://livekit.example.org:7880"), Cause::ServerUrlUnresolved);
    }

    #[tokio::test]
    async fn another_computers_loopback_is_not_ours() {
        let mut context = crate::doctor::testing::context("http://192.0.2.1:8080/api", "ws://localhost:7880");
        context.api_addresses = vec!["192.0.2.1:8080".parse().unwrap()];
        let finding = check(&mut context).await;
        assert_eq!((finding.verdict, finding.cause), (Verdict::Failed, Some(Cause::ServerUrlLoopback)));
        let mut context = crate::doctor::testing::context("http://127.0.0.1:8080/api", "ws://localhost:7880");
        assert_eq!(check(&mut context).await.verdict, Verdict::Ok);
    }
}
