//! The session server's address is one and its name is known; or this computer's own server runs.

use std::net::SocketAddr;

use super::cause::Cause;
use super::check::Finding;
use super::context::{Context, Server};
use super::mask;
use super::probe::http::{self, Asker};
use super::probe::{proxy, tcp};
use crate::api::BaseUrl;
use crate::host::{self, Host};

/// Puts the session server's base URL and addresses into the context.
pub async fn check(context: &mut Context) -> Finding {
    match context.target.server.clone() {
        Server::At(text) => at(context, &text).await,
        Server::Here { lan, running } => here(context, lan, running).await,
    }
}

async fn at(context: &mut Context, text: &str) -> Finding {
    let base = match BaseUrl::parse(text) {
        Ok(base) => base,
        Err(error) => return Finding::failed(Cause::ApiAddressInvalid, error.message).about(mask::given(text)),
    };
    let url = base.call("");
    context.base = Some(base);
    if let Some(proxy) = proxy::before(&url).filter(|_| !http::on_this_computer(&url)) {
        return Finding::ok(format!("{}, through the proxy {proxy}.", context.api()));
    }
    match tcp::resolve(&url).await {
        Ok(addresses) => {
            let seen = format!("{} is at {}.", context.api(), list(&addresses));
            context.api_addresses = addresses;
            Finding::ok(seen)
        }
        Err(error) => {
            let name = url.host_str().unwrap_or_default().to_owned();
            let said = match error.kind() {
                std::io::ErrorKind::TimedOut => "The name service does not answer.",
                _ => "The name service knows no address for it.",
            };
            Finding::failed(Cause::ApiNameUnresolved, said).about(name)
        }
    }
}

/// Addresses without their port, for a person.
pub fn list(addresses: &[SocketAddr]) -> String {
    addresses.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>().join(", ")
}

async fn here(context: &mut Context, lan: bool, running: Option<BaseUrl>) -> Finding {
    let (base, seen) = match running {
        Some(base) => (base, "This computer hosts already"),
        None => match other_copy(context).await {
            Some(base) => (base, "Another copy of the app hosts on this computer"),
            None => match start(context, lan).await {
                Ok(base) => (base, "This computer can host: its servers were started for this check"),
                Err(finding) => return finding,
            },
        },
    };
    let seen = format!("{seen}, at {}.", base.as_str());
    context.api_addresses = tcp::resolve(&base.call("")).await.unwrap_or_default();
    // On the network it is this computer's own address: a person's.
    for address in &context.api_addresses {
        context.mask.add_own(address.ip());
    }
    context.base = Some(base);
    Finding::ok(seen)
}

/// A session to be entered may be one of another copy of the app.
async fn other_copy(context: &Context) -> Option<BaseUrl> {
    context.target.session.as_ref()?;
    for port in host::PORTS {
        let base = BaseUrl::parse(&format!("http://127.0.0.1:{port}/api")).ok()?;
        let url = base.call("live/health");
        let answered = Asker::new(&url, None).get(url).await;
        if answered.is_ok_and(|answer| super::session_api::health(&answer).is_some()) {
            return Some(base);
        }
    }
    None
}

async fn start(context: &mut Context, lan: bool) -> Result<BaseUrl, Finding> {
    let watchdog = std::env::current_exe().map_err(|error| Finding::failed(Cause::HostFailed, error.to_string()))?;
    let host = Host::start(lan, watchdog)
        .await
        .map_err(|error| Finding::failed(error.cause(), format!("{}.", sentence_case(&error.to_string()))))?;
    let base = host.base_url().clone();
    context.keep_host(host);
    Ok(base)
}

/// With a capital at its beginning.
fn sentence_case(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
