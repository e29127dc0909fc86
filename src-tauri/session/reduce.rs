//! The one way the state changes: by a patch, which gets its number and goes out.

use std::collections::{HashMap, HashSet};

use super::state::{Change, Device, DeviceState, Participant, SessionPatch, SessionState};

/// The state, and where its patches go.
pub struct Store {
    state: SessionState,
    emit: Box<dyn Fn(SessionPatch) + Send>,
}

impl Store {
    /// No session.
    pub fn new(emit: impl Fn(SessionPatch) + Send + 'static) -> Self {
        Self { state: SessionState::idle(0), emit: Box::new(emit) }
    }

    /// The state now.
    pub fn state(&self) -> &SessionState {
        &self.state
    }

    /// Changes the state and tells it; what changes nothing is not told.
    pub fn change(&mut self, mut change: Change) {
        let sequence = self.state.sequence.wrapping_add(1);
        if let Change::Reset { state } = &mut change {
            state.sequence = sequence;
        }
        let mut next = self.state.clone();
        apply(&mut next, change.clone());
        next.sequence = self.state.sequence;
        if next == self.state {
            return;
        }
        next.sequence = sequence;
        self.state = next;
        (self.emit)(SessionPatch { sequence, change });
    }

    /// Makes `people` the participants, by one patch.
    pub fn set_people(&mut self, people: Vec<Participant>) {
        if let Some(change) = difference(&self.state.participants, people) {
            self.change(change);
        }
    }
}

/// Applies a change, as the UI does with its copy.
fn apply(state: &mut SessionState, change: Change) {
    match change {
        Change::Reset { state: new } => *state = new,
        Change::Phase { phase } => state.phase = phase,
        Change::About { session_id, title, role, can_publish } => {
            state.session_id = session_id;
            state.title = title;
            state.role = role;
            state.can_publish = can_publish;
        }
        Change::People { left, changed } => {
            let left: HashSet<String> = left.into_iter().collect();
            state.participants.retain(|known| !left.contains(&known.identity));
            let places: HashMap<String, usize> =
                state.participants.iter().enumerate().map(|(at, known)| (known.identity.clone(), at)).collect();
            for participant in changed {
                match places.get(&participant.identity) {
                    Some(&at) => state.participants[at] = participant,
                    None => state.participants.push(participant),
                }
            }
        }
        Change::Health { health } => state.health = health,
        Change::Silenced { device } => state.silenced = device,
        Change::Encrypted { encrypted } => state.encrypted = Some(encrypted),
        Change::Asked { asked } => state.asked = asked,
        Change::Locked { locked } => state.locked = locked,
        Change::Device { device, state: new } => *device_mut(state, device) = new,
    }
}

fn device_mut(state: &mut SessionState, device: Device) -> &mut DeviceState {
    match device {
        Device::Camera => &mut state.camera,
        Device::Microphone => &mut state.microphone,
        Device::Screen => &mut state.screen,
        Device::Speaker => &mut state.speaker,
    }
}

/// What leads from one list of people to the other: who went, and who came or changed.
fn difference(old: &[Participant], new: Vec<Participant>) -> Option<Change> {
    let stay: HashSet<&str> = new.iter().map(|person| person.identity.as_str()).collect();
    let gone = old.iter().filter(|known| !stay.contains(known.identity.as_str()));
    let left: Vec<String> = gone.map(|known| known.identity.clone()).collect();
    let known: HashMap<&str, &Participant> = old.iter().map(|known| (known.identity.as_str(), known)).collect();
    let is_known = |person: &Participant| known.get(person.identity.as_str()).is_some_and(|known| *known == person);
    let changed: Vec<Participant> = new.into_iter().filter(|person| !is_known(person)).collect();
    (!left.is_empty() || !changed.is_empty()).then_some(Change::People { left, changed })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;
    use crate::session::state::{Phase, Quality, Role, TrackState};

    fn person(identity: &str) -> Participant {
        Participant {
            identity: identity.into(),
            name: identity.to_uppercase(),
            role: Role::Viewer,
            is_local: false,
            speaking: false,
            microphone: TrackState::Off,
            camera: TrackState::Off,
            screen: TrackState::Off,
            quality: Quality::Unknown,
            hand_raised_at: None,
        }
    }

    /// A store, and the copy that a UI would have of it.
    fn store() -> (Store, Arc<Mutex<(SessionState, usize)>>) {
        let copy = Arc::new(Mutex::new((SessionState::idle(0), 0)));
        let ui = copy.clone();
        let store = Store::new(move |patch| {
            let (state, count) = &mut *ui.lock();
            assert_eq!(patch.sequence, state.sequence + 1, "no gap");
            apply(state, patch.change);
            state.sequence = patch.sequence;
            *count += 1;
        });
        (store, copy)
    }

    #[test]
    fn the_uis_copy_follows() {
        let (mut store, copy) = store();
        let mut begun = SessionState::idle(0);
        begun.session_id = Some("id".into());
        store.change(Change::Reset { state: begun });
        store.change(Change::Phase { phase: Phase::Connected });
        store.set_people(vec![person("a"), person("b")]);
        let mut louder = person("b");
        louder.speaking = true;
        store.set_people(vec![louder, person("c")]);
        store.change(Change::Device { device: Device::Camera, state: DeviceState::Missing });
        assert_eq!(&copy.lock().0, store.state());
        let names: Vec<_> = store.state().participants.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(names, ["B", "C"]);
    }

    #[test]
    fn however_many_come_it_is_one_patch() {
        let (mut store, copy) = store();
        let many = |count: usize| (0..count).map(|number| person(&number.to_string())).collect::<Vec<_>>();
        store.set_people(many(500));
        store.set_people(many(250));
        let (state, patches) = &*copy.lock();
        assert_eq!((state, *patches), (store.state(), 2));
        assert_eq!(state.participants.len(), 250);
    }

    #[test]
    fn what_changes_nothing_is_not_told() {
        let (mut store, copy) = store();
        store.set_people(vec![person("a")]);
        let before = copy.lock().1;
        store.set_people(vec![person("a")]);
        store.change(Change::Phase { phase: Phase::Idle });
        store.change(Change::People { left: vec!["nobody".into()], changed: Vec::new() });
        assert_eq!(copy.lock().1, before);
    }
}
