//! A window and a peer that is not ours: LiveKit's Python package publishes and receives.

use donfra_testbed::{PATIENCE, Process, tool, within};

use crate::support::servers::Servers;
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, person, tile};
use serde_json::Value;
use std::path::Path;

/// Hue (degrees) of the peer's picture, and its tone (Hz).
const PEER: (f32, u32) = (300., 1200);

#[tokio::test]
async fn a_python_participant_sees_and_is_seen() {
    let stage = Stage::set("python_peer").await;
    let servers = Servers::start(&stage.folder).await;
    let start = Start { name: "ada", hue: 120., tone: 480, arguments: &["--api", &servers.api, "--name", "Ada"], x: 0 };
    let ada = Window::start(&stage, start).await;
    let session_id = ada.create().await;

    let peer = join(&stage, &servers.api, &session_id, "Grace", PEER);

    let grace = ada.attribute(&person("Grace"), "data-identity").await;
    ada.shows_moving(&tile(&grace, "camera"), PEER.0).await;
    ada.hears(PEER.1).await;
    let log = stage.folder.join("peer.log");
    within(PATIENCE, "the peer receives the app's moving picture and its tone", async || {
        let received = last_line(&log)?;
        let hue = received["hue"].as_f64()? as f32;
        let hz = received["hz"].as_f64()?;
        let enough = received["frames"].as_u64()? > 10 && received["level"].as_f64()? > 0.01;
        (enough && received["moving"] == true && (hue - ada.hue()).abs() < 25. && (hz - 480.).abs() <= 4.).then_some(())
    })
    .await;

    // It ends for the peer, too.
    ada.end_for_everyone().await;
    within(PATIENCE, "the peer is disconnected", async || (last_line(&log)?["disconnected"] == true).then_some(()))
        .await;
    drop(peer);
    ada.close().await;
}

/// Lets a peer join that publishes a picture of this hue (degrees) and a tone (Hz). It reports to `peer.log`.
pub fn join(stage: &Stage, api: &str, session: &str, name: &str, (hue, tone): (f32, u32)) -> Process {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = tool("DONFRA_LIVE_TEST_PYTHON", root.join("target/setup/python/bin/python3"));
    Process::start(&python, &stage.folder, "peer", |command| {
        command.arg(root.join("tests/e2e/peer/peer.py"));
        command.args([api, session, name, &hue.to_string(), &tone.to_string()]);
    })
}

/// The newest whole report of the peer.
pub fn last_line(log: &Path) -> Option<Value> {
    let text = std::fs::read_to_string(log).ok()?;
    text.lines().rev().find_map(|line| serde_json::from_str(line).ok())
}
