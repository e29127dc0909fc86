//! How much of what participants are called and described by is kept.
//!
//! LiveKit servers bound it themselves, unless they are told not to; then one peer's name may have megabytes, which
//! every client would be told again at each change. Cut here, before anything is queued, none of it is kept.

use super::proto::{self, AttributesEntry, ParticipantInfo, connect_callback, ffi_event::Message, room_event};

/// Longest name of a participant or track, in bytes: LiveKit's own bound.
const MOST_NAME: usize = 256;

/// Longest metadata of a participant or room, in bytes. What is longer is left out: half of it is worth nothing.
const MOST_METADATA: usize = 64 * 1024;

/// Most bytes of a participant's attributes, keys and values together: LiveKit's own bound.
const MOST_ATTRIBUTES: usize = 64 * 1024;

/// Cuts an event to these bounds. What is within them stays as it is.
pub(crate) fn cut(message: &mut Message) {
    match message {
        Message::RoomEvent(proto::RoomEvent { message: Some(event), .. }) => cut_event(event),
        Message::Connect(callback) => {
            if let Some(connect_callback::Message::Result(result)) = &mut callback.message {
                room(&mut result.room.info);
                participant(&mut result.local_participant.info);
                for entry in &mut result.participants {
                    participant(&mut entry.participant.info);
                    entry.publications.iter_mut().for_each(|publication| name(&mut publication.info.name));
                }
            }
        }
        _ => {}
    }
}

fn cut_event(event: &mut room_event::Message) {
    use room_event::Message::{
        Moved, ParticipantAttributesChanged, ParticipantConnected, ParticipantMetadataChanged, ParticipantNameChanged,
        ParticipantsUpdated, RoomMetadataChanged, RoomUpdated, TrackPublished, TrackSubscribed,
    };
    match event {
        ParticipantConnected(event) => participant(&mut event.info.info),
        ParticipantsUpdated(event) => event.participants.iter_mut().for_each(participant),
        ParticipantNameChanged(event) => name(&mut event.name),
        ParticipantMetadataChanged(event) => metadata(&mut event.metadata),
        ParticipantAttributesChanged(event) => {
            entries(&mut event.attributes);
            entries(&mut event.changed_attributes);
        }
        RoomMetadataChanged(event) => metadata(&mut event.metadata),
        RoomUpdated(info) | Moved(info) => room(info),
        TrackPublished(event) => name(&mut event.publication.info.name),
        TrackSubscribed(event) => name(&mut event.track.info.name),
        _ => {}
    }
}

fn participant(info: &mut ParticipantInfo) {
    name(&mut info.name);
    metadata(&mut info.metadata);
    let size: usize = info.attributes.iter().map(|(key, value)| key.len() + value.len()).sum();
    if size > MOST_ATTRIBUTES {
        let all = std::mem::take(&mut info.attributes).into_iter();
        let mut all: Vec<_> = all.map(|(key, value)| AttributesEntry { key, value }).collect();
        entries(&mut all);
        info.attributes = all.into_iter().map(|entry| (entry.key, entry.value)).collect();
    }
}

fn room(info: &mut proto::RoomInfo) {
    metadata(&mut info.metadata);
}

fn name(text: &mut String) {
    if text.len() > MOST_NAME {
        *text = text[..text.floor_char_boundary(MOST_NAME)].to_owned();
    }
}

fn metadata(text: &mut String) {
    if text.len() > MOST_METADATA {
        *text = String::new();
    }
}

/// Keeps the smallest of the attributes, as many as fit: one that is huge must not cost the others.
fn entries(all: &mut Vec<AttributesEntry>) {
    let size = |entry: &AttributesEntry| entry.key.len() + entry.value.len();
    if all.iter().map(size).sum::<usize>() <= MOST_ATTRIBUTES {
        return;
    }
    all.sort_by(|one, other| size(one).cmp(&size(other)).then_with(|| one.key.cmp(&other.key)));
    let mut total = 0;
    all.retain(|entry| {
        total += size(entry);
        total <= MOST_ATTRIBUTES
    });
    all.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, value: String) -> AttributesEntry {
        AttributesEntry { key: key.into(), value }
    }

    #[test]
    fn what_fits_stays_and_what_does_not_is_cut() {
        let small = ParticipantInfo {
            name: "Ada".into(),
            metadata: "{}".into(),
            attributes: [("role".to_owned(), "host".to_owned())].into(),
            ..ParticipantInfo::default()
        };
        let huge = ParticipantInfo {
            name: "ä".repeat(1 << 20),
            metadata: "x".repeat(1 << 20),
            attributes: [("role".to_owned(), "host".to_owned()), ("a".to_owned(), "y".repeat(1 << 20))].into(),
            ..ParticipantInfo::default()
        };
        let updated = proto::ParticipantsUpdated { participants: vec![small.clone(), huge] };
        let mut message = Message::RoomEvent(proto::RoomEvent {
            room_handle: 1,
            message: Some(room_event::Message::ParticipantsUpdated(updated)),
        });
        cut(&mut message);
        let Message::RoomEvent(proto::RoomEvent {
            message: Some(room_event::Message::ParticipantsUpdated(event)), ..
        }) = message
        else {
            panic!("the same event")
        };
        assert_eq!(event.participants[0], small);
        let cut = &event.participants[1];
        assert_eq!((cut.name.as_str(), cut.metadata.as_str()), ("ä".repeat(MOST_NAME / 2).as_str(), ""));
        assert_eq!(cut.attributes, small.attributes);
        assert!(cut.name.capacity() <= MOST_NAME);
    }

    #[test]
    fn many_attributes_are_bounded_together() {
        let mut all: Vec<_> = (0..10_000).map(|number| entry(&format!("key-{number}"), "v".repeat(100))).collect();
        all.push(entry("role", "host".into()));
        entries(&mut all);
        assert!(all.iter().map(|entry| entry.key.len() + entry.value.len()).sum::<usize>() <= MOST_ATTRIBUTES);
        assert!(all.iter().any(|entry| entry.key == "role"));
    }
}
