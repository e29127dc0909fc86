//! Who in the room has the key, as far as it shows.

use livekit::e2ee::EncryptionType;
use livekit::prelude::{RemoteParticipant, Room};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Encryption, KEY_ATTRIBUTE};
use crate::session::people;
use crate::session::role::Role;

/// How it stands with an encrypted session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Encrypted {
    /// Nine digits that all who have the key see alike, as `123 456 789`.
    pub code: String,
    /// The host has another key than this app: nothing of the others can be seen or heard.
    pub other_key: bool,
    /// Identities of those who have another key than this app.
    pub others: Vec<String>,
    /// Identities of those who send without encryption.
    pub unencrypted: Vec<String>,
}

/// Looks at everybody in the room; `is_host` knows the hosts among the others. A host's own key is the right one.
pub fn examine(
    encryption: &Encryption,
    room: &Room,
    own: Role,
    is_host: impl Fn(&RemoteParticipant) -> bool,
) -> Encrypted {
    let mut people: Vec<_> = room.remote_participants().into_values().collect();
    people.sort_by_cached_key(|person| (person.joined_at(), person.identity().to_string()));
    let (mut others, mut unencrypted) = (Vec::new(), Vec::new());
    // The one whose key counts: a host, else who is there longest.
    let mut counts: Option<(bool, bool)> = None;
    for person in &people {
        let attributes = person.attributes();
        let key = || people::key(person.identity().as_str());
        if attributes.contains_key(KEY_ATTRIBUTE) {
            let same = encryption.is_shown_by(person.identity().as_str(), &attributes);
            let host = is_host(person);
            if counts.is_none_or(|(known_host, _)| host && !known_host) {
                counts = Some((host, same));
            }
            if !same {
                others.push(key());
            }
        } else if sends_plainly(person) {
            unencrypted.push(key());
        }
    }
    let other_key = own != Role::Host && counts.is_some_and(|(_, same)| !same);
    Encrypted { code: encryption.code(), other_key, others, unencrypted }
}

fn sends_plainly(person: &RemoteParticipant) -> bool {
    person.track_publications().values().any(|publication| publication.encryption_type() == EncryptionType::None)
}

/// Whether somebody shows to have a key, whichever.
pub fn shows_key(person: &RemoteParticipant) -> bool {
    person.attributes().contains_key(KEY_ATTRIBUTE)
}
