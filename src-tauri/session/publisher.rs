//! Publishes the own tracks, one order after the other, so that nobody waits for LiveKit's answers.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use livekit::options::{TrackPublishOptions, VideoCodec, VideoEncoding};
use livekit::prelude::{LocalParticipant, LocalTrack, LocalTrackPublication, TrackSource};
use tokio::sync::mpsc;

use super::state::Device;

/// A screen's text wants bits, not frames.
const SCREEN_ENCODING: VideoEncoding = VideoEncoding { max_bitrate: 4_000_000, max_framerate: 15.0 };

/// How often it is tried to show attributes, and how long each time.
const SHOW_ATTEMPTS: u32 = 4;
const SHOW_TIMEOUT: Duration = Duration::from_secs(2);

/// What to do.
pub enum Order {
    /// Shows the others these attributes of oneself.
    Show(HashMap<String, String>),
    /// Publishes a device's track.
    Publish(Device, LocalTrack),
    /// Takes a device's track back.
    Unpublish(Device),
    /// Mutes or unmutes a device's track.
    Mute(Device, bool),
}

/// Takes orders until it is dropped.
pub struct Publisher(mpsc::UnboundedSender<Order>);

impl Publisher {
    /// Publishes for this participant; `failed` hears what LiveKit did not take.
    pub fn start(participant: LocalParticipant, failed: impl Fn(Device, String) + Send + Sync + 'static) -> Self {
        // Orders come from a person's clicks: few, and each must be done.
        let (orders, inbox) = mpsc::unbounded_channel();
        tokio::spawn(work(participant, inbox, failed));
        Self(orders)
    }

    /// Gives an order.
    pub fn order(&self, order: Order) {
        // A closed channel means that the room is gone; there is nothing to publish to.
        let _ = self.0.send(order);
    }
}

async fn work(
    participant: LocalParticipant,
    mut inbox: mpsc::UnboundedReceiver<Order>,
    failed: impl Fn(Device, String) + Send + Sync + 'static,
) {
    let mut published: HashMap<Device, LocalTrackPublication> = HashMap::new();
    let shown = Arc::new(AtomicU64::new(0));
    while let Some(order) = inbox.recv().await {
        match order {
            Order::Show(attributes) => {
                let number = shown.fetch_add(1, Ordering::Relaxed) + 1;
                // Tracks do not wait for it.
                tokio::spawn(show(participant.clone(), attributes, shown.clone(), number));
            }
            Order::Publish(device, track) => match participant.publish_track(track, options(device)).await {
                Ok(publication) => {
                    tracing::info!(?device, "published");
                    published.insert(device, publication);
                }
                Err(error) => {
                    tracing::warn!(?device, %error, "not published");
                    failed(device, error.to_string());
                }
            },
            Order::Unpublish(device) => {
                if let Some(publication) = published.remove(&device)
                    && let Err(error) = participant.unpublish_track(&publication.sid()).await
                {
                    tracing::warn!(?device, %error, "not unpublished");
                }
            }
            Order::Mute(device, muted) => {
                if let Some(publication) = published.get(&device) {
                    if muted { publication.mute() } else { publication.unmute() }
                }
            }
        }
    }
}

/// Shows the others these attributes, unless newer ones are to be shown meanwhile. The SDK overlooks LiveKit's answer at
/// times, and then it is said again.
async fn show(participant: LocalParticipant, attributes: HashMap<String, String>, shown: Arc<AtomicU64>, number: u64) {
    for _ in 0..SHOW_ATTEMPTS {
        if attributes.is_empty() || shown.load(Ordering::Relaxed) != number {
            return;
        }
        match tokio::time::timeout(SHOW_TIMEOUT, participant.set_attributes(attributes.clone())).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => tracing::debug!(%error, "attributes"),
            Err(_) => tracing::debug!("attributes: no answer in time"),
        }
    }
    tracing::warn!("the others may not see who is the host, or that one has the key");
}

fn options(device: Device) -> TrackPublishOptions {
    let defaults = TrackPublishOptions { video_codec: VideoCodec::VP8, ..TrackPublishOptions::default() };
    match device {
        Device::Microphone => TrackPublishOptions { source: TrackSource::Microphone, ..defaults },
        Device::Screen => TrackPublishOptions {
            source: TrackSource::Screenshare,
            simulcast: false,
            video_encoding: Some(SCREEN_ENCODING),
            ..defaults
        },
        Device::Camera | Device::Speaker => {
            TrackPublishOptions { source: TrackSource::Camera, simulcast: true, ..defaults }
        }
    }
}
