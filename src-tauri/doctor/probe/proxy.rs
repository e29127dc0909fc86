//! Whether this system's proxy stands before an address.

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

/// The proxy that HTTP requests to `url` go through, as host and port. Its user and password are left out.
pub fn before(url: &Url) -> Option<String> {
    // WebSockets take the proxy of the HTTP scheme that they begin with.
    let text = match url.scheme() {
        "ws" => url.as_str().replacen("ws", "http", 1),
        "wss" => url.as_str().replacen("wss", "https", 1),
        _ => url.as_str().to_owned(),
    };
    let proxy = Matcher::from_env().intercept(&text.parse().ok()?)?;
    proxy.uri().authority().map(|authority| {
        let text = authority.as_str();
        text.rsplit_once('@').map_or(text, |(_, host)| host).to_owned()
    })
}
