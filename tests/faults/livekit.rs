//! LiveKit is killed, and cannot be started again as it was: another program has taken its port, or it is gone.

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use donfra_testbed::{kill, livekit_server, within};

use crate::logs::{Logs, secrets_of_livekit};
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id, tile};

/// LiveKit moves to another port, which the clients learn from the session server: the session goes on.
#[tokio::test]
async fn livekits_port_is_taken_while_it_restarts() {
    let stage = Stage::set("fault_livekit_port").await;
    let start = Start { name: "ada", hue: 120., tone: 480, arguments: &["--name", "Ada"], x: 0 };
    let ada = Window::start(&stage, start).await;
    ada.click(&id("create-session")).await;
    ada.sees("[data-testid=session][data-phase=connected]").await;
    let session = ada.text(&id("session-id")).await;
    let livekit = ada.livekit_server().expect("the app runs LiveKit");
    let secrets = secrets_of_livekit(livekit);
    let port = port_of(livekit);
    kill(livekit);
    // It is started again after 200 ms.
    let taken =
        within(Duration::from_secs(5), "the port is taken", async || TcpListener::bind(("127.0.0.1", port)).ok()).await;
    let started = Instant::now();
    let other = within(Duration::from_secs(40), "LiveKit runs elsewhere", async || {
        ada.livekit_server().filter(|other| *other != livekit && port_of(*other) != port)
    })
    .await;
    println!("LiveKit runs on another port after {:?}", started.elapsed());
    within(Duration::from_secs(90), "the session goes on", async || ada.is_connected().await).await;
    println!("the session goes on after {:?}", started.elapsed());
    assert_eq!(ada.text(&id("session-id")).await, session);
    assert_eq!(ada.livekit_server(), Some(other));
    let me = ada.attribute("[data-testid=participant]", "data-identity").await;
    ada.shows_moving(&tile(&me, "camera"), ada.hue()).await;
    for what in ["LiveKit ended by itself", "LiveKit does not start again: tried on", "LiveKit runs again"] {
        Logs::say(&stage.folder, "ada", what, 1).await;
    }
    Logs::of(&stage.folder, "ada").are_clean(&secrets);
    drop(taken);
    ada.close().await;
}

/// The program is gone (an update that went wrong): that is said, once, and the app works again when it is back.
#[tokio::test]
async fn livekit_cannot_be_started_again() {
    let stage = Stage::set("fault_livekit_gone").await;
    let program = stage.folder.join("livekit-server");
    let put = || std::os::unix::fs::symlink(std::path::absolute(livekit_server()).unwrap(), &program).unwrap();
    put();
    let start = Start { name: "ada", hue: 120., tone: 480, arguments: &["--name", "Ada"], x: 0 };
    let ada = Window::start_with(&stage, start, |command| {
        command.env("LIVEKIT_SERVER", &program);
    })
    .await;
    ada.click(&id("create-session")).await;
    ada.sees("[data-testid=session][data-phase=connected]").await;
    std::fs::remove_file(&program).unwrap();
    kill(ada.livekit_server().expect("the app runs LiveKit"));
    ada.sees("[data-testid=session][data-phase=reconnecting]").await;
    within(Duration::from_secs(90), "it is given up", async || {
        ada.has("[data-testid=ended][data-reason=host_failed]").await.then_some(())
    })
    .await;
    stage.screen.save(&stage.folder.join("given-up.png"));
    for what in
        ["LiveKit ended by itself", "LiveKit does not start again: tried on", "LiveKit does not start again: given up"]
    {
        Logs::say(&stage.folder, "ada", what, 1).await;
    }
    // Why is looked for at once, and once.
    ada.sees("[data-testid=doctor-note] [data-testid=doctor-answer][data-cause=livekit_program_missing]").await;
    Logs::say(&stage.folder, "ada", "connection checked", 1).await;
    put();
    ada.click(&id("back-home")).await;
    ada.click(&id("create-session")).await;
    ada.sees("[data-testid=session][data-phase=connected]").await;
    Logs::of(&stage.folder, "ada").are_clean(&[]);
    ada.close().await;
}

/// The signalling port that an app's LiveKit server was told.
fn port_of(process: u32) -> u16 {
    let environment = std::fs::read(Path::new("/proc").join(process.to_string()).join("environ")).unwrap_or_default();
    let environment = String::from_utf8_lossy(&environment);
    let text = environment.split('\0').find_map(|line| line.strip_prefix("LIVEKIT_CONFIG=")).unwrap_or("{}");
    let configuration: serde_json::Value = serde_json::from_str(text).unwrap();
    configuration["port"].as_u64().unwrap_or(0) as u16
}
