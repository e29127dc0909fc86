//! A session goes on through everything that happens to its connection: a real window, real servers behind a link that
//! is cut, and a peer beside the servers. Times are printed; only generous bounds are asserted.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod outages;
mod peer;
#[path = "../e2e/support/mod.rs"]
#[allow(dead_code, reason = "the end-to-end tests use more of it")]
mod support;

use std::process::Command;
use std::time::{Duration, Instant};

use donfra_testbed::{LinkSettings, LiveKit, LiveKitConfig, Network, SessionServer, SessionServerConfig, within};
use livekit_api::services::room::RoomClient;
use peer::Peer;
use serde_json::json;
use support::stage::Stage;
use support::window::{Start, Window, id, person, tile};

/// Ada's tone, Hz.
const ADA: u32 = 480;

/// Within this the UI has to say that the connection is lost: two seconds, and what asking the page takes on a busy
/// machine.
const NOTICED: Duration = Duration::from_secs(5);

/// Within this everything has to be as before once the network is back.
const RESTORED: Duration = Duration::from_secs(30);

struct World<'a> {
    stage: &'a Stage,
    network: &'a Network,
    livekit: LiveKit,
    sessions: SessionServer,
    session_id: String,
}

#[tokio::test]
async fn a_session_goes_on() {
    let stage = Stage::set("staying_connected").await;
    let network = Network::here();
    let (mut world, ada) = World::with_ada(&stage, &network, &[], &[]).await;
    let arguments = ["--api", &world.sessions.api(), "--name", "Ada"];
    let grace = world.peer("grace").await;
    world.all_is_well(&ada, &grace, "at first").await;

    // The signal connection is blocked, media is not.
    let settings = LinkSettings { drop_tcp: true, ..LinkSettings::default() };
    for seconds in [7, 30] {
        let what = format!("TCP blocked {seconds} s");
        world.cut(&ada, &grace, &what, settings, seconds).await;
        world.all_is_well(&ada, &grace, &what).await;
        // The SDK makes sure of media for three seconds; nobody watches the signal connection meanwhile.
        tokio::time::sleep(Duration::from_secs(3)).await;
    }

    // Media is blocked, the signal connection is not. (First of all: after an outage media may come over TCP.)
    let settings = LinkSettings { drop_udp: true, ..LinkSettings::default() };
    world.cut(&ada, &grace, "UDP blocked", settings, 15).await;
    world.all_is_well(&ada, &grace, "UDP blocked").await;

    // The network is gone for a while, with the microphone off.
    for (seconds, muted) in [(1, false), (10, true), (60, false)] {
        if muted {
            ada.click(&id("toggle-microphone")).await;
        }
        let what = format!("network gone {seconds} s");
        world.cut(&ada, &grace, &what, LinkSettings { down: true, ..LinkSettings::default() }, seconds).await;
        if muted {
            assert!(ada.has("[data-testid=toggle-microphone][aria-pressed=false]").await, "still muted");
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert!(grace.report().unwrap().level < 0.005, "a muted microphone is not heard");
            ada.click(&id("toggle-microphone")).await;
        }
        world.all_is_well(&ada, &grace, &what).await;
    }

    // The address changes, as from Wi-Fi to cable.
    world.change_address();
    let started = Instant::now();
    world.restored(&ada, &grace, "address changed", started).await;
    world.all_is_well(&ada, &grace, "address changed").await;

    // The app stands still, as in a computer that sleeps.
    stop(ada.app(), "STOP");
    tokio::time::sleep(Duration::from_secs(25)).await;
    stop(ada.app(), "CONT");
    let started = Instant::now();
    world.restored(&ada, &grace, "asleep 25 s", started).await;
    world.all_is_well(&ada, &grace, "asleep 25 s").await;

    // LiveKit crashes and comes back, without its rooms.
    let gone = grace.identity().await;
    drop(grace);
    let started = Instant::now();
    world.livekit.kill();
    world.noticed(&ada, "LiveKit killed", started).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    world.livekit.start_again().await;
    let started = Instant::now();
    within(RESTORED, "Ada is back after LiveKit", async || ada.is_connected().await).await;
    println!("LiveKit killed: connected {:.1} s after it runs again", started.elapsed().as_secs_f32());
    let grace = world.peer("grace2").await;
    world.all_is_well(&ada, &grace, "LiveKit killed").await;
    // Who did not come back is kept for a moment only.
    ada.sees_no(&format!("[data-testid=participant][data-identity='{gone}']")).await;

    // The session server is gone: the call goes on, also over an outage.
    world.sessions.kill();
    world.cut(&ada, &grace, "no session server", LinkSettings { down: true, ..LinkSettings::default() }, 10).await;
    world.all_is_well(&ada, &grace, "no session server").await;

    // The app is killed: the next start offers the session.
    let app = ada.app();
    donfra_testbed::kill(app);
    drop(ada);
    drop(grace);
    let again = Window::start(&stage, Start { name: "ada", hue: 120., tone: ADA, arguments: &arguments, x: 0 }).await;
    again.sees(&id("home")).await;
    let last = again.invoke("last_session", json!({})).await;
    assert_eq!(last["session_id"], world.session_id, "{last}");
    assert_eq!(last["how"], "crashed");
    again.close().await;
}

impl<'a> World<'a> {
    /// Servers on the far side, and Ada on the near one, as the host of a session. `session_server` and `app` are added
    /// to their environments.
    async fn with_ada(
        stage: &'a Stage,
        network: &'a Network,
        session_server: &[(&str, &str)],
        app: &[(&str, &str)],
    ) -> (World<'a>, Window<'a>) {
        let namespace = Some(network.far().clone());
        let config = LiveKitConfig { bind: network.far_ip(), namespace, ..LiveKitConfig::default() };
        let livekit = LiveKit::start(&stage.folder, config).await;
        let mut config = SessionServerConfig::of(&livekit);
        config.env = session_server.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let sessions = SessionServer::start(&stage.folder, config).await;
        let arguments = ["--api", &sessions.api(), "--name", "Ada"];
        let start = Start { name: "ada", hue: 120., tone: ADA, arguments: &arguments, x: 0 };
        let ada = Window::start_with(stage, start, |command| {
            command.envs(app.iter().copied());
        })
        .await;
        let session_id = ada.create().await;
        (World { stage, network, livekit, sessions, session_id }, ada)
    }

    /// A peer with a token of the session server's.
    async fn peer(&self, name: &str) -> Peer {
        let joined = support::api::join(&self.sessions.api(), &self.session_id, "Grace").await;
        let token = joined["access_token"].as_str().unwrap_or_else(|| panic!("{joined}"));
        Peer::start(self.network.far(), &self.stage.folder, name, &self.livekit.url(), token, ADA)
    }

    /// Cuts the link for some seconds: the UI says so, keeps the picture, and comes back by itself.
    async fn cut(&self, ada: &Window<'_>, grace: &Peer, what: &str, settings: LinkSettings, seconds: u64) {
        let grace_is = grace.identity().await;
        let picture = tile(&grace_is, "camera");
        let started = Instant::now();
        self.network.set(settings);
        if seconds > 3 {
            self.noticed(ada, what, started).await;
        }
        while started.elapsed() < Duration::from_secs(seconds) {
            assert!(ada.has(&format!("{picture}[data-visible=true]")).await, "{what}: the last picture stays");
            assert!(ada.has(&id("session")).await, "{what}: home does not flicker up");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        // Where only one way is blocked, the other is taken while it lasts.
        if settings.down || settings.drop_tcp {
            self.network.set(LinkSettings::default());
        }
        self.restored(ada, grace, what, Instant::now()).await;
        self.network.set(LinkSettings::default());
    }

    async fn noticed(&self, ada: &Window<'_>, what: &str, started: Instant) {
        within(Duration::from_secs(10), &format!("{what}: the UI says so"), async || {
            ada.has("[data-testid=session][data-phase=reconnecting]").await.then_some(())
        })
        .await;
        let after = started.elapsed();
        println!("{what}: noticed after {:.1} s", after.as_secs_f32());
        assert!(after < NOTICED, "{what}: noticed after {after:?}");
    }

    /// Waits until the window is connected and the peer's picture moves again.
    async fn restored(&self, ada: &Window<'_>, grace: &Peer, what: &str, started: Instant) {
        within(RESTORED, &format!("{what}: connected again"), async || ada.is_connected().await).await;
        let connected = started.elapsed().as_secs_f32();
        let before = grace.report().map_or(0, |report| report.frames);
        within(RESTORED, &format!("{what}: the peer sees Ada again"), async || {
            grace.report().filter(|report| report.frames > before + 5)
        })
        .await;
        let seen = started.elapsed().as_secs_f32();
        println!("{what}: connected {connected:.1} s after it is over, seen by the peer after {seen:.1} s");
    }

    /// Both see and hear each other, and nobody is there twice.
    async fn all_is_well(&self, ada: &Window<'_>, grace: &Peer, what: &str) {
        println!("all is well? {what}");
        within(RESTORED, &format!("{what}: connected"), async || ada.is_connected().await).await;
        let grace_is = grace.identity().await;
        ada.shows_moving(&tile(&grace_is, "camera"), peer::HUE).await;
        ada.hears(peer::TONE).await;
        within(RESTORED, &format!("{what}: the peer hears Ada"), async || {
            grace.report().filter(|report| report.level > 0.02)
        })
        .await;
        assert_eq!(ada.attribute(&person("Ada"), "data-role").await, "host");
        let client = RoomClient::with_api_key(&self.livekit.http(), self.livekit.key(), self.livekit.secret());
        within(RESTORED, &format!("{what}: nobody is there twice"), async || {
            let mut people = client.list_participants(&self.session_id).await.ok()?;
            people.sort_by_key(|person| person.name.clone());
            let names: Vec<_> = people.iter().map(|person| person.name.as_str()).collect();
            (names == ["Ada", "Grace"]).then_some(())
        })
        .await;
        let report = grace.report().unwrap();
        assert!(report.people.values().filter(|name| *name == "Ada").count() == 1, "{what}: {report:?}");
    }

    /// The near side gets another address, and loses the one it had.
    fn change_address(&self) {
        let std::net::IpAddr::V4(near) = self.network.near_ip() else { unreachable!("it is IPv4") };
        let far = self.network.far_ip().to_string();
        let [a, b, c, d] = near.octets();
        let other = format!("{a}.{b}.{c}.{}", d + 2);
        self.network.far().ip(&["route", "add", &other, "dev", "link0"]);
        let device = device_of(&near.to_string());
        let ip = |arguments: &[&str]| assert!(Command::new("ip").args(arguments).status().unwrap().success());
        // One of the same peer that is added first would go along with the old one.
        ip(&["addr", "del", &near.to_string(), "peer", &far, "dev", &device]);
        ip(&["addr", "add", &other, "peer", &far, "dev", &device]);
    }
}

/// The network device that has this address.
fn device_of(address: &str) -> String {
    let output = Command::new("ip").args(["-o", "addr", "show"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find(|line| line.contains(&format!(" {address} "))).expect("a device has it");
    line.split_whitespace().nth(1).unwrap().to_owned()
}

fn stop(process: u32, signal: &str) {
    assert!(Command::new("kill").args([&format!("-{signal}"), &process.to_string()]).status().unwrap().success());
}
