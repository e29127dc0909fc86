//! Publications: what is known of a track, whether or not it is subscribed to.

use livekit_common::enum_dispatch;
use livekit_protocol::{AudioTrackFeature, PacketTrailerFeature};
use parking_lot::RwLock;

use crate::{
    e2ee::EncryptionType,
    ffi::{FfiHandle, proto},
    id::TrackSid,
    track::{Track, TrackDimension, TrackKind, TrackSource, kind_from_library},
};

mod local;
mod remote;

pub use local::*;
pub use remote::*;

/// How it stands with a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionStatus {
    /// Wanted, not there yet.
    Desired,
    /// There.
    Subscribed,
    /// Not wanted.
    Unsubscribed,
}

/// Whether one may subscribe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PermissionStatus {
    /// One may.
    Allowed,
    /// One may not.
    NotAllowed,
}

/// A publication of either side.
#[derive(Clone, Debug)]
pub enum TrackPublication {
    /// Published here.
    Local(LocalTrackPublication),
    /// Published elsewhere.
    Remote(RemoteTrackPublication),
}

#[allow(missing_docs)] // The methods are documented at the publications' types.
impl TrackPublication {
    enum_dispatch!(
        [Local, Remote];
        pub fn sid(self: &Self) -> TrackSid;
        pub fn name(self: &Self) -> String;
        pub fn kind(self: &Self) -> TrackKind;
        pub fn source(self: &Self) -> TrackSource;
        pub fn simulcasted(self: &Self) -> bool;
        pub fn dimension(self: &Self) -> TrackDimension;
        pub fn mime_type(self: &Self) -> String;
        pub fn is_muted(self: &Self) -> bool;
        pub fn is_remote(self: &Self) -> bool;
        pub fn encryption_type(self: &Self) -> EncryptionType;
        pub fn audio_features(self: &Self) -> Vec<AudioTrackFeature>;
        pub fn frame_metadata_features(self: &Self) -> Vec<PacketTrailerFeature>;
        pub(crate) fn note_muted(self: &Self, muted: bool) -> ();
    );

    pub fn track(&self) -> Option<Track> {
        match self {
            Self::Local(publication) => publication.track().map(Into::into),
            Self::Remote(publication) => publication.track().map(Into::into),
        }
    }
}

/// What publications of both sides are made of.
pub(crate) struct PublicationInner {
    handle: FfiHandle,
    info: RwLock<proto::TrackPublicationInfo>,
    track: RwLock<Option<Track>>,
}

impl PublicationInner {
    fn new(owned: proto::OwnedTrackPublication, track: Option<Track>) -> Self {
        Self { handle: FfiHandle::new(owned.handle), info: RwLock::new(owned.info), track: RwLock::new(track) }
    }

    /// Takes the track along: it is muted when its publication is.
    fn note_muted(&self, muted: bool) {
        self.info.write().muted = muted;
        let track = self.track.read().clone();
        if let Some(track) = track {
            track.inner().note_muted(track.clone(), muted);
        }
    }

    /// Sets the track, which learns from the publication what its own message does not say.
    fn set_track(&self, track: Option<Track>) {
        if let Some(track) = &track {
            let info = self.info.read();
            track.inner().set_published(TrackSid::from_library(info.sid.as_str()), info.source().into());
        }
        let previous = std::mem::replace(&mut *self.track.write(), track);
        drop(previous);
    }
}

/// The methods that publications of both sides have.
macro_rules! publication_methods {
    ($name:ident, $track:ident, $remote:literal) => {
        impl $name {
            /// The identifier that the server gave the track.
            pub fn sid(&self) -> crate::id::TrackSid {
                crate::id::TrackSid::from_library(self.inner.info.read().sid.as_str())
            }

            /// The publisher's name for it.
            pub fn name(&self) -> String {
                self.inner.info.read().name.clone()
            }

            /// Sound or picture.
            pub fn kind(&self) -> crate::track::TrackKind {
                super::kind_from_library(self.inner.info.read().kind())
            }

            /// Where it comes from.
            pub fn source(&self) -> crate::track::TrackSource {
                self.inner.info.read().source().into()
            }

            /// Whether it is published in several layers.
            pub fn simulcasted(&self) -> bool {
                self.inner.info.read().simulcasted
            }

            /// The picture's size in pixels.
            pub fn dimension(&self) -> crate::track::TrackDimension {
                let info = self.inner.info.read();
                crate::track::TrackDimension(info.width, info.height)
            }

            /// The track, if there is one now.
            pub fn track(&self) -> Option<crate::track::$track> {
                self.inner.track.read().clone().and_then(|track| track.try_into().ok())
            }

            /// The codec, like `video/VP8`.
            pub fn mime_type(&self) -> String {
                self.inner.info.read().mime_type.clone()
            }

            /// Whether its publisher muted it.
            pub fn is_muted(&self) -> bool {
                self.inner.info.read().muted
            }

            /// Whether someone else publishes it.
            pub fn is_remote(&self) -> bool {
                $remote
            }

            /// How it is encrypted end to end.
            pub fn encryption_type(&self) -> crate::e2ee::EncryptionType {
                super::encryption_from_library(self.inner.info.read().encryption_type())
            }

            /// What its sound went through.
            pub fn audio_features(&self) -> Vec<livekit_protocol::AudioTrackFeature> {
                let info = self.inner.info.read();
                info.audio_features
                    .iter()
                    .filter_map(|feature| livekit_protocol::AudioTrackFeature::try_from(*feature).ok())
                    .collect()
            }

            /// What is sent along with each frame.
            pub fn frame_metadata_features(&self) -> Vec<livekit_protocol::PacketTrailerFeature> {
                super::frame_metadata_from_library(&self.inner.info.read())
            }

            pub(crate) fn note_muted(&self, muted: bool) {
                self.inner.note_muted(muted);
            }
        }
    };
}
pub(crate) use publication_methods;

pub(crate) fn encryption_from_library(encryption: proto::EncryptionType) -> EncryptionType {
    match encryption {
        proto::EncryptionType::None => EncryptionType::None,
        proto::EncryptionType::Gcm => EncryptionType::Gcm,
        proto::EncryptionType::Custom => EncryptionType::Custom,
    }
}

fn frame_metadata_from_library(info: &proto::TrackPublicationInfo) -> Vec<PacketTrailerFeature> {
    info.frame_metadata_features()
        .map(|feature| match feature {
            proto::FrameMetadataFeature::FmfUserTimestamp => PacketTrailerFeature::PtfUserTimestamp,
            proto::FrameMetadataFeature::FmfFrameId => PacketTrailerFeature::PtfFrameId,
            proto::FrameMetadataFeature::FmfUserData => PacketTrailerFeature::PtfUserData,
        })
        .collect()
}
