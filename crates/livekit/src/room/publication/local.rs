//! What is published here.

use std::{
    fmt::{self, Debug, Formatter},
    sync::Arc,
};

use parking_lot::Mutex;

use super::{PublicationInner, publication_methods};
use crate::{ffi::proto, options::TrackPublishOptions, track::LocalTrack};

/// A track that is published here. A cheap clone of the same.
#[derive(Clone)]
pub struct LocalTrackPublication {
    pub(super) inner: Arc<PublicationInner>,
    options: Arc<Mutex<TrackPublishOptions>>,
}

publication_methods!(LocalTrackPublication, LocalTrack, false);

impl LocalTrackPublication {
    pub(crate) fn new(owned: proto::OwnedTrackPublication, track: LocalTrack, options: TrackPublishOptions) -> Self {
        let inner = Arc::new(PublicationInner::new(owned, None));
        inner.set_track(Some(track.into()));
        Self { inner, options: Arc::new(Mutex::new(options)) }
    }

    /// What it was published with.
    pub fn publish_options(&self) -> TrackPublishOptions {
        self.options.lock().clone()
    }

    /// Stops sending and tells the others.
    pub fn mute(&self) {
        if let Some(track) = self.track() {
            track.mute();
            self.inner.info.write().muted = track.is_muted();
        }
    }

    /// Sends again and tells the others.
    pub fn unmute(&self) {
        if let Some(track) = self.track() {
            track.unmute();
            self.inner.info.write().muted = track.is_muted();
        }
    }

    /// It was published again under another identifier, after a full reconnect.
    pub(crate) fn republish(&self, info: proto::TrackPublicationInfo) {
        *self.inner.info.write() = info;
        let track = self.inner.track.read().clone();
        self.inner.set_track(track);
    }

    /// It is not published any more.
    pub(crate) fn clear_track(&self) {
        self.inner.set_track(None);
    }
}

impl Debug for LocalTrackPublication {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalTrackPublication")
            .field("sid", &self.sid())
            .field("name", &self.name())
            .field("kind", &self.kind())
            .finish()
    }
}
