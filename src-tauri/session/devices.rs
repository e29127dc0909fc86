//! The devices of a session: which are wanted, how they are, and which tracks follow from it.

use std::sync::Arc;

use livekit::prelude::{LocalAudioTrack, LocalTrack, LocalVideoTrack, RtcAudioSource};
use livekit::webrtc::video_source::native::NativeVideoSource;
use livekit::webrtc::video_source::{RtcVideoSource, VideoResolution};

use super::last::Choices;
use super::publisher::Order;
use super::state::{Device, DeviceState, Level, TrackState};
use crate::media::camera::format;
use crate::media::thin::{SendLimit, Thinned};
use crate::media::{self, Apm, CameraFeed, DeviceChoice, MicrophoneFeed, ScreenFeed, Speaker, TestSource};
use crate::settings::ChosenDevices;
use crate::video::{Frames, TileId, TileSource};

/// Hears how a device is: which, of which start of it, and its state. Called on the device's thread.
pub type Report = Arc<dyn Fn(Device, u64, DeviceState) + Send + Sync>;

/// A device that publishes.
struct Slot<F> {
    feed: Option<F>,
    /// Counts the starts: what an earlier start still reports does not matter.
    start: u64,
    wanted: bool,
    state: DeviceState,
    track: Option<LocalTrack>,
    published: bool,
    muted: bool,
    /// It was published in the room before: it is again, muted or not.
    again: bool,
}

/// Ids of the devices to open; none: the system's default.
struct Chosen {
    camera: Option<String>,
    microphone: Option<String>,
}

/// The devices of one session. Dropping it closes all.
pub struct Devices {
    frames: Frames,
    identity: String,
    report: Report,
    apm: Apm,
    chosen: Chosen,
    limit: SendLimit,
    camera: Slot<CameraFeed>,
    microphone: Slot<MicrophoneFeed>,
    screen: Slot<ScreenFeed>,
    speaker: Speaker,
    speaker_state: DeviceState,
}

impl<F> Slot<F> {
    fn new() -> Self {
        Self {
            feed: None,
            start: 0,
            wanted: false,
            state: DeviceState::Off,
            track: None,
            published: false,
            muted: false,
            again: false,
        }
    }

    fn shown(&self) -> DeviceState {
        if self.wanted { self.state.clone() } else { DeviceState::Off }
    }

    fn running(&self) -> bool {
        self.wanted && matches!(self.state, DeviceState::On { .. })
    }

    /// As the others see it, or will as soon as it is published.
    fn track_state(&self) -> TrackState {
        match &self.state {
            DeviceState::On { .. } if self.wanted => TrackState::On,
            _ if self.published => TrackState::Muted,
            _ => TrackState::Off,
        }
    }

    /// What LiveKit must be told so that it has this device as it is.
    fn orders(&mut self, device: Device, orders: &mut Vec<Order>) {
        if self.published && self.track.is_none() {
            orders.push(Order::Unpublish(device));
            self.published = false;
            self.muted = false;
        }
        if !self.published
            && (self.running() || self.again)
            && let Some(track) = &self.track
        {
            orders.push(Order::Publish(device, track.clone()));
            self.published = true;
        }
        if self.published && self.muted == self.running() {
            self.muted = !self.running();
            orders.push(Order::Mute(device, self.muted));
        }
    }
}

impl<F> Slot<F> {
    /// For another room: the device goes on, its track is made anew.
    fn renew(&mut self) {
        self.again |= self.published;
        (self.published, self.muted) = (false, false);
        self.track = self.track.take().map(|track| match track {
            LocalTrack::Audio(track) => {
                LocalTrack::Audio(LocalAudioTrack::create_audio_track(&track.name(), track.rtc_source()))
            }
            LocalTrack::Video(track) => {
                LocalTrack::Video(LocalVideoTrack::create_video_track(&track.name(), track.rtc_source()))
            }
        });
    }

    /// What makes sure that LiveKit has it muted, or not.
    fn mute_again(&self, device: Device) -> Option<Order> {
        self.published.then_some(Order::Mute(device, self.muted))
    }
}

impl<F: Send + 'static> Slot<F> {
    /// A new start: its number, for its reports.
    fn begin(&mut self) -> u64 {
        self.start += 1;
        self.wanted = true;
        self.state = DeviceState::Starting;
        self.start
    }

    fn close(&mut self) {
        self.start += 1;
        self.wanted = false;
        self.again = false;
        self.state = DeviceState::Off;
        self.track = None;
        if let Some(feed) = self.feed.take() {
            // Closing a device takes its time; a click on "off" does not wait for it.
            tokio::task::spawn_blocking(move || drop(feed));
        }
    }
}

impl Devices {
    /// The speaker only; the others are switched on one by one. `identity` is whose the previews are, `chosen` what the
    /// person prefers.
    pub fn new(frames: Frames, identity: String, chosen: &ChosenDevices, report: Report) -> Self {
        let apm = Apm::new();
        let heard = report.clone();
        let id = |choice: &Option<DeviceChoice>| choice.as_ref().map(|choice| choice.id.clone());
        let speaker = Speaker::start(id(&chosen.speaker), apm.clone(), move |state| heard(Device::Speaker, 0, state));
        Self {
            frames,
            identity,
            report,
            apm,
            chosen: Chosen { camera: id(&chosen.camera), microphone: id(&chosen.microphone) },
            limit: SendLimit::default(),
            camera: Slot::new(),
            microphone: Slot::new(),
            screen: Slot::new(),
            speaker,
            speaker_state: DeviceState::Starting,
        }
    }

    /// How much of the camera is sent.
    pub fn camera_limit(&self) -> SendLimit {
        self.limit.clone()
    }

    /// Whose the previews are.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// Where the others' sound goes.
    pub fn speaker(&self) -> &Speaker {
        &self.speaker
    }

    /// Which of them are switched on, whether they work or not.
    pub fn choices(&self) -> Choices {
        Choices { camera: self.camera.wanted, microphone: self.microphone.wanted }
    }

    /// Whether this device is on, as the others see it.
    pub fn sends(&self, device: Device) -> bool {
        let (microphone, camera, screen) = self.track_states();
        let state = match device {
            Device::Microphone => microphone,
            Device::Camera => camera,
            Device::Screen => screen,
            Device::Speaker => return false,
        };
        state == TrackState::On
    }

    /// Switches a device; what comes of it is reported.
    pub fn switch(&mut self, device: Device, on: bool) {
        match (device, on) {
            (Device::Camera, true) if self.camera.feed.is_none() => self.start_camera(),
            (Device::Camera, false) => self.camera.close(),
            (Device::Screen, true) if self.screen.feed.is_none() => self.start_screen(),
            (Device::Screen, false) => self.screen.close(),
            (Device::Microphone, _) => {
                if let Some(feed) = &self.microphone.feed {
                    // At once; the track follows with the next order.
                    feed.set_muted(!on);
                    self.microphone.wanted = on;
                } else if on {
                    self.start_microphone();
                }
            }
            (Device::Camera | Device::Screen, true) | (Device::Speaker, _) => {}
        }
    }

    /// Goes over to another device; its track stays the same.
    pub fn choose(&mut self, device: Device, id: Option<String>) {
        match device {
            Device::Camera => {
                self.chosen.camera.clone_from(&id);
                self.camera.feed.iter().for_each(|feed| feed.choose(id.clone()));
            }
            Device::Microphone => {
                self.chosen.microphone.clone_from(&id);
                self.microphone.feed.iter().for_each(|feed| feed.choose(id.clone()));
            }
            Device::Speaker => self.speaker.choose(id),
            Device::Screen => {}
        }
    }

    fn start_camera(&mut self) {
        let size = if TestSource::from_env().is_some() { (640, 360) } else { (1280, 720) };
        let source = video_source(size, false);
        let (start, report) = (self.camera.begin(), self.report.clone());
        let sink = self.frames.sink(self.tile(TileSource::Camera));
        self.camera.track = Some(video_track("camera", &source));
        let output = Thinned::new(source, sink, self.limit.clone());
        self.camera.feed =
            Some(CameraFeed::start_into(self.chosen.camera.clone(), format::ALL, output, move |state| {
                report(Device::Camera, start, state)
            }));
    }

    fn start_screen(&mut self) {
        let source = video_source((1920, 1080), true);
        let (start, report) = (self.screen.begin(), self.report.clone());
        let sink = self.frames.sink(self.tile(TileSource::Screen));
        self.screen.track = Some(video_track("screen", &source));
        self.screen.feed = Some(ScreenFeed::start(source, sink, move |state| report(Device::Screen, start, state)));
    }

    fn start_microphone(&mut self) {
        let source = media::sound::audio_source();
        let (start, report) = (self.microphone.begin(), self.report.clone());
        let track = LocalAudioTrack::create_audio_track("microphone", RtcAudioSource::Native(source.clone()));
        self.microphone.track = Some(LocalTrack::Audio(track));
        let apm = self.apm.clone();
        self.microphone.feed = Some(MicrophoneFeed::start(self.chosen.microphone.clone(), source, apm, move |state| {
            report(Device::Microphone, start, state)
        }));
    }

    fn tile(&self, source: TileSource) -> TileId {
        TileId { identity: self.identity.clone(), source }
    }

    /// A device's report.
    pub fn reported(&mut self, device: Device, start: u64, state: DeviceState) {
        match device {
            Device::Camera if start == self.camera.start => self.camera.state = state,
            Device::Microphone if start == self.microphone.start => self.microphone.state = state,
            Device::Screen if start == self.screen.start => self.screen.state = state,
            Device::Speaker => self.speaker_state = state,
            Device::Camera | Device::Microphone | Device::Screen => {}
        }
    }

    /// LiveKit did not take a device's track.
    pub fn not_published(&mut self, device: Device, message: String) {
        let state = DeviceState::Failed { message };
        match device {
            Device::Camera => {
                self.camera.close();
                self.camera.published = false;
                (self.camera.wanted, self.camera.state) = (true, state);
            }
            Device::Screen => {
                self.screen.close();
                self.screen.published = false;
                (self.screen.wanted, self.screen.state) = (true, state);
            }
            Device::Microphone => {
                self.microphone.close();
                self.microphone.published = false;
                (self.microphone.wanted, self.microphone.state) = (true, state);
            }
            Device::Speaker => {}
        }
    }

    /// All devices, as the UI shows them.
    pub fn shown(&self) -> [(Device, DeviceState); 4] {
        [
            (Device::Camera, self.camera.shown()),
            (Device::Microphone, self.microphone.shown()),
            (Device::Screen, self.screen.shown()),
            (Device::Speaker, self.speaker_state.clone()),
        ]
    }

    /// The own microphone, camera and screen, as the others see them.
    pub fn track_states(&self) -> (TrackState, TrackState, TrackState) {
        let microphone = match self.microphone.track_state() {
            TrackState::Off if self.microphone.feed.is_some() && !self.microphone.wanted => TrackState::Muted,
            state => state,
        };
        (microphone, self.camera.track_state(), self.screen.track_state())
    }

    /// What LiveKit must be told so that it has the devices as they are.
    pub fn orders(&mut self) -> Vec<Order> {
        let mut orders = Vec::new();
        self.microphone.orders(Device::Microphone, &mut orders);
        self.camera.orders(Device::Camera, &mut orders);
        self.screen.orders(Device::Screen, &mut orders);
        orders
    }

    /// LiveKit did not take a device's track, for want of a connection: it is published once there is one.
    pub fn publish_later(&mut self, device: Device) {
        match device {
            Device::Camera => (self.camera.published, self.camera.again) = (false, true),
            Device::Microphone => (self.microphone.published, self.microphone.again) = (false, true),
            Device::Screen => (self.screen.published, self.screen.again) = (false, true),
            Device::Speaker => {}
        }
    }

    /// The room was let go of, and another will follow: the devices go on, nobody is heard.
    pub fn leave_room(&mut self) {
        self.speaker.remove_all();
        self.microphone.renew();
        self.camera.renew();
        self.screen.renew();
    }

    /// What makes sure that LiveKit has every track muted or not as it is, after the SDK restored the connection.
    pub fn mutes(&self) -> impl Iterator<Item = Order> {
        let orders = [
            self.microphone.mute_again(Device::Microphone),
            self.camera.mute_again(Device::Camera),
            self.screen.mute_again(Device::Screen),
        ];
        orders.into_iter().flatten()
    }

    /// How loud everybody is.
    pub fn levels(&self) -> Vec<Level> {
        let others = self.speaker.levels().into_iter().map(|(identity, level)| Level { identity, level });
        let own = self.microphone.feed.as_ref().filter(|_| self.microphone.wanted).map(MicrophoneFeed::level);
        let own = own.map(|level| Level { identity: self.identity.clone(), level });
        own.into_iter().chain(others).collect()
    }
}

fn video_source((width, height): (u32, u32), screen: bool) -> NativeVideoSource {
    NativeVideoSource::new(VideoResolution { width, height }, screen)
}

fn video_track(name: &str, source: &NativeVideoSource) -> LocalTrack {
    LocalTrack::Video(LocalVideoTrack::create_video_track(name, RtcVideoSource::Native(source.clone())))
}
