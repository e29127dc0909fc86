//! The one way the state changes: by a patch, which gets its number and goes out.

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

    /// Makes `people` the participants, by the fewest patches.
    pub fn set_people(&mut self, people: Vec<Participant>) {
        for change in differences(&self.state.participants, people) {
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
        Change::Participant { participant } => {
            match state.participants.iter_mut().find(|known| known.identity == participant.identity) {
                Some(known) => *known = participant,
                None => state.participants.push(participant),
            }
        }
        Change::ParticipantLeft { identity } => state.participants.retain(|known| known.identity != identity),
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

/// What leads from one list of people to the other: who went, then who came or changed.
fn differences(old: &[Participant], new: Vec<Participant>) -> Vec<Change> {
    let gone = old.iter().filter(|known| !new.iter().any(|person| person.identity == known.identity));
    let mut changes: Vec<Change> =
        gone.map(|known| Change::ParticipantLeft { identity: known.identity.clone() }).collect();
    changes.extend(
        new.into_iter().filter(|person| !old.contains(person)).map(|participant| Change::Participant { participant }),
    );
    changes
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
    fn what_changes_nothing_is_not_told() {
        let (mut store, copy) = store();
        store.set_people(vec![person("a")]);
        let before = copy.lock().1;
        store.set_people(vec![person("a")]);
        store.change(Change::Phase { phase: Phase::Idle });
        store.change(Change::ParticipantLeft { identity: "nobody".into() });
        assert_eq!(copy.lock().1, before);
    }
}
