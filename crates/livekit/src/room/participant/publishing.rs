//! Publishing tracks and taking them back.

use super::LocalParticipant;
use crate::{
    ffi::{
        self,
        events::Event,
        proto::{self, ffi_event, ffi_request},
    },
    id::TrackSid,
    options::TrackPublishOptions,
    publication::{LocalTrackPublication, TrackPublication},
    room::{RoomError, RoomResult, error::check},
    track::{LocalTrack, Track},
};

impl LocalParticipant {
    /// Publishes a track.
    ///
    /// # Errors
    ///
    /// If the track could not be made, the options make no sense, the room is left, or the server refuses.
    pub async fn publish_track(
        &self,
        track: LocalTrack,
        options: TrackPublishOptions,
    ) -> RoomResult<LocalTrackPublication> {
        let _session = self.connected()?;
        let handle = Track::from(track.clone()).inner().handle().clone();
        if !handle.is_valid() {
            return Err(RoomError::Internal(
                "the track could not be made by LiveKit's library; the log says why".into(),
            ));
        }
        let library_options = options.to_proto().map_err(RoomError::Internal)?;
        let participant = self.clone();
        // Noted when the answer comes and not when this future goes on: the room's event follows at once, and the
        // publication is there even if nobody waits any more.
        let finish = move |event: Event| participant.note_published(event, track, options);
        let request = |id| {
            ffi_request::Message::PublishTrack(proto::PublishTrackRequest {
                local_participant_handle: self.inner().handle.id(),
                track_handle: handle.id(),
                options: library_options,
                request_async_id: Some(id),
            })
        };
        ffi::call_then(request, finish).await?
    }

    fn note_published(
        &self,
        event: Event,
        track: LocalTrack,
        options: TrackPublishOptions,
    ) -> RoomResult<LocalTrackPublication> {
        let Some(ffi_event::Message::PublishTrack(answer)) = event.into_message() else {
            return Err(ffi::FfiError::Unexpected.into());
        };
        match answer.message {
            Some(proto::publish_track_callback::Message::Publication(owned)) => {
                let publication = LocalTrackPublication::new(owned, track, options);
                self.inner()
                    .publications
                    .write()
                    .insert(publication.sid(), TrackPublication::Local(publication.clone()));
                Ok(publication)
            }
            Some(proto::publish_track_callback::Message::Error(error)) => Err(RoomError::from_library(error)),
            None => Err(ffi::FfiError::Unexpected.into()),
        }
    }

    /// Takes a track back. The room's `LocalTrackUnpublished` follows.
    ///
    /// # Errors
    ///
    /// If nothing is published under the identifier, or the room is left.
    pub async fn unpublish_track(&self, sid: &TrackSid) -> RoomResult<LocalTrackPublication> {
        let publication =
            self.get_track_publication(sid).ok_or_else(|| RoomError::Internal("track not found".to_string()))?;
        let _session = self.connected()?;
        let request = |id| {
            ffi_request::Message::UnpublishTrack(proto::UnpublishTrackRequest {
                local_participant_handle: self.inner().handle.id(),
                track_sid: sid.to_string(),
                stop_on_unpublish: true,
                request_async_id: Some(id),
            })
        };
        match ffi::call(request).await? {
            ffi_event::Message::UnpublishTrack(answer) => check(answer.error)?,
            _ => return Err(ffi::FfiError::Unexpected.into()),
        }
        Ok(publication)
    }

    /// Removes a publication from the list, as the room's event says.
    pub(crate) fn remove_publication(&self, sid: &TrackSid) -> Option<LocalTrackPublication> {
        match self.inner().publications.write().remove(sid) {
            Some(TrackPublication::Local(publication)) => Some(publication),
            _ => None,
        }
    }

    /// A publication has another identifier, after a full reconnect.
    pub(crate) fn republish(
        &self,
        previous: &TrackSid,
        info: proto::TrackPublicationInfo,
    ) -> Option<LocalTrackPublication> {
        let publication = self.remove_publication(previous)?;
        publication.republish(info);
        let entry = TrackPublication::Local(publication.clone());
        self.inner().publications.write().insert(publication.sid(), entry);
        Some(publication)
    }
}
