//! Whose hand is up, and since when: an attribute of the participant, so that who comes later knows it too.

use std::collections::HashMap;

use super::state::Participant;

/// The attribute that says that one's hand is up: the time of raising in ms since 1970 by one's own clock. Lowered, it is
/// empty or not there; so a host lowers a hand by emptying it through the server.
pub const HAND_ATTRIBUTE: &str = "hand";

/// What an attribute's value claims; none: the hand is down. A value that is no time is an unknown one.
pub fn claimed(attributes: &HashMap<String, String>) -> Option<u64> {
    let value = attributes.get(HAND_ATTRIBUTE).filter(|value| !value.is_empty())?;
    Some(value.parse().unwrap_or(u64::MAX))
}

/// The hands that are up, in the order in which they were seen to go up. What others claim of the time counts only for
/// hands that were up already when one came: nobody gets to the front by a wrong clock.
#[derive(Debug, Default)]
pub struct Hands {
    up: HashMap<String, u64>,
    /// The time of the hand that went up last.
    newest: u64,
    /// Who was there when one came has been seen.
    seen: bool,
}

impl Hands {
    /// Puts the times that count here in place of those that are claimed. `now`: ms since 1970.
    pub fn order(&mut self, people: &mut [Participant], now: u64) {
        let up = |person: &&mut Participant| person.hand_raised_at.is_some();
        let still: HashMap<String, u64> =
            people.iter_mut().filter(up).filter_map(|person| self.up.remove_entry(&person.identity)).collect();
        self.up = still;
        let mut new: Vec<_> = people.iter_mut().filter(up).filter(|p| !self.up.contains_key(&p.identity)).collect();
        new.sort_by(|a, b| (a.hand_raised_at, &a.identity).cmp(&(b.hand_raised_at, &b.identity)));
        for person in new {
            let claimed = person.hand_raised_at.filter(|_| !self.seen).unwrap_or(now);
            let at = claimed.min(now).max(self.newest + 1);
            self.newest = at;
            self.up.insert(person.identity.clone(), at);
        }
        self.seen = true;
        for person in people {
            person.hand_raised_at = self.up.get(&person.identity).copied();
        }
    }

    /// Since when this person's hand is up.
    pub fn raised_at(&self, identity: &str) -> Option<u64> {
        self.up.get(identity).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::state::{Quality, Role, TrackState};

    fn person(identity: &str, hand_raised_at: Option<u64>) -> Participant {
        Participant {
            identity: identity.into(),
            name: identity.into(),
            role: Role::Viewer,
            is_local: false,
            speaking: false,
            microphone: TrackState::Off,
            camera: TrackState::Off,
            screen: TrackState::Off,
            quality: Quality::Unknown,
            hand_raised_at,
        }
    }

    /// Identities of those whose hands are up, in order.
    fn order(hands: &mut Hands, people: &[(&str, Option<u64>)], now: u64) -> Vec<String> {
        let mut people: Vec<_> = people.iter().map(|(identity, claimed)| person(identity, *claimed)).collect();
        hands.order(&mut people, now);
        people.retain(|person| person.hand_raised_at.is_some());
        people.sort_by_key(|person| person.hand_raised_at);
        people.into_iter().map(|person| person.identity).collect()
    }

    #[test]
    fn who_was_first_stays_first_whatever_is_claimed() {
        let mut hands = Hands::default();
        // Up already when one came: as they say.
        let there = [("late", Some(900)), ("early", Some(100)), ("down", None)];
        assert_eq!(order(&mut hands, &there, 1000), ["early", "late"]);
        // Later ones are behind, though one claims the year 1970 and one the far future.
        let more = [("late", Some(900)), ("early", Some(100)), ("old", Some(0)), ("down", Some(u64::MAX))];
        assert_eq!(order(&mut hands, &more, 1000), ["early", "late", "old", "down"]);
        assert!(hands.raised_at("down").is_some_and(|at| at < 1100));
        // Down and up again: at the end.
        assert_eq!(order(&mut hands, &[("late", Some(900)), ("early", None)], 1001), ["late"]);
        assert_eq!(order(&mut hands, &[("late", Some(900)), ("early", Some(100))], 1002), ["late", "early"]);
    }

    #[test]
    fn any_value_is_a_raised_hand_and_an_empty_one_is_none() {
        let attribute = |value: &str| HashMap::from([(HAND_ATTRIBUTE.to_owned(), value.to_owned())]);
        assert_eq!(claimed(&attribute("1700000000000")), Some(1_700_000_000_000));
        assert_eq!(claimed(&attribute("yes")), Some(u64::MAX));
        assert_eq!(claimed(&attribute("")), None);
        assert_eq!(claimed(&HashMap::new()), None);
    }
}
