//! What people paste to join: a session id, a link, or a text with one in it.

use uuid::Uuid;

use super::encryption::Secret;
use crate::api::BaseUrl;
use crate::error::UiError;

/// Longest text looked at, in bytes: an e-mail's worth.
const MAX_INPUT: usize = 64 * 1024;

/// Characters of a session id in its usual form.
const ID_LENGTH: usize = 36;

/// A session to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The session's id in its usual form: lower case, with hyphens.
    pub session_id: String,
    /// The session server that a `donfra://join/<id>?api=…` link names.
    pub api: Option<BaseUrl>,
    /// The secret of an encrypted session, which stands after the link's `#`: no server sees that part.
    pub secret: Option<Secret>,
}

impl Invitation {
    /// The link that opens the app and joins: `donfra://join/<id>?api=…#<key words>`.
    pub fn link(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(api) = &self.api {
            query.append_pair("api", api.as_str());
        }
        let query = query.finish();
        let separator = if query.is_empty() { "" } else { "?" };
        let fragment = self.secret.as_ref().map(|secret| format!("#{}", secret.reveal())).unwrap_or_default();
        format!("donfra://join/{}{separator}{query}{fragment}", self.session_id)
    }
}

/// Finds the session in `input`.
///
/// # Errors
/// There is no session id in it, or more than one; the error says which and why.
pub fn parse(input: &str) -> Result<Invitation, UiError> {
    let input = input.trim();
    if input.is_empty() {
        return Err(wrong("There is no session id yet.", "Paste the id or the invitation that the host sent."));
    }
    if input.len() > MAX_INPUT {
        return Err(wrong("This text is too long for an invitation.", "Paste just the session id."));
    }
    let mut ids = ids(&without_query(input));
    ids.dedup();
    ids.sort_unstable();
    ids.dedup();
    match ids.as_slice() {
        [id] => Ok(Invitation { session_id: id.to_string(), api: api(input)?, secret: secret(input)? }),
        [] => Err(why_none(input)),
        _ => Err(wrong("There are several session ids in this text.", "Paste just the one to join.")),
    }
}

fn wrong(message: &str, hint: &str) -> UiError {
    UiError::new("invalid_session_id", message, hint)
}

/// All session ids that stand alone in the text.
fn ids(text: &str) -> Vec<Uuid> {
    let bytes = text.as_bytes();
    let part_of_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    (0..bytes.len())
        .filter(|&start| {
            bytes[start].is_ascii_hexdigit()
                && (start == 0 || !part_of_word(bytes.get(start - 1)))
                && !part_of_word(bytes.get(start + ID_LENGTH))
        })
        .filter_map(|start| text.get(start..start + ID_LENGTH))
        // The parser takes other forms of this length, too: only the usual one is meant.
        .filter(|candidate| candidate.bytes().filter(|byte| *byte == b'-').count() == 4)
        .filter_map(|candidate| Uuid::try_parse(candidate).ok())
        .collect()
}

/// The `donfra:` link in the text.
fn link(text: &str) -> Option<url::Url> {
    url::Url::parse(&text[link_at(text)?]).ok()
}

/// Where that is.
fn link_at(text: &str) -> Option<std::ops::Range<usize>> {
    let start = text.find("donfra://")?;
    let ends = |character: char| character.is_whitespace() || "<>\"'".contains(character);
    let length = text[start..].find(ends).unwrap_or(text.len() - start);
    Some(start..start + length)
}

/// The text without the link's query: what stands in the address of a session server is no session.
fn without_query(text: &str) -> String {
    let Some(link) = link_at(text) else { return text.to_owned() };
    let end = link.end;
    let query = text[link.clone()].find('?').map_or(end, |at| link.start + at);
    format!("{} {}", &text[..query], &text[end..])
}

/// The key words in the link.
fn secret(text: &str) -> Result<Option<Secret>, UiError> {
    let link = link(text);
    let words = link.as_ref().and_then(url::Url::fragment).filter(|words| !words.is_empty());
    words.map(Secret::parse).transpose()
}

/// The session server that the link names.
fn api(text: &str) -> Result<Option<BaseUrl>, UiError> {
    let Some(url) = link(text) else { return Ok(None) };
    let named = url.query_pairs().find(|(name, _)| name == "api").map(|(_, value)| value.into_owned());
    named.as_deref().map(BaseUrl::parse).transpose()
}

/// What was pasted instead, as far as it can be told.
fn why_none(input: &str) -> UiError {
    const LOOK: &str = "It looks like 3fa85f64-5717-4562-b3fc-2c963f66afa6: copy it again from the host.";
    if input.contains("eyJ") && input.matches('.').count() >= 2 {
        return wrong(
            "This is an access token, not a session id.",
            "A token is a secret of one person: share the session id instead.",
        );
    }
    if input.contains("://") {
        return wrong("There is no session id in this link.", LOOK);
    }
    let hexadecimal = |character: char| character.is_ascii_hexdigit() || character == '-';
    let longest = input.split(|character| !hexadecimal(character)).map(str::len).max().unwrap_or(0);
    if (8..ID_LENGTH).contains(&longest) {
        return wrong("A part of the session id is missing.", LOOK);
    }
    if longest > ID_LENGTH {
        return wrong("There is something too much in the session id.", LOOK);
    }
    wrong("This is not a session id.", LOOK)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";

    #[test]
    fn finds_the_id_in_whatever_is_pasted() {
        for input in [
            ID.to_owned(),
            format!("  {}\n", ID.to_uppercase()),
            format!("https://live.example/live/{ID}"),
            format!("https://live.example/live/{ID}?x=1#y"),
            format!("Hello, join me: <{ID}>, at noon. Ünïcödé – {ID}!"),
            format!("session_id={ID}"),
            format!("donfra://join/{ID}"),
        ] {
            let found = parse(&input).unwrap();
            assert_eq!(found, Invitation { session_id: ID.into(), api: None, secret: None }, "{input}");
        }
    }

    #[test]
    fn a_link_can_name_its_server() {
        let found = parse(&format!("Come: donfra://join/{ID}?api=http%3A%2F%2F10.0.0.5%3A8080%2Fapi now")).unwrap();
        assert_eq!(found.api.unwrap().as_str(), "http://10.0.0.5:8080/api");
        assert_eq!(parse(&format!("donfra://join/{ID}?api=ftp://x")).unwrap_err().code, "api_url_invalid");
    }

    #[test]
    fn a_link_is_read_as_it_was_written() {
        for api in [None, Some("http://10.0.0.5:8080/api"), Some("https://live.example/a%20b/v1")] {
            let api = api.map(|api| BaseUrl::parse(api).unwrap());
            for secret in [None, Some(Secret::random())] {
                let invitation = Invitation { session_id: ID.into(), api: api.clone(), secret };
                assert_eq!(parse(&format!("Come: {}\n", invitation.link())).unwrap(), invitation);
                if let Some(secret) = &invitation.secret {
                    assert!(!format!("{invitation:?}").contains(secret.reveal()));
                }
            }
        }
        assert_eq!(parse(&format!("donfra://join/{ID}#one-two")).unwrap_err().code, "key_words_wrong");
    }

    #[test]
    fn an_id_in_the_servers_address_is_no_session() {
        // Found by fuzzing.
        let other = "11111111-2222-3333-4444-555555555555";
        let api = Some(BaseUrl::parse(&format!("https://live.example/{other}/api")).unwrap());
        let invitation = Invitation { session_id: ID.into(), api, secret: None };
        assert_eq!(parse(&format!("Come: <{}>", invitation.link())).unwrap(), invitation);
        assert!(parse(&format!("{} {other}", invitation.link())).is_err(), "two sessions");
    }

    #[test]
    fn a_wrong_one_is_explained() {
        let other = "11111111-2222-3333-4444-555555555555";
        for (input, says) in [
            ("", "no session id yet"),
            ("my meeting", "not a session id"),
            ("3fa85f64-5717-4562-b3fc", "part of the session id is missing"),
            ("3fa85f64-5717-4562-b3fc-2c963f66afa6ab", "too much"),
            ("https://live.example/live/", "link"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "access token"),
            (&format!("{ID} or {other}"), "several"),
        ] {
            let error = parse(input).unwrap_err();
            assert_eq!(error.code, "invalid_session_id");
            assert!(error.message.contains(says), "{input}: {}", error.message);
        }
    }
}
