//! The messages that are kept: the newest, up to a number and a size.

use super::files::types::SharedFile;
use super::types::{Audience, ChatMessage};

/// Most messages that are kept; the **oldest** is dropped beyond that.
pub const MAX_MESSAGES: usize = 500;

/// Most bytes of text that are kept, likewise.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;

/// A message to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct New {
    /// Its identifier on the wire: unique for its author.
    pub id: String,
    /// Identity of the author.
    pub from: String,
    /// What the author is called.
    pub name: String,
    /// The author is at this computer.
    pub is_local: bool,
    /// Who can read it.
    pub to: Audience,
    /// When it came, ms since 1970.
    pub at: u64,
    /// The text, fit to be shown.
    pub text: String,
    /// The author changed it already.
    pub edited: bool,
    /// Who told it, if not the author.
    pub told_by: Option<String>,
    /// A file that goes with it.
    pub file: Option<SharedFile>,
}

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Messages that are new or other.
    pub changed: Vec<ChatMessage>,
    /// Keys of those that made room.
    pub dropped: Vec<String>,
}

/// A message and what of it the UI does not know.
#[derive(Debug)]
pub struct Kept {
    /// As the UI shows it.
    pub message: ChatMessage,
    /// Its identifier on the wire.
    pub id: String,
    /// How often its author changed it.
    pub version: i32,
}

/// The messages of a session.
#[derive(Debug, Default)]
pub struct Store {
    /// By time.
    kept: Vec<Kept>,
    bytes: usize,
    count: u64,
}

impl Store {
    /// The messages, oldest first.
    pub fn kept(&self) -> &[Kept] {
        &self.kept
    }

    /// The message of this key.
    pub fn by_key(&self, key: &str) -> Option<&Kept> {
        self.kept.iter().find(|kept| kept.message.key == key)
    }

    fn place(&self, from: &str, id: &str) -> Option<usize> {
        self.kept.iter().rposition(|kept| kept.message.from == from && kept.id == id)
    }

    /// Keeps a message. One of the same author and identifier is replaced by what its author says of it, never by what
    /// somebody else tells.
    pub fn put(&mut self, new: New) -> Outcome {
        if let Some(at) = self.place(&new.from, &new.id) {
            let known = &self.kept[at].message;
            if new.told_by.is_some() || known.deleted {
                return Outcome::default();
            }
            if known.told_by.is_none() {
                return self.edit(&new.from, &new.id, new.text);
            }
            // What was told is confirmed by its author.
            let text = std::mem::take(&mut self.kept[at].message.text);
            self.bytes -= text.len();
            self.bytes += new.text.len();
            let message = &mut self.kept[at].message;
            (message.text, message.told_by, message.edited) = (new.text, None, new.edited || message.edited);
            let changed = vec![message.clone()];
            return Outcome { changed, dropped: self.make_room() };
        }
        let mut at = new.at;
        let mut place = self.kept.partition_point(|kept| kept.message.sent_at < at);
        while self.kept.get(place).is_some_and(|kept| kept.message.sent_at == at) {
            (at, place) = (at + 1, place + 1);
        }
        self.count += 1;
        let message = ChatMessage {
            key: format!("m{}", self.count),
            from: new.from,
            name: new.name,
            is_local: new.is_local,
            to: new.to,
            sent_at: at,
            text: new.text,
            edited: new.edited,
            deleted: false,
            told_by: new.told_by,
            file: new.file,
        };
        self.bytes += message.text.len();
        self.kept.insert(place, Kept { message: message.clone(), id: new.id, version: 0 });
        let dropped = self.make_room();
        let changed = if dropped.contains(&message.key) { Vec::new() } else { vec![message] };
        Outcome { changed, dropped }
    }

    /// Changes a message of this author's; one that is not known changes nothing.
    pub fn edit(&mut self, from: &str, id: &str, text: String) -> Outcome {
        self.change(from, id, |message| {
            if message.text != text {
                (message.text, message.edited) = (text, true);
            }
        })
    }

    /// Deletes a message of this author's: nothing of it stays but that there was one.
    pub fn delete(&mut self, from: &str, id: &str) -> Outcome {
        self.change(from, id, |message| {
            message.text.clear();
            message.deleted = true;
            message.file = None;
        })
    }

    fn change(&mut self, from: &str, id: &str, change: impl FnOnce(&mut ChatMessage)) -> Outcome {
        let Some(at) = self.place(from, id).filter(|at| !self.kept[*at].message.deleted) else {
            return Outcome::default();
        };
        let kept = &mut self.kept[at];
        let before = kept.message.clone();
        change(&mut kept.message);
        if kept.message == before {
            return Outcome::default();
        }
        // The author says so: it is no hearsay any more.
        kept.message.told_by = None;
        kept.version = kept.version.saturating_add(1);
        let changed = vec![kept.message.clone()];
        self.bytes = self.bytes - before.text.len() + kept.message.text.len();
        Outcome { changed, dropped: self.make_room() }
    }

    fn make_room(&mut self) -> Vec<String> {
        let mut dropped = Vec::new();
        while self.kept.len() > MAX_MESSAGES || self.bytes > MAX_BYTES {
            let oldest = self.kept.remove(0);
            self.bytes -= oldest.message.text.len();
            dropped.push(oldest.message.key);
        }
        dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::chat::wire::MAX_TEXT;

    fn new(from: &str, id: &str, at: u64, text: &str) -> New {
        New {
            id: id.into(),
            from: from.into(),
            name: from.to_uppercase(),
            is_local: false,
            to: Audience::Everyone,
            at,
            text: text.into(),
            edited: false,
            told_by: None,
            file: None,
        }
    }

    fn told(new: New) -> New {
        New { told_by: Some("Host".into()), ..new }
    }

    fn texts(store: &Store) -> Vec<&str> {
        store.kept().iter().map(|kept| kept.message.text.as_str()).collect()
    }

    #[test]
    fn only_the_author_changes_a_message() {
        let mut store = Store::default();
        store.put(new("ada", "1", 10, "hello"));
        assert_eq!(store.edit("bob", "1", "mine now".into()), Outcome::default());
        assert_eq!(store.delete("bob", "1"), Outcome::default());
        assert_eq!(store.put(told(new("ada", "1", 10, "never said"))), Outcome::default());
        assert_eq!(texts(&store), ["hello"]);
        let edited = store.edit("ada", "1", "hello!".into()).changed.remove(0);
        assert!(edited.edited && edited.text == "hello!");
        let gone = store.delete("ada", "1").changed.remove(0);
        assert!(gone.deleted && gone.text.is_empty());
        // For good.
        assert_eq!(store.edit("ada", "1", "back".into()), Outcome::default());
        assert_eq!(store.put(new("ada", "1", 12, "back")), Outcome::default());
        // Another's message may have the same identifier.
        assert_eq!(store.put(new("bob", "1", 13, "hi")).changed.len(), 1);
    }

    #[test]
    fn the_same_again_from_its_author_is_an_edit() {
        let mut store = Store::default();
        store.put(new("ada", "1", 10, "one"));
        let again = store.put(new("ada", "1", 20, "two")).changed.remove(0);
        assert!(again.edited && again.sent_at == 10);
        assert_eq!(store.put(new("ada", "1", 30, "two")), Outcome::default());
    }

    #[test]
    fn what_is_told_goes_before_and_is_marked_until_its_author_speaks() {
        let mut store = Store::default();
        store.put(new("ada", "2", 20, "now"));
        store.put(told(new("ada", "1", 10, "before")));
        assert_eq!(texts(&store), ["before", "now"]);
        assert_eq!(store.kept()[0].message.told_by.as_deref(), Some("Host"));
        store.edit("ada", "1", "before that".into());
        assert_eq!(store.kept()[0].message.told_by, None);
    }

    #[test]
    fn no_two_have_the_same_time() {
        let mut store = Store::default();
        for id in ["1", "2", "3"] {
            store.put(new("ada", id, 10, id));
        }
        assert_eq!(texts(&store), ["1", "2", "3"]);
        let times: Vec<u64> = store.kept().iter().map(|kept| kept.message.sent_at).collect();
        assert_eq!(times, [10, 11, 12]);
    }

    #[test]
    fn the_oldest_make_room() {
        let mut store = Store::default();
        for number in 0..MAX_MESSAGES as u64 + 20 {
            store.put(new("ada", &number.to_string(), number, "x"));
        }
        assert_eq!(store.kept().len(), MAX_MESSAGES);
        assert_eq!(store.kept()[0].id, "20");
        // What is older than all that is kept is not kept.
        let outcome = store.put(told(new("bob", "old", 0, "x")));
        assert!(outcome.changed.is_empty() && outcome.dropped.len() == 1);
        // Big ones count by their size, and edits too.
        let big = "y".repeat(MAX_TEXT);
        for number in 0..300 {
            store.put(new("eve", &number.to_string(), 10_000 + number, &big));
        }
        assert!(store.bytes <= MAX_BYTES && store.kept().len() <= MAX_BYTES / MAX_TEXT + 1);
        let bytes: usize = store.kept().iter().map(|kept| kept.message.text.len()).sum();
        assert_eq!(bytes, store.bytes);
        store.delete("eve", "299");
        let bytes: usize = store.kept().iter().map(|kept| kept.message.text.len()).sum();
        assert_eq!(bytes, store.bytes);
    }
}
