//! What others publish.

use std::{
    fmt::{self, Debug, Formatter},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{PermissionStatus, PublicationInner, SubscriptionStatus, publication_methods};
use crate::{
    ffi::{
        self,
        proto::{self, ffi_request::Message},
    },
    track::{RemoteTrack, TrackDimension, VideoQuality},
};

/// A track that someone else publishes. A cheap clone of the same.
#[derive(Clone)]
pub struct RemoteTrackPublication {
    pub(super) inner: Arc<PublicationInner>,
    wanted: Arc<Wanted>,
}

struct Wanted {
    subscribed: AtomicBool,
    allowed: AtomicBool,
    enabled: AtomicBool,
}

publication_methods!(RemoteTrackPublication, RemoteTrack, true);

impl RemoteTrackPublication {
    pub(crate) fn new(owned: proto::OwnedTrackPublication, auto_subscribe: bool) -> Self {
        let wanted = Wanted {
            subscribed: AtomicBool::new(auto_subscribe),
            allowed: AtomicBool::new(true),
            enabled: AtomicBool::new(true),
        };
        Self { inner: Arc::new(PublicationInner::new(owned, None)), wanted: Arc::new(wanted) }
    }

    /// Subscribes or unsubscribes; the room's events tell when that is done.
    pub fn set_subscribed(&self, subscribed: bool) {
        self.wanted.subscribed.store(subscribed, Ordering::Relaxed);
        if subscribed {
            self.wanted.allowed.store(true, Ordering::Relaxed);
        }
        let publication_handle = self.handle();
        self.ask(Message::SetSubscribed(proto::SetSubscribedRequest { subscribe: subscribed, publication_handle }));
    }

    /// The highest simulcast layer to be sent here. Does nothing for a track without layers.
    pub fn set_video_quality(&self, quality: VideoQuality) {
        if !self.simulcasted() {
            tracing::warn!(sid = %self.sid(), "a track without layers has one quality");
            return;
        }
        self.ask(Message::SetRemoteTrackPublicationQuality(proto::SetRemoteTrackPublicationQualityRequest {
            track_publication_handle: self.handle(),
            quality: proto::VideoQuality::from(quality).into(),
        }));
    }

    /// Lets the server send it or not, while the subscription stays. Does nothing unless subscribed.
    pub fn set_enabled(&self, enabled: bool) {
        if !self.is_subscribed() || self.wanted.enabled.swap(enabled, Ordering::Relaxed) == enabled {
            return;
        }
        self.ask(Message::EnableRemoteTrackPublication(proto::EnableRemoteTrackPublicationRequest {
            track_publication_handle: self.handle(),
            enabled,
        }));
    }

    /// The size, in pixels, that it is shown at: the server sends the layer that fits. Does nothing unless subscribed.
    pub fn update_video_dimensions(&self, dimension: TrackDimension) {
        if !self.is_subscribed() {
            return;
        }
        let TrackDimension(width, height) = dimension;
        {
            let mut info = self.inner.info.write();
            (info.width, info.height) = (width, height);
        }
        self.ask(Message::UpdateRemoteTrackPublicationDimension(proto::UpdateRemoteTrackPublicationDimensionRequest {
            track_publication_handle: self.handle(),
            width,
            height,
        }));
    }

    /// How it stands with the subscription.
    pub fn subscription_status(&self) -> SubscriptionStatus {
        if !self.is_desired() {
            SubscriptionStatus::Unsubscribed
        } else if self.is_subscribed() {
            SubscriptionStatus::Subscribed
        } else {
            SubscriptionStatus::Desired
        }
    }

    /// Whether one may subscribe.
    pub fn permission_status(&self) -> PermissionStatus {
        if self.is_allowed() { PermissionStatus::Allowed } else { PermissionStatus::NotAllowed }
    }

    /// Whether it is received.
    pub fn is_subscribed(&self) -> bool {
        self.inner.track.read().is_some()
    }

    /// Whether it is wanted.
    pub fn is_desired(&self) -> bool {
        self.wanted.subscribed.load(Ordering::Relaxed)
    }

    /// Whether one may subscribe.
    pub fn is_allowed(&self) -> bool {
        self.wanted.allowed.load(Ordering::Relaxed)
    }

    /// Whether it is subscribed to and the server may send it.
    pub fn is_enabled(&self) -> bool {
        self.is_subscribed() && self.wanted.enabled.load(Ordering::Relaxed)
    }

    /// It was subscribed to, or not any more.
    pub(crate) fn set_track(&self, track: Option<RemoteTrack>) {
        // A new subscription begins enabled.
        self.wanted.enabled.store(true, Ordering::Relaxed);
        self.inner.set_track(track.map(Into::into));
    }

    fn handle(&self) -> u64 {
        self.inner.handle.id()
    }

    fn ask(&self, message: Message) {
        if let Err(error) = ffi::request(message) {
            tracing::warn!(sid = %self.sid(), %error, "a publication could not be changed");
        }
    }
}

impl Debug for RemoteTrackPublication {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteTrackPublication")
            .field("sid", &self.sid())
            .field("is_subscribed", &self.is_subscribed())
            .field("is_allowed", &self.is_allowed())
            .finish()
    }
}
