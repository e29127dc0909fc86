//! Who is what in a session: hosts, co-hosts, who is on the stage, who is kept out, and whether the door is locked.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::session::Mode;

/// Most entries of each kind that are kept; the oldest go first. LiveKit takes 64 kB of a room's metadata.
const MAX: usize = 256;

/// What happens when the last host has left and no co-host is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WhenHostLeaves {
    /// The session goes on without a host.
    #[default]
    Keep,
    /// Who has been there longest becomes host.
    Promote,
    /// The session ends.
    End,
}

impl WhenHostLeaves {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "keep" => Some(Self::Keep),
            "promote" => Some(Self::Promote),
            "end" => Some(Self::End),
            _ => None,
        }
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Promote => "promote",
            Self::End => "end",
        }
    }
}

/// Who is what, by LiveKit identity. It outlives the process with its session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct People {
    /// Nobody new comes in.
    pub(crate) locked: bool,
    /// Whoever got a host's token, and who became host.
    hosts: Vec<String>,
    /// The one who was made co-host first comes first.
    co_hosts: Vec<String>,
    /// Whom a host let on the stage of an audience.
    stage: Vec<String>,
    /// Who was removed and is kept out.
    removed: Vec<String>,
    /// By what their apps are known.
    removed_clients: Vec<String>,
}

fn add(list: &mut Vec<String>, entry: &str) -> bool {
    if list.iter().any(|known| known == entry) {
        return false;
    }
    if list.len() == MAX {
        list.remove(0);
    }
    list.push(entry.to_owned());
    true
}

fn take(list: &mut Vec<String>, entry: &str) -> bool {
    let before = list.len();
    list.retain(|known| known != entry);
    list.len() != before
}

impl People {
    pub(crate) fn with_host(identity: &str) -> Self {
        Self { hosts: vec![identity.to_owned()], ..Self::default() }
    }

    pub(crate) fn is_host(&self, identity: &str) -> bool {
        self.hosts.iter().any(|known| known == identity)
    }

    pub(crate) fn is_co_host(&self, identity: &str) -> bool {
        self.co_hosts.iter().any(|known| known == identity)
    }

    /// Whether they may moderate.
    pub(crate) fn moderates(&self, identity: &str) -> bool {
        !self.is_removed(identity) && (self.is_host(identity) || self.is_co_host(identity))
    }

    pub(crate) fn is_removed(&self, identity: &str) -> bool {
        self.removed.iter().any(|known| known == identity)
    }

    pub(crate) fn is_removed_client(&self, client: &str) -> bool {
        self.removed_clients.iter().any(|known| known == client)
    }

    /// Whether somebody who is not hidden may publish.
    pub(crate) fn may_publish(&self, mode: Mode, identity: &str) -> bool {
        mode == Mode::Meeting || self.moderates(identity) || self.stage.iter().any(|known| known == identity)
    }

    pub(crate) fn add_host(&mut self, identity: &str) -> bool {
        let was_removed = take(&mut self.removed, identity);
        take(&mut self.co_hosts, identity);
        add(&mut self.hosts, identity) || was_removed
    }

    pub(crate) fn set_co_host(&mut self, identity: &str, on: bool) -> bool {
        if on {
            !self.is_host(identity) && add(&mut self.co_hosts, identity)
        } else {
            take(&mut self.co_hosts, identity)
        }
    }

    pub(crate) fn set_stage(&mut self, identity: &str, on: bool) -> bool {
        if on { add(&mut self.stage, identity) } else { take(&mut self.stage, identity) }
    }

    /// Takes all that they were from somebody, and keeps them out where that is wanted.
    pub(crate) fn remove(&mut self, identity: &str, client: Option<&str>, keep_out: bool) {
        for list in [&mut self.hosts, &mut self.co_hosts, &mut self.stage] {
            take(list, identity);
        }
        if keep_out {
            add(&mut self.removed, identity);
            client.map(|client| add(&mut self.removed_clients, client));
        }
    }

    /// The co-host who has been one for longest, of those who are there.
    pub(crate) fn oldest_co_host(&self, present: &[&str]) -> Option<String> {
        self.co_hosts.iter().find(|identity| present.contains(&identity.as_str())).cloned()
    }

    /// What everybody in the room may know, as the room's metadata. Only this server and who moderates can write it.
    pub(crate) fn metadata(&self, mode: Mode, lobby: bool) -> String {
        json!({
            "donfra_live": 1,
            "mode": mode,
            "lobby": lobby,
            "locked": self.locked,
            "hosts": self.hosts,
            "co_hosts": self.co_hosts,
        })
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_one_at_a_time_and_ends_with_removal() {
        let mut people = People::with_host("ada");
        assert!(people.moderates("ada") && !people.moderates("bob"));
        assert!(people.set_co_host("bob", true) && !people.set_co_host("bob", true) && people.moderates("bob"));
        assert!(!people.set_co_host("ada", true), "a host is no co-host beside");
        assert!(people.add_host("bob") && !people.is_co_host("bob") && people.is_host("bob"));
        people.remove("bob", Some("laptop"), true);
        assert!(!people.moderates("bob") && people.is_removed("bob") && people.is_removed_client("laptop"));
        // Who comes back with the host key is a host again.
        assert!(people.add_host("bob") && people.moderates("bob"));
    }

    #[test]
    fn the_stage_is_for_whom_it_was_given() {
        let mut people = People::with_host("ada");
        assert!(people.may_publish(Mode::Meeting, "eve") && !people.may_publish(Mode::Audience, "eve"));
        assert!(people.may_publish(Mode::Audience, "ada"));
        people.set_stage("eve", true);
        assert!(people.may_publish(Mode::Audience, "eve"));
        people.set_stage("eve", false);
        assert!(!people.may_publish(Mode::Audience, "eve"));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut people = People::default();
        for number in 0..10_000 {
            people.remove(&number.to_string(), None, true);
            people.set_co_host(&number.to_string(), true);
        }
        assert!(people.is_removed("9999") && !people.is_removed("0"));
        assert!(people.metadata(Mode::Meeting, false).len() < 64_000);
    }
}
