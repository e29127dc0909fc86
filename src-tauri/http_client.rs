//! HTTP clients, also on a system that trusts nobody.

use std::sync::Once;

use reqwest::{Certificate, Client, ClientBuilder};

/// Builds a client. A system may have no certificate authorities at all (small containers, a damaged installation): then
/// plain HTTP works as ever, and every HTTPS server's certificate is refused, which is said where it happens.
pub fn build(builder: impl Fn() -> ClientBuilder) -> Client {
    builder().build().unwrap_or_else(|error| {
        static TOLD: Once = Once::new();
        TOLD.call_once(|| tracing::warn!(?error, "this system has no certificate authorities: HTTPS will not work"));
        let nobody = builder().tls_certs_only(std::iter::empty::<Certificate>()).build();
        nobody.expect("without the system's certificates nothing can be amiss")
    })
}
