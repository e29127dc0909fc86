//! What the fuzzer calls: the library's events as bytes, on the way that they take here.
//!
//! Bytes that a buffer of the library would point to are not read: those pointers are the library's own, of this process.

use prost::Message as _;

use crate::{
    ffi::{
        bounds,
        events::{self, Event},
        proto::{self, connect_callback, ffi_event::Message, room_event},
    },
    participant::ParticipantInfo,
    room::{ConnectionState, RoomInfo},
    webrtc::stats::RtcStats,
};

/// Takes an event in, as if the library had sent it: decoded, cut to its bounds, read, and handed to nobody.
pub fn event(bytes: &[u8]) {
    let Ok(proto::FfiEvent { message: Some(mut message) }) = proto::FfiEvent::decode(bytes) else { return };
    bounds::cut(&mut message);
    match &message {
        Message::RoomEvent(proto::RoomEvent { message: Some(event), .. }) => read(event.clone()),
        Message::Connect(callback) => {
            if let Some(connect_callback::Message::Result(result)) = callback.message.clone() {
                RoomInfo::from_library(result.room.info, ConnectionState::Connected);
                let people = result.participants.into_iter().map(|entry| entry.participant.info);
                people.for_each(|info| drop(ParticipantInfo::from_library(info)));
            }
        }
        _ => {}
    }
    events::route(Event::new(message));
}

fn read(event: room_event::Message) {
    use room_event::Message::{Moved, ParticipantConnected, ParticipantsUpdated, RoomUpdated};
    match event {
        ParticipantConnected(event) => drop(ParticipantInfo::from_library(event.info.info)),
        ParticipantsUpdated(event) => {
            event.participants.into_iter().for_each(|info| drop(ParticipantInfo::from_library(info)));
        }
        RoomUpdated(info) | Moved(info) => drop(RoomInfo::from_library(info, ConnectionState::Connected)),
        _ => {}
    }
}

/// The statistics in an answer of the library.
pub fn statistics(bytes: &[u8]) -> Vec<RtcStats> {
    let Ok(answer) = proto::GetStatsCallback::decode(bytes) else { return Vec::new() };
    answer.stats.into_iter().filter_map(RtcStats::from_proto).collect()
}
