//! The others.

use std::sync::Arc;

use super::{ClientCapability, ParticipantInner, participant_methods};
use crate::{
    ffi::proto,
    id::TrackSid,
    publication::{RemoteTrackPublication, TrackPublication},
};

/// Another participant. A cheap clone of the same.
#[derive(Clone)]
pub struct RemoteParticipant {
    inner: Arc<ParticipantInner>,
}

participant_methods!(RemoteParticipant, RemoteTrackPublication, Remote);

impl RemoteParticipant {
    pub(crate) fn new(owned: proto::OwnedParticipant) -> Self {
        Self { inner: Arc::new(ParticipantInner::new(owned)) }
    }

    /// What its client said it can do. The library does not report it: always empty.
    pub fn capabilities(&self) -> Vec<ClientCapability> {
        Vec::new()
    }

    pub(crate) fn add_publication(&self, publication: RemoteTrackPublication) {
        self.inner.publications.write().insert(publication.sid(), TrackPublication::Remote(publication));
    }

    pub(crate) fn remove_publication(&self, sid: &TrackSid) -> Option<RemoteTrackPublication> {
        match self.inner.publications.write().remove(sid) {
            Some(TrackPublication::Remote(publication)) => Some(publication),
            _ => None,
        }
    }
}
