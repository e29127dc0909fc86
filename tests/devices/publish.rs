//! What the app's own code captures from a camera of the User-Mode-Linux kernel, published to a LiveKit server outside,
//! over a tap network, and received there.

use std::collections::HashSet;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use donfra_live::media::CameraFeed;
use futures_util::StreamExt;
use livekit::options::TrackPublishOptions;
use livekit::prelude::*;
use livekit::webrtc::prelude::RtcVideoSource;
use livekit::webrtc::video_frame::{I420Buffer, VideoBuffer, VideoFrame};
use livekit::webrtc::video_source::VideoResolution;
use livekit::webrtc::video_source::native::NativeVideoSource;
use livekit::webrtc::video_stream::native::NativeVideoStream;
use livekit_api::access_token::{AccessToken, VideoGrants};
use tokio::time::timeout;

use crate::camera::Shot;

const TAP: &str = "donfra-test0";
/// A network for tests (RFC 2544), outside and inside.
const HOST: &str = "198.18.7.1";
const GUEST: &str = "198.18.7.2";
const KEY: &str = "devices";
const SECRET: &str = "only for tests on this machine, made up";
const ROOM: &str = "devices";
const PATIENCE: Duration = Duration::from_secs(60);

/// Ends a child when the test does.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The network interface that the kernel inside is tied to.
struct Tap;

impl Tap {
    fn create() -> Self {
        let _ = Command::new("ip").args(["link", "del", TAP]).stderr(Stdio::null()).status();
        ip(&["tuntap", "add", TAP, "mode", "tap"]);
        let tap = Self;
        ip(&["addr", "add", &format!("{HOST}/24"), "dev", TAP]);
        ip(&["link", "set", TAP, "up"]);
        tap
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["link", "del", TAP]).status();
    }
}

fn ip(arguments: &[&str]) {
    let done = Command::new("ip").args(arguments).status().unwrap().success();
    assert!(done, "ip {arguments:?}: a tap network needs root, or CAP_NET_ADMIN and /dev/net/tun");
}

fn token(identity: &str) -> String {
    let grants = VideoGrants { room_join: true, room: ROOM.into(), ..Default::default() };
    AccessToken::with_api_key(KEY, SECRET).with_identity(identity).with_grants(grants).to_jwt().unwrap()
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
#[ignore = "needs the test kernel and a LiveKit server: tests/devices/run"]
fn a_camera_is_seen_across_a_network() {
    let _tap = Tap::create();
    let (port, media) = (free_port(), free_port());
    let server = std::env::var("LIVEKIT_SERVER").unwrap_or_else(|_| "livekit-server".into());
    let config = format!(
        "port: {port}\nbind_addresses: [{HOST}]\nkeys: {{{KEY}: \"{SECRET}\"}}\nlogging: {{level: error}}\n\
         rtc: {{tcp_port: {}, udp_port: {media}, node_ip: {HOST}, use_external_ip: false}}\n",
        free_port(),
    );
    let server =
        Command::new(&server).args(["--config-body", &config]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let _server = Running(server.expect("LIVEKIT_SERVER names livekit-server"));
    let url = format!("ws://{HOST}:{port}");

    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let connect = async {
            loop {
                match Room::connect(&url, &token("outside"), RoomOptions::default()).await {
                    Ok(connected) => break connected,
                    Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
                }
            }
        };
        let (room, mut events) = timeout(PATIENCE, connect).await.expect("the server is up");

        let inside = format!(
            "ip addr add {GUEST}/24 dev vec0 && ip link set vec0 up && ip route add default via {HOST} && \
             exec {} --ignored --exact --nocapture publish::publish_from_inside",
            std::env::current_exe().unwrap().display()
        );
        let kernel = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/devices/uml/run-in-uml"))
            .arg(inside)
            .env("UML_ARGS", format!("vec0:transport=tap,ifname={TAP}"))
            .env("DONFRA_PUBLISH_URL", &url)
            .env("DONFRA_PUBLISH_TOKEN", token("inside"))
            .spawn();
        let mut kernel = kernel.unwrap();

        let track = timeout(PATIENCE, async {
            loop {
                let event = events.recv().await.expect("the room stays");
                if let RoomEvent::TrackSubscribed { track: RemoteTrack::Video(track), .. } = event {
                    break track;
                }
            }
        });
        let track = track.await.expect("the camera is published");
        let mut stream = NativeVideoStream::new(track.rtc_track());
        let (mut sums, mut good, mut sizes) = (HashSet::new(), 0, HashSet::new());
        let seen = timeout(PATIENCE, async {
            while good < 60 {
                let frame = stream.next().await.expect("the track goes on");
                let buffer: I420Buffer = frame.buffer.to_i420();
                sizes.insert((buffer.width(), buffer.height()));
                let shot = Shot::of(&VideoFrame::new(frame.rotation, buffer));
                // The first frames are coarse, or black.
                if shot.shows_bars() {
                    good += 1;
                    sums.insert(shot.sum);
                }
            }
        });
        let seen = seen.await;
        println!("{good} good pictures of the camera inside, {} different, sizes {sizes:?}", sums.len());
        seen.expect("the camera's colour bars arrive");
        assert!(sums.len() > 20, "the picture moves: {} of {good} differ", sums.len());

        // The publisher ends when it is alone.
        room.close().await.unwrap();
        let ended = tokio::task::spawn_blocking(move || kernel.wait());
        assert!(timeout(PATIENCE, ended).await.expect("the publisher ends").unwrap().unwrap().success());
    });
}

/// The part of the test before that runs inside: no test of its own.
#[test]
#[ignore = "needs the test kernel and a LiveKit server: tests/devices/run"]
fn publish_from_inside() {
    let Ok(url) = std::env::var("DONFRA_PUBLISH_URL") else { return };
    let token = std::env::var("DONFRA_PUBLISH_TOKEN").unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let (room, mut events) = Room::connect(&url, &token, RoomOptions::default()).await.unwrap();
        let source = NativeVideoSource::new(VideoResolution { width: 640, height: 360 }, false);
        let track = LocalVideoTrack::create_video_track("camera", RtcVideoSource::Native(source.clone()));
        let options = TrackPublishOptions { source: TrackSource::Camera, ..Default::default() };
        room.local_participant().publish_track(LocalTrack::Video(track), options).await.unwrap();
        let preview = |_: &VideoFrame<I420Buffer>| {};
        let _feed = CameraFeed::start(None, source, preview, |state| println!("inside: {state:?}"));
        timeout(2 * PATIENCE, async {
            while let Some(event) = events.recv().await {
                if matches!(event, RoomEvent::ParticipantDisconnected(_) | RoomEvent::Disconnected { .. }) {
                    break;
                }
            }
        })
        .await
        .expect("the receiver leaves");
        let _ = room.close().await;
    });
}
