//! What people paste: links, session ids, texts with one in them, and the addresses of session servers.
#![no_main]

use donfra_live_fuzz::api::BaseUrl;
use donfra_live_fuzz::is_readable;
use donfra_live_fuzz::session::encryption::Secret;
use donfra_live_fuzz::session::invitation::{Invitation, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    match parse(input) {
        Ok(invitation) => {
            assert_eq!(parse(&invitation.link()).expect("a link is an invitation"), invitation);
            let Invitation { session_id, api, secret } = invitation;
            let id = uuid::Uuid::try_parse(&session_id).expect("a session id");
            assert_eq!(id.hyphenated().to_string(), session_id);
            assert_eq!(parse(&session_id).expect("an id is an invitation").session_id, session_id);
            api.iter().for_each(is_kept);
            assert!(secret.is_none_or(|secret| Secret::parse(secret.reveal()) == Ok(secret)));
        }
        Err(error) => is_readable(&error),
    }
    if let Err(error) = Secret::parse(input) {
        is_readable(&error);
    }
    match BaseUrl::parse(input) {
        Ok(base) => is_kept(&base),
        Err(error) => is_readable(&error),
    }
});

/// An address is the same after it was written down and read again.
fn is_kept(base: &BaseUrl) {
    let again = BaseUrl::parse(base.as_str()).unwrap_or_else(|error| panic!("{}: {error}", base.as_str()));
    assert_eq!(&again, base);
    assert!(matches!(base.call("live/join").scheme(), "http" | "https"));
}
