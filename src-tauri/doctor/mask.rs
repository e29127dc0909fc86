//! Keeps persons' addresses and secrets out of what is shown: by what they are known to be, and by how they look.

use std::net::IpAddr;
use std::sync::LazyLock;

use secrecy::{ExposeSecret, SecretString};

use crate::address;

/// Shortest secret that is looked for in texts: shorter ones stand in ordinary words.
const MIN_SECRET: usize = 6;

/// Longest address that is shown as it was given, in characters.
const MAX_GIVEN: usize = 100;

/// What must not be shown.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    own: Vec<IpAddr>,
    secrets: Vec<SecretString>,
}

impl Mask {
    /// Masks this computer's own addresses.
    pub fn of_this_computer() -> Self {
        static OWN: LazyLock<Vec<IpAddr>> =
            LazyLock::new(|| address::own_v4().into_iter().chain(address::own_v6()).collect());
        Self { own: OWN.clone(), secrets: Vec::new() }
    }

    /// One more address of this computer's.
    pub fn add_own(&mut self, ip: IpAddr) {
        if !ip.is_loopback() && !ip.is_unspecified() && !self.own.contains(&ip) {
            self.own.push(ip);
        }
    }

    /// One more secret.
    pub fn add_secret(&mut self, secret: &SecretString) {
        if secret.expose_secret().len() >= MIN_SECRET {
            self.secrets.push(secret.clone());
        }
    }

    /// The text without secrets, tokens, whole session ids and this computer's whole addresses.
    pub fn apply(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            text = text.replace(secret.expose_secret(), "…");
        }
        for ip in &self.own {
            text = replace_address(&text, *ip);
        }
        without_users(&by_look(&text))
    }
}

/// An address of a person's computer without what tells computers of one network apart: the last octet, or the last
/// 64 bits. Loopback tells nobody anything and stays.
pub fn own(ip: IpAddr) -> String {
    match ip {
        ip if ip.is_loopback() || ip.is_unspecified() => ip.to_string(),
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}.x")
        }
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(v4) => own(v4.into()),
            None => {
                let [a, b, c, d, ..] = ip.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}:x")
            }
        },
    }
}

/// Replaces the address where it stands alone: 10.0.0.1 is not a part of 10.0.0.12.
fn replace_address(text: &str, ip: IpAddr) -> String {
    let plain = ip.to_string();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(&plain) {
        let (before, found) = rest.split_at(at);
        let after = &found[plain.len()..];
        let digit = |character: Option<char>| character.is_some_and(|character| character.is_ascii_hexdigit());
        let more = digit(before.chars().next_back()) || digit(after.chars().next());
        out.push_str(before);
        out.push_str(if more { plain.clone() } else { own(ip) }.as_str());
        rest = after;
    }
    out.push_str(rest);
    out
}

/// What a person or a server gave as an address: bounded, on one line, without a user or password in it.
pub fn given(text: &str) -> String {
    let text = text.trim();
    // What is no whole URL may hold a user, too.
    let user = |text: &str| text.rsplit_once('@').map_or(text, |(_, host)| host).to_owned();
    let shown = match text.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}", user(rest)),
        None => user(text),
    };
    shown.chars().filter(|character| !character.is_control()).take(MAX_GIVEN).collect()
}

/// Takes users and passwords out of the URLs in a text.
fn without_users(text: &str) -> String {
    let mut parts = text.split("://");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|character: char| character.is_whitespace() || "/\"<>".contains(character));
        let (authority, rest) = part.split_at(end.unwrap_or(part.len()));
        out.push_str("://");
        out.push_str(authority.rsplit_once('@').map_or(authority, |(_, host)| host));
        out.push_str(rest);
    }
    out
}

/// Shortens what looks like a token or a session id.
fn by_look(text: &str) -> String {
    let word = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(word) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|character| !word(character)).unwrap_or(from.len());
        let (found, after) = from.split_at(end);
        out.push_str(before);
        let looks_like_token = found.len() > 20 && found.starts_with("eyJ");
        let id = found.trim_end_matches('.');
        if looks_like_token {
            out.push('…');
        } else if id.len() == 36 && uuid::Uuid::try_parse(id).is_ok() {
            out.push_str(&id[..4]);
            out.push('…');
            out.push_str(&found[id.len()..]);
        } else {
            out.push_str(found);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_persons_address_is_cut() {
        assert_eq!(own("192.168.1.77".parse().unwrap()), "192.168.1.x");
        assert_eq!(own("2001:db8:1:2:3:4:5:6".parse().unwrap()), "2001:db8:1:2:x");
        assert_eq!(own("::ffff:192.168.1.77".parse().unwrap()), "192.168.1.x");
        assert_eq!(own("127.0.0.1".parse().unwrap()), "127.0.0.1");
    }

    #[test]
    fn own_addresses_and_secrets_go_and_servers_stay() {
        let mut mask = Mask::default();
        mask.add_own("10.0.0.1".parse().unwrap());
        mask.add_secret(&SecretString::from("hunter2hunter2"));
        let text = "from 10.0.0.1:5000 to 10.0.0.12:7880 with hunter2hunter2";
        assert_eq!(mask.apply(text), "from 10.0.0.x:5000 to 10.0.0.12:7880 with …");
    }

    #[test]
    fn what_was_given_is_shown_without_a_password() {
        assert_eq!(given(" ftp://me:hunter2@host/x "), "ftp://host/x");
        assert_eq!(given("me:hunter2@host"), "host");
        assert_eq!(given(&"x".repeat(500)).len(), MAX_GIVEN);
        let text = "from http://me:hunter2@h:1/a to ws://b and http://c@d";
        assert_eq!(Mask::default().apply(text), "from http://h:1/a to ws://b and http://d");
    }

    #[test]
    fn tokens_and_ids_go_by_their_look() {
        let text = "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl for 3fa85f64-5717-4562-b3fc-2c963f66afa6.";
        assert_eq!(Mask::default().apply(text), "got … for 3fa8….");
        assert_eq!(
            Mask::default().apply("livekit-server 1.13.5 at ws://h:7880"),
            "livekit-server 1.13.5 at ws://h:7880"
        );
    }
}
