//! What each of the library's events changes and means.

use std::{collections::HashMap, sync::Arc};

use tokio::task::JoinSet;

use super::streams::OpenStreams;
use crate::{
    ffi::{
        FfiHandle,
        handle::take_buffer,
        proto::{self, room_event::Message},
    },
    id::{RoomSid, TrackSid},
    participant::{ParticipantState, RemoteParticipant, permission_from_library},
    publication::{RemoteTrackPublication, TrackPublication},
    room::{ConnectionState, RoomEvent, RoomInfo, session::RoomSession},
    track::{RemoteAudioTrack, RemoteTrack, RemoteVideoTrack, TrackError},
};

impl RoomSession {
    /// Brings the state up to date, then hands the event on.
    pub(super) fn on_event(&self, message: Message, streams: &mut OpenStreams, tasks: &mut JoinSet<()>) {
        match message {
            Message::ParticipantConnected(event) => {
                let participant = RemoteParticipant::new(event.info);
                self.remote_participants.write().insert(participant.identity(), participant.clone());
                self.emit(RoomEvent::ParticipantConnected(participant));
            }
            Message::ParticipantActive(event) => {
                if let Some(participant) = self.remote(&event.participant_identity) {
                    participant.inner().info.write().state = ParticipantState::Active;
                    self.emit(RoomEvent::ParticipantActive(participant));
                }
            }
            Message::ParticipantDisconnected(event) => {
                let reason = event.disconnect_reason().into();
                let removed = self.remote_participants.write().remove(&event.participant_identity.into());
                if let Some(participant) = removed {
                    streams.left(&self.incoming, &participant.identity());
                    {
                        let mut info = participant.inner().info.write();
                        info.state = ParticipantState::Disconnected;
                        info.disconnect_reason = reason;
                    }
                    self.emit(RoomEvent::ParticipantDisconnected(participant));
                }
            }
            Message::TrackPublished(event) => {
                let publication = RemoteTrackPublication::new(event.publication, self.auto_subscribe);
                if let Some(participant) = self.remote(&event.participant_identity) {
                    participant.add_publication(publication.clone());
                    self.emit(RoomEvent::TrackPublished { publication, participant });
                }
            }
            Message::TrackUnpublished(event) => {
                let sid = TrackSid::from_library(event.publication_sid);
                if let Some(participant) = self.remote(&event.participant_identity)
                    && let Some(publication) = participant.remove_publication(&sid)
                {
                    self.emit(RoomEvent::TrackUnpublished { publication, participant });
                }
            }
            Message::TrackSubscribed(event) => self.on_subscribed(event),
            Message::TrackUnsubscribed(event) => {
                if let Some((participant, publication)) =
                    self.remote_publication(&event.participant_identity, event.track_sid)
                    && let Some(track) = publication.track()
                {
                    publication.set_track(None);
                    track.end();
                    self.emit(RoomEvent::TrackUnsubscribed { track, publication, participant });
                }
            }
            Message::TrackSubscriptionFailed(event) => {
                if let Some(participant) = self.remote(&event.participant_identity) {
                    let track_sid = TrackSid::from_library(event.track_sid);
                    let error = TrackError::TrackNotFound(track_sid.clone());
                    self.emit(RoomEvent::TrackSubscriptionFailed { participant, error, track_sid });
                }
            }
            Message::TrackMuted(event) => self.on_muted(&event.participant_identity, event.track_sid, true),
            Message::TrackUnmuted(event) => self.on_muted(&event.participant_identity, event.track_sid, false),
            Message::LocalTrackPublished(event) => {
                let participant = self.local_participant.clone();
                if let Some(publication) = participant.get_track_publication(&TrackSid::from_library(event.track_sid))
                    && let Some(track) = publication.track()
                {
                    self.emit(RoomEvent::LocalTrackPublished { publication, track, participant });
                }
            }
            Message::LocalTrackUnpublished(event) => {
                let participant = self.local_participant.clone();
                let sid = TrackSid::from_library(event.publication_sid);
                if let Some(publication) = participant.remove_publication(&sid) {
                    self.emit(RoomEvent::LocalTrackUnpublished { publication: publication.clone(), participant });
                    publication.clear_track();
                }
            }
            Message::LocalTrackRepublished(event) => {
                let participant = self.local_participant.clone();
                let previous_sid = TrackSid::from_library(event.previous_sid);
                if let Some(publication) = participant.republish(&previous_sid, event.info)
                    && let Some(track) = publication.track()
                {
                    self.emit(RoomEvent::LocalTrackRepublished { previous_sid, publication, track, participant });
                }
            }
            Message::LocalTrackSubscribed(event) => {
                let sid = TrackSid::from_library(event.track_sid);
                if let Some(track) = self.local_participant.get_track_publication(&sid).and_then(|p| p.track()) {
                    self.emit(RoomEvent::LocalTrackSubscribed { track });
                }
            }
            Message::DataPacketReceived(event) => self.on_data(event),
            Message::ByteStreamOpened(event) => streams.open_bytes(&self.incoming, event, tasks),
            Message::TextStreamOpened(event) => streams.open_text(&self.incoming, event, tasks),
            Message::TranscriptionReceived(event) => {
                let participant = event.participant_identity.as_deref().and_then(|identity| self.participant(identity));
                let track_publication = participant.as_ref().and_then(|participant| {
                    participant.track_publications().remove(&TrackSid::from_library(event.track_sid?))
                });
                let segments = event.segments.into_iter().map(Into::into).collect();
                self.emit(RoomEvent::TranscriptionReceived { participant, track_publication, segments });
            }
            Message::ChatMessage(event) => {
                let participant = self.remote(&event.participant_identity);
                self.emit(RoomEvent::ChatMessage { message: event.message.into(), participant });
            }
            Message::DataChannelLowThresholdChanged(event) => {
                let (kind, threshold) = (event.kind().into(), event.threshold);
                self.set_threshold(kind, threshold);
                self.emit(RoomEvent::DataChannelBufferedAmountLowThresholdChanged { kind, threshold });
            }
            // There is no data track here to give it to.
            Message::DataTrackPublished(event) => drop(FfiHandle::new(event.track.handle)),
            Message::DataTrackUnpublished(_) => {}
            message => self.on_change(message),
        }
    }

    /// Events about what is known of the room and of participants.
    fn on_change(&self, message: Message) {
        match message {
            Message::ActiveSpeakersChanged(event) => {
                let speaks = |identity: &str| event.participant_identities.iter().any(|speaker| speaker == identity);
                let local = self.local_participant.clone();
                local.inner().info.write().speaking = speaks(local.identity().as_str());
                for (identity, participant) in self.remote_participants.read().iter() {
                    participant.inner().info.write().speaking = speaks(identity.as_str());
                }
                let speakers =
                    event.participant_identities.iter().filter_map(|identity| self.participant(identity)).collect();
                self.emit(RoomEvent::ActiveSpeakersChanged { speakers });
            }
            Message::ConnectionQualityChanged(event) => {
                let quality = event.quality().into();
                if let Some(participant) = self.participant(&event.participant_identity) {
                    participant.inner().info.write().connection_quality = quality;
                    self.emit(RoomEvent::ConnectionQualityChanged { quality, participant });
                }
            }
            Message::ParticipantMetadataChanged(event) => {
                if let Some(participant) = self.participant(&event.participant_identity) {
                    let metadata = event.metadata;
                    let place = &mut participant.inner().info.write().metadata;
                    let old_metadata = std::mem::replace(place, metadata.clone());
                    self.emit(RoomEvent::ParticipantMetadataChanged {
                        participant: participant.clone(),
                        old_metadata,
                        metadata,
                    });
                }
            }
            Message::ParticipantNameChanged(event) => {
                if let Some(participant) = self.participant(&event.participant_identity) {
                    let name = event.name;
                    let old_name = std::mem::replace(&mut participant.inner().info.write().name, name.clone());
                    self.emit(RoomEvent::ParticipantNameChanged { participant, old_name, name });
                }
            }
            Message::ParticipantAttributesChanged(event) => {
                let map = |entries: Vec<proto::AttributesEntry>| -> HashMap<String, String> {
                    entries.into_iter().map(|entry| (entry.key, entry.value)).collect()
                };
                if let Some(participant) = self.participant(&event.participant_identity) {
                    participant.inner().info.write().attributes = map(event.attributes);
                    let changed_attributes = map(event.changed_attributes);
                    self.emit(RoomEvent::ParticipantAttributesChanged { participant, changed_attributes });
                }
            }
            Message::ParticipantPermissionChanged(event) => {
                if let Some(participant) = self.participant(&event.participant_identity) {
                    let permission = event.permission.map(permission_from_library);
                    participant.inner().info.write().permission = permission.clone();
                    self.emit(RoomEvent::ParticipantPermissionChanged { participant, permission });
                }
            }
            Message::ParticipantEncryptionStatusChanged(event) => {
                if let Some(participant) = self.participant(&event.participant_identity) {
                    let is_encrypted = event.is_encrypted;
                    participant.inner().info.write().encrypted = is_encrypted;
                    self.emit(RoomEvent::ParticipantEncryptionStatusChanged { participant, is_encrypted });
                }
            }
            Message::ParticipantsUpdated(event) => {
                let update = |info: proto::ParticipantInfo| {
                    let participant = self.participant(&info.identity)?;
                    participant.inner().update(info);
                    Some(participant)
                };
                let participants = event.participants.into_iter().filter_map(update).collect();
                self.emit(RoomEvent::ParticipantsUpdated { participants });
            }
            Message::E2eeStateChanged(event) => {
                if let Some(participant) = self.participant(&event.participant_identity) {
                    let state = event.state().into();
                    self.emit(RoomEvent::E2eeStateChanged { participant, state });
                }
            }
            Message::RoomMetadataChanged(event) => {
                let metadata = event.metadata;
                let old_metadata = std::mem::replace(&mut self.info.write().metadata, metadata.clone());
                self.emit(RoomEvent::RoomMetadataChanged { old_metadata, metadata });
            }
            Message::RoomSidChanged(event) => self.set_sid(RoomSid::from_library(event.sid)),
            Message::RoomUpdated(info) => {
                let room = self.update_info(info);
                self.emit(RoomEvent::RoomUpdated { room });
            }
            Message::Moved(info) => {
                let room = self.update_info(info);
                self.emit(RoomEvent::Moved { room });
            }
            Message::TokenRefreshed(event) => {
                self.token.write().clone_from(&event.token);
                self.emit(RoomEvent::TokenRefreshed { token: event.token });
            }
            Message::ConnectionStateChanged(event) => {
                self.set_state(event.state().into());
            }
            Message::Reconnecting(_) => {
                self.set_state(ConnectionState::Reconnecting);
                self.emit(RoomEvent::Reconnecting);
            }
            Message::Reconnected(_) => {
                self.set_state(ConnectionState::Connected);
                self.emit(RoomEvent::Reconnected);
            }
            Message::Disconnected(event) => {
                let reason = crate::participant::DisconnectReason::from(event.reason());
                self.local_participant.inner().info.write().disconnect_reason = reason;
                self.end(reason.into());
            }
            _ => {}
        }
    }

    fn on_subscribed(&self, event: proto::TrackSubscribed) {
        let sid = event.track.info.sid.clone();
        let track = match event.track.info.kind() {
            proto::TrackKind::KindVideo => RemoteTrack::Video(RemoteVideoTrack::new(event.track)),
            proto::TrackKind::KindAudio | proto::TrackKind::KindUnknown => {
                RemoteTrack::Audio(RemoteAudioTrack::new(event.track))
            }
        };
        if let Some((participant, publication)) = self.remote_publication(&event.participant_identity, sid) {
            publication.set_track(Some(track.clone()));
            self.emit(RoomEvent::TrackSubscribed { track, publication, participant });
        }
    }

    fn on_muted(&self, identity: &str, sid: String, muted: bool) {
        let sid = TrackSid::from_library(sid);
        let Some(participant) = self.participant(identity) else { return };
        let publication: Option<TrackPublication> = participant.inner().publications.read().get(&sid).cloned();
        let Some(publication) = publication else { return };
        publication.note_muted(muted);
        self.emit(if muted {
            RoomEvent::TrackMuted { participant, publication }
        } else {
            RoomEvent::TrackUnmuted { participant, publication }
        });
    }

    fn on_data(&self, event: proto::DataPacketReceived) {
        let kind = event.kind().into();
        let participant = self.remote(&event.participant_identity);
        match event.value {
            Some(proto::data_packet_received::Value::User(user)) => {
                let payload = Arc::new(take_buffer(user.data));
                if !self.unread.lock().take(&payload) {
                    return;
                }
                self.emit(RoomEvent::DataReceived { payload, topic: user.topic, kind, participant });
            }
            Some(proto::data_packet_received::Value::SipDtmf(dtmf)) => {
                self.emit(RoomEvent::SipDTMFReceived { code: dtmf.code, digit: dtmf.digit, participant });
            }
            None => {}
        }
    }

    fn remote_publication(&self, identity: &str, sid: String) -> Option<(RemoteParticipant, RemoteTrackPublication)> {
        let participant = self.remote(identity)?;
        let publication = participant.get_track_publication(&TrackSid::from_library(sid))?;
        Some((participant, publication))
    }

    fn set_sid(&self, sid: RoomSid) {
        self.info.write().sid = Some(sid.clone());
        self.sid.send_replace(Some(sid));
    }

    fn update_info(&self, info: proto::RoomInfo) -> RoomInfo {
        let new = {
            let mut now = self.info.write();
            let state = now.state;
            let sid = now.sid.take();
            *now = RoomInfo::from_library(info, state);
            now.sid = now.sid.take().or(sid);
            now.clone()
        };
        self.sid.send_replace(new.sid.clone());
        new
    }
}
