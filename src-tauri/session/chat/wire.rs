//! The chat on the wire, and the parsers of what others send.
//!
//! A message is a text stream on LiveKit's own topic `lk.chat`, so clients of other makes see it, and theirs are seen
//! here. The stream's identifier is the message's; the same identifier again, from the same sender, changes the message
//! (operation *update*) or deletes it (operation *delete*, with a text for clients that only know updates). What is ours
//! is in attributes, which others ignore:
//!
//! | attribute | value |
//! | --- | --- |
//! | `donfra.to` | `one`: only its receiver can read it. LiveKit does not tell a receiver whether others got it too. |
//! | `donfra.file` | `{ "name", "size" }`: a file that its sender hands out on request |

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::files::name;
use super::files::types::SharedFile;
use crate::session::text::{shown, shown_lines};

/// LiveKit's topic of chat messages.
pub const CHAT_TOPIC: &str = "lk.chat";

/// Topic of older clients' chat messages, which are data packets.
pub const LEGACY_TOPIC: &str = "lk-chat-topic";

/// Topic of the answer to who asks for the history.
pub const HISTORY_TOPIC: &str = "donfra.history";

/// Name of the remote procedure that asks for it.
pub const HISTORY_METHOD: &str = "donfra.history";

/// Topic of reactions, which are data packets.
pub const REACTION_TOPIC: &str = "donfra.reaction";

/// Topic of files, which are byte streams to who asked for one.
pub const FILE_TOPIC: &str = "donfra.file";

/// Name of the remote procedure that asks for a file, or stops it.
pub const FILE_METHOD: &str = "donfra.file";

/// Attribute: who can read a message.
pub const TO: &str = "donfra.to";

/// Its value for a message to one person.
pub const TO_ONE: &str = "one";

/// Attribute: the file that a message offers.
pub const FILE: &str = "donfra.file";

/// Attribute of an answer: which request it is for.
pub const ASKED: &str = "donfra.asked";

/// What clients of other makes show in place of a deleted message.
pub const DELETED: &str = "(deleted)";

/// The reactions there are.
pub const REACTIONS: [&str; 8] = ["👍", "👏", "❤️", "😂", "😮", "😢", "🎉", "🤔"];

/// Longest text of one message in bytes of UTF-8.
pub const MAX_TEXT: usize = 16 * 1024;

/// Longest identifier of a message in bytes.
const MAX_ID: usize = 128;

/// Longest attribute that is looked at, in bytes.
const MAX_ATTRIBUTE: usize = 1024;

/// Longest data packet that is looked at, in bytes.
const MAX_PACKET: usize = 64 * 1024;

/// Longest name of a person, in characters.
const MAX_NAME: usize = 100;

/// Most messages of a told history.
pub const MAX_TOLD: usize = 200;

/// Longest text of a told history in bytes.
pub const MAX_HISTORY: usize = 256 * 1024;

/// Largest file that may be sent, in bytes.
pub const MAX_FILE: u64 = 100 * 1024 * 1024;

/// What a message's stream says of it besides its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// The message's identifier.
    pub id: String,
    /// Only this person got it.
    pub private: bool,
    /// The file it offers.
    pub file: Option<SharedFile>,
}

/// Reads the heading of a message; none: it is not one that can be kept.
pub fn heading(id: &str, attributes: &HashMap<String, String>) -> Option<Heading> {
    if id.is_empty() || id.len() > MAX_ID {
        return None;
    }
    let attribute = |key: &str| attributes.get(key).filter(|value| value.len() <= MAX_ATTRIBUTE);
    let private = attribute(TO).is_some_and(|to| to == TO_ONE);
    Some(Heading { id: id.to_owned(), private, file: attribute(FILE).and_then(|file| offered(file)) })
}

#[derive(Serialize, Deserialize)]
struct Offer {
    name: String,
    size: u64,
}

fn offered(json: &str) -> Option<SharedFile> {
    let Offer { name, size } = serde_json::from_str(json).ok()?;
    file(&name, size)
}

/// A file of this name and size, if it may be sent.
pub fn file(name: &str, size: u64) -> Option<SharedFile> {
    let name = name::safe(name);
    (size <= MAX_FILE).then(|| SharedFile { program: name::is_program(&name), name, size })
}

/// A file as an attribute has it.
pub fn offer(file: &SharedFile) -> String {
    let offer = Offer { name: file.name.clone(), size: file.size };
    serde_json::to_string(&offer).unwrap_or_default()
}

/// A message's text, fit to be shown; one that is too long is cut.
pub fn text(text: &str) -> String {
    shown_lines(text, MAX_TEXT)
}

/// A message of an older client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Legacy {
    /// Its identifier.
    pub id: String,
    /// The text, fit to be shown.
    pub text: String,
    /// It is deleted.
    pub deleted: bool,
}

#[derive(Deserialize)]
struct LegacyMessage {
    id: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    deleted: Option<bool>,
    /// The same was sent as a stream.
    #[serde(default, rename = "ignoreLegacy")]
    ignore: Option<bool>,
}

/// Reads a message of an older client; none: it is none, or comes as a stream, too.
pub fn legacy(payload: &[u8]) -> Option<Legacy> {
    if payload.len() > MAX_PACKET {
        return None;
    }
    let message: LegacyMessage = serde_json::from_slice(payload).ok()?;
    let there = message.ignore != Some(true) && !message.id.is_empty() && message.id.len() <= MAX_ID;
    there.then(|| Legacy { text: text(&message.message), deleted: message.deleted == Some(true), id: message.id })
}

/// The known reaction that a packet is.
pub fn reaction(payload: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(payload).ok()?;
    REACTIONS.into_iter().find(|known| *known == text)
}

/// A wish to be told the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Comes back with the answer.
    pub ask: String,
    /// Only what is at most so old, in ms; none: everything.
    #[serde(default)]
    pub ago_ms: Option<u64>,
}

/// Reads a wish to be told the history.
pub fn ask(payload: &str) -> Option<Ask> {
    let short = payload.len() <= MAX_ATTRIBUTE;
    serde_json::from_str(payload).ok().filter(|ask: &Ask| short && !ask.ask.is_empty() && ask.ask.len() <= MAX_ID)
}

/// What is asked of the owner of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum FileCall {
    /// Send it.
    Get {
        /// Identifier of the message that offers it.
        file: String,
        /// Comes back with the file.
        transfer: String,
    },
    /// Send no more of it.
    Stop {
        /// What came with the wish for it.
        transfer: String,
    },
}

/// Reads what is asked of the owner of a file.
pub fn file_call(payload: &str) -> Option<FileCall> {
    let short = payload.len() <= MAX_ATTRIBUTE;
    serde_json::from_str(payload).ok().filter(|call| {
        let (FileCall::Get { transfer, .. } | FileCall::Stop { transfer }) = call;
        short && !transfer.is_empty() && transfer.len() <= MAX_ID
    })
}

/// Writes it.
pub fn file_call_text(call: &FileCall) -> String {
    serde_json::to_string(call).unwrap_or_default()
}

/// A message of a told history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Its identifier.
    pub id: String,
    /// Identity of its author.
    pub from: String,
    /// What the author was called.
    pub name: String,
    /// How long ago it came, in ms: people's clocks differ.
    pub age_ms: u64,
    /// The text.
    pub text: String,
    /// The author changed it.
    #[serde(default)]
    pub edited: bool,
    /// A file's name and size.
    #[serde(default)]
    pub file: Option<(String, u64)>,
}

/// The text of an answer: the newest messages, oldest first, as many as fit. `told`: newest first.
pub fn history_text(told: impl Iterator<Item = Told>) -> String {
    let mut lines = Vec::new();
    let mut bytes = 0;
    for line in told.take(MAX_TOLD).filter_map(|told| serde_json::to_string(&told).ok()) {
        bytes += line.len() + 1;
        if bytes > MAX_HISTORY {
            break;
        }
        lines.push(line);
    }
    lines.reverse();
    lines.join("\n")
}

/// Reads an answer. What of it is no message, or too much, is left out.
pub fn history(text: &str) -> Vec<Told> {
    let lines = text.lines().take(MAX_TOLD).filter(|line| line.len() <= 2 * MAX_TEXT);
    lines.filter_map(|line| serde_json::from_str(line).ok()).filter_map(checked).collect()
}

fn checked(told: Told) -> Option<Told> {
    let Told { id, from, name, age_ms, text: words, edited, file } = told;
    let usable = !id.is_empty() && id.len() <= MAX_ID && !from.is_empty() && from.len() <= 2 * MAX_ID;
    usable.then(|| Told { id, from, name: shown(&name, MAX_NAME), age_ms, text: text(&words), edited, file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_has_what_is_known_of_a_message() {
        let attributes = HashMap::from([
            (TO.to_owned(), TO_ONE.to_owned()),
            (FILE.to_owned(), r#"{"name":"../a.exe","size":12}"#.to_owned()),
        ]);
        let file = SharedFile { name: "a.exe".into(), size: 12, program: true };
        assert_eq!(heading("1", &attributes), Some(Heading { id: "1".into(), private: true, file: Some(file) }));
        let plain = Heading { id: "1".into(), private: false, file: None };
        assert_eq!(heading("1", &HashMap::new()), Some(plain));
        assert_eq!(heading("", &HashMap::new()), None);
        assert_eq!(heading(&"x".repeat(MAX_ID + 1), &HashMap::new()), None);
        for bad in ["", "{}", r#"{"name":"a","size":-1}"#, r#"{"name":"a","size":99999999999999}"#] {
            let attributes = HashMap::from([(FILE.to_owned(), bad.to_owned())]);
            assert_eq!(heading("1", &attributes).and_then(|heading| heading.file), None, "{bad}");
        }
    }

    #[test]
    fn older_clients_are_read() {
        // As LiveKit's web components and its Python package send it.
        let read = legacy(br#"{"id":"1","timestamp":1700000000000,"message":"hi\u202e","ignoreLegacy":false}"#);
        assert_eq!(read, Some(Legacy { id: "1".into(), text: "hi".into(), deleted: false }));
        let read = legacy(br#"{"id":"1","message":"","timestamp":1,"deleted":true,"editTimestamp":2}"#);
        assert!(read.is_some_and(|read| read.deleted));
        assert_eq!(legacy(br#"{"id":"1","message":"hi","ignoreLegacy":true}"#), None);
        for bad in [&b"\xff\xfe"[..], b"", b"[]", br#"{"message":"no id"}"#, br#"{"id":7,"message":"x"}"#] {
            assert_eq!(legacy(bad), None);
        }
    }

    #[test]
    fn only_known_reactions_are_reactions() {
        assert_eq!(reaction("👍".as_bytes()), Some("👍"));
        for other in ["👍👍", "<b>", "", "💩"] {
            assert_eq!(reaction(other.as_bytes()), None);
        }
    }

    fn told(number: usize, text: &str) -> Told {
        let (id, from) = (number.to_string(), "ada".to_owned());
        Told { id, from, name: "Ada".into(), age_ms: 1, text: text.into(), edited: false, file: None }
    }

    #[test]
    fn a_history_is_the_newest_that_fit() {
        let text = history_text((0..1000).rev().map(|number| told(number, "line one\nline two")));
        let read = history(&text);
        assert_eq!(read.len(), MAX_TOLD);
        assert_eq!((read[0].id.as_str(), read[MAX_TOLD - 1].id.as_str()), ("800", "999"));
        assert_eq!(read[0].text, "line one\nline two");
        let big = history_text((0..100).map(|number| told(number, &"\"".repeat(MAX_TEXT / 2))));
        assert!(big.len() <= MAX_HISTORY && history(&big).len() > 10);
    }

    #[test]
    fn a_history_of_anything_is_bounded_and_clean() {
        let hostile =
            serde_json::to_string(&Told { name: "\u{202e}Host".repeat(100), ..told(1, "a\u{0}\u{200b}b") }).unwrap();
        let text = format!("{hostile}\nnot json\n{{}}\n[]\n{hostile}");
        let read = history(&text);
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].text, "ab");
        assert!(read[0].name.starts_with("HostHost") && read[0].name.chars().count() == MAX_NAME + 1);
        assert!(history(&"{}\n".repeat(100_000)).is_empty());
        assert_eq!(ask(r#"{"ask":"1"}"#), Some(Ask { ask: "1".into(), ago_ms: None }));
        assert_eq!(ask(r#"{"ask":""}"#), None);
        assert_eq!(ask("nonsense"), None);
        let call = FileCall::Get { file: "1".into(), transfer: "2".into() };
        assert_eq!(file_call(&file_call_text(&call)), Some(call));
        for bad in ["", "{}", r#"{"do":"get","file":"1","transfer":""}"#, r#"{"do":"run","transfer":"1"}"#] {
            assert_eq!(file_call(bad), None);
        }
    }
}
