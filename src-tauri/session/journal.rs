//! What happened in a session, in order: phases, devices, the connection's health, how many people. For the report.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::state::{Blame, Change, Device, DeviceState, Health, Participant, Phase, SessionPatch};

/// Entries that are kept; the oldest are dropped first.
const ENTRIES: usize = 256;

/// Listens to a session's patches. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Journal(Arc<Mutex<Book>>);

#[derive(Debug, Default)]
struct Book {
    entries: VecDeque<Entry>,
    people: HashSet<String>,
    health: Option<String>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// When, RFC 3339.
    pub at: String,
    /// What, e.g. `phase: reconnecting`. No name and no id is in it.
    pub what: String,
}

impl Journal {
    /// Takes a patch in. A new session begins a new journal.
    pub fn hear(&self, patch: &SessionPatch) {
        let mut book = self.0.lock();
        match &patch.change {
            Change::Reset { state } => {
                if matches!(state.phase, Phase::Connecting { .. }) {
                    *book = Book::default();
                }
                // Back at home after it, one may still want the report.
                if state.phase != Phase::Idle {
                    book.note(phase(&state.phase));
                }
            }
            Change::Phase { phase: new } => book.note(phase(new)),
            Change::Device { device: which, state } => book.note(device(*which, state)),
            Change::Health { health } => {
                let text = connection(health);
                if book.health.replace(text.clone()).as_ref() != Some(&text) {
                    book.note(text);
                }
            }
            Change::People { left, changed } => book.people(left, changed),
            // Chat, titles and whatever else is nobody's business in a report.
            _ => {}
        }
    }

    /// All entries, oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.0.lock().entries.iter().cloned().collect()
    }
}

impl Book {
    fn note(&mut self, what: String) {
        if self.entries.back().is_some_and(|last| last.what == what) {
            return;
        }
        if self.entries.len() == ENTRIES {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry { at: now(), what });
    }

    fn people(&mut self, left: &[String], changed: &[Participant]) {
        let before = self.people.len();
        self.people.retain(|identity| !left.contains(identity));
        self.people.extend(changed.iter().map(|participant| participant.identity.clone()));
        if self.people.len() == before {
            return;
        }
        let text = format!("people: {}", self.people.len());
        // A crowd that comes at once is one entry, its number the last one.
        match self.entries.back_mut() {
            Some(last) if last.what.starts_with("people: ") => last.what = text,
            _ => self.note(text),
        }
    }
}

/// Now, RFC 3339, to the second.
pub fn now() -> String {
    let now = OffsetDateTime::now_utc();
    now.replace_nanosecond(0).unwrap_or(now).format(&Rfc3339).unwrap_or_default()
}

/// The phase with what belongs to it, without what counts in it.
fn phase(phase: &Phase) -> String {
    let value = serde_json::to_value(phase).unwrap_or_default();
    let words = ["kind", "step", "stage", "reason"].iter().filter_map(|key| value[*key].as_str());
    format!("phase: {}", words.collect::<Vec<_>>().join(", "))
}

fn device(device: Device, state: &DeviceState) -> String {
    format!("{}: {}", word(&device), device_word(state))
}

/// The state without the device's name, which is often its owner's.
pub fn device_word(state: &DeviceState) -> String {
    serde_json::to_value(state).ok().and_then(|value| Some(value["kind"].as_str()?.to_owned())).unwrap_or_default()
}

/// Whose fault it is, without names.
pub fn blame(blame: &Blame) -> &'static str {
    match blame {
        Blame::None => "none",
        Blame::Own => "own",
        Blame::Server => "server",
        Blame::Others { .. } => "others",
    }
}

fn connection(health: &Health) -> String {
    let blame = blame(&health.blame);
    format!("connection: {}, blame {blame}, measure {}", word(&health.own), word(&health.measure))
}

/// A value as it is written in JSON.
pub fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| Some(value.as_str()?.to_owned())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::state::{ConnectStep, EndReason, SessionState};

    fn hear(journal: &Journal, change: Change) {
        journal.hear(&SessionPatch { sequence: 0, change });
    }

    fn reset(phase: Phase) -> Change {
        let mut state = SessionState::idle(0);
        state.phase = phase;
        Change::Reset { state }
    }

    fn texts(journal: &Journal) -> Vec<String> {
        journal.entries().into_iter().map(|entry| entry.what).collect()
    }

    #[test]
    fn a_session_is_told_from_its_begin_to_its_end() {
        let journal = Journal::default();
        hear(&journal, reset(Phase::Connecting { step: ConnectStep::AskingApi }));
        hear(&journal, Change::Phase { phase: Phase::Connected });
        let name = "Ada's headset".to_owned();
        hear(&journal, Change::Device { device: Device::Microphone, state: DeviceState::On { name } });
        hear(&journal, Change::Health { health: Health::default() });
        hear(&journal, reset(Phase::Ended { reason: EndReason::ConnectionLost }));
        hear(&journal, reset(Phase::Idle));
        let expected = [
            "phase: connecting, asking_api",
            "phase: connected",
            "microphone: on",
            "connection: unknown, blame none, measure none",
            "phase: ended, connection_lost",
        ];
        assert_eq!(texts(&journal), expected);
        hear(&journal, reset(Phase::Connecting { step: ConnectStep::AskingApi }));
        assert_eq!(texts(&journal), ["phase: connecting, asking_api"], "a new session, a new journal");
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let journal = Journal::default();
        for at in 0..10_000 {
            let state = if at % 2 == 0 { DeviceState::Off } else { DeviceState::Starting };
            hear(&journal, Change::Device { device: Device::Camera, state });
        }
        assert_eq!(journal.entries().len(), ENTRIES);
    }
}
