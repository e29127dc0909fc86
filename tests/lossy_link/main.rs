//! A session over a bad link: packets lost, late, too many. Sound goes on, pictures become less and come back.
//!
//! Two people, each in a process of its own without a window, the app's own session with the test source for devices.
//! Ada is behind an emulated link, Bob beside the servers. What they measure is read from their `--stats` files, what
//! they hear from the recordings of their playout. Logs and figures are kept in `target/lossy_link/`.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod figures;
mod participant;

use std::path::{Path, PathBuf};
use std::time::Duration;

use donfra_testbed::{LinkSettings, LiveKit, LiveKitConfig, Network, SessionServer, SessionServerConfig};
use participant::Person;

/// How long the link is bad.
const BAD: Duration = Duration::from_secs(16);

/// Within this after the link is well again, all is as it was.
const RECOVERY: Duration = Duration::from_secs(10);

/// A link, and what must be got through it.
struct World {
    name: &'static str,
    link: LinkSettings,
    /// Least share of the time in which the other is heard.
    heard: f32,
    /// Longest time in which the other is not heard, s.
    gap: f32,
    /// Whether the app has to send or receive less.
    less: bool,
}

fn worlds() -> [World; 4] {
    let link = LinkSettings::default();
    [
        World { name: "5 % loss", link: LinkSettings { loss: 0.05, ..link }, heard: 0.8, gap: 1.5, less: false },
        World { name: "20 % loss", link: LinkSettings { loss: 0.2, ..link }, heard: 0.5, gap: 2.5, less: true },
        World {
            name: "300 ms each way",
            link: LinkSettings { delay: Duration::from_millis(300), ..link },
            heard: 0.8,
            gap: 2.0,
            less: false,
        },
        World {
            name: "300 kbit/s",
            link: LinkSettings { rate: Some(300_000), ..link },
            heard: 0.6,
            gap: 3.0,
            less: false,
        },
    ]
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("lossy_link");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_goes_on_and_pictures_come_back() {
    let folder = folder();
    let network = Network::between();
    let far = network.far_ip();
    // As the app's own host has it.
    let extra_rtc = ", congestion_control: { enabled: true, use_send_side_bwe: true }".into();
    let config = LiveKitConfig {
        bind: far,
        node_ip: Some(far),
        namespace: Some(network.far().clone()),
        extra_rtc,
        ..Default::default()
    };
    let livekit = LiveKit::start(&folder, config).await;
    let server = SessionServer::start(&folder, SessionServerConfig::of(&livekit)).await;

    let bob = Person::create(network.far(), &folder.join("bob"), "Bob", 960, &server.api()).await;
    let session = bob.session_id().await;
    let near = network.near().expect("there is a namespace on either side").clone();
    let ada = Person::join(&near, &folder.join("ada"), "Ada", 480, &server.api(), &session).await;
    for (person, other) in [(&ada, 960), (&bob, 480)] {
        person.hears(other).await;
        person.sees_well().await;
    }

    let mut failures = Vec::new();
    for world in worlds() {
        let starts = [ada.heard_until(), bob.heard_until()];
        let lines = [ada.lines().len(), bob.lines().len()];
        network.set(world.link);
        tokio::time::sleep(BAD).await;
        network.set(LinkSettings::default());
        let ends = [ada.heard_until(), bob.heard_until()];
        tokio::time::sleep(RECOVERY).await;

        for (index, (person, tone)) in [(&ada, 960), (&bob, 480)].into_iter().enumerate() {
            let sound = figures::sound(&person.playout(), tone as f32, starts[index]..ends[index]);
            let all = person.lines();
            let during = &all[lines[index]..];
            let seen = figures::pictures(during, BAD);
            let who = person.name;
            println!(
                "{}: {who} hears {:.0} %, longest gap {:.1} s; {seen}",
                world.name,
                sound.heard * 100.0,
                sound.gap
            );
            let mut check = |fine: bool, what: &str| {
                if !fine {
                    failures.push(format!("{}: {who} {what}", world.name));
                }
            };
            check(sound.heard >= world.heard, "hears too little");
            check(sound.gap <= world.gap, "hears nothing for too long");
            check(seen.last_fps >= 10.0, "has no picture after the link is well");
            check(seen.last_height >= 360, "has a smaller picture after the link is well");
            if world.less && index == 0 {
                check(seen.measured, "does nothing about it");
                check(seen.blamed_own, "does not blame the own connection");
                check(!seen.last_measured, "still does something about it when the link is well");
            }
        }
    }
    assert!(failures.is_empty(), "{}\nlogs: {}", failures.join("\n"), folder.display());
}
