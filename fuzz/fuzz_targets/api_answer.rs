//! What answers where a session API should be.
#![no_main]

use donfra_live_fuzz::api::{BaseUrl, Created, Joined, Listed};
use donfra_live_fuzz::is_readable;
use donfra_live_fuzz::session::token;
use libfuzzer_sys::fuzz_target;
use secrecy::SecretString;

fuzz_target!(|body: &[u8]| {
    if let Ok(created) = serde_json::from_slice::<Created>(body) {
        admitted(&created.server_url, &created.host_token);
    }
    if let Ok(joined) = serde_json::from_slice::<Joined>(body) {
        admitted(&joined.server_url, &joined.access_token);
    }
    let _ = serde_json::from_slice::<Vec<Listed>>(body);
    if let Ok(text) = std::str::from_utf8(body) {
        admitted(text, &SecretString::from(text));
    }
});

fn admitted(server_url: &str, token: &SecretString) {
    let base = BaseUrl::parse("https://live.example/api").expect("an address");
    match base.livekit_url(server_url) {
        Ok(url) => assert!(matches!(url.scheme(), "ws" | "wss") && url.host_str().is_some_and(|host| !host.is_empty())),
        Err(error) => is_readable(&error),
    }
    let _ = token::claims(token);
}
