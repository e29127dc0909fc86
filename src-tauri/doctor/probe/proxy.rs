//! Whether this system's proxy stands before an address.

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use crate::address::as_http;

/// The proxy that HTTP requests to `url` go through, as host and port. Its user and password are left out.
pub fn before(url: &Url) -> Option<String> {
    // WebSockets take the proxy of the HTTP scheme that they begin with.
    let proxy = Matcher::from_env().intercept(&as_http(url).as_str().parse().ok()?)?;
    proxy.uri().authority().map(|authority| {
        let text = authority.as_str();
        text.rsplit_once('@').map_or(text, |(_, host)| host).to_owned()
    })
}
