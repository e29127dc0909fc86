//! This computer as the host, and what happens when parts of it die.

use donfra_testbed::{PATIENCE, all_gone, descendants, kill, runs, within};
use serde_json::json;

use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id, person, tile};

/// Selector of what says that somebody's device is off: "Microphone off".
fn off(name: &str, device: &str) -> String {
    format!("{} [aria-label='{device} off']", person(name))
}

/// Nothing but the app itself; LiveKit and the session server are its own.
#[tokio::test]
async fn a_session_survives_what_it_stands_on() {
    let stage = Stage::set("this_computer").await;
    let ada =
        Window::start(&stage, Start { name: "ada", hue: 120., tone: 480, arguments: &["--name", "Ada"], x: 0 }).await;
    ada.sees(&id("home")).await;
    assert!(ada.livekit_server().is_none(), "nothing is started before it is needed");
    let session_id = ada.create().await;
    let api = ada.hosted_api().await;

    // A second app on this computer joins from the command line.
    let arguments = ["join", &session_id, "--name", "Bob", "--api", &api];
    let bob = Window::start(&stage, Start { name: "bob", hue: 240., tone: 960, arguments: &arguments, x: 1100 }).await;
    let bob_is = ada.attribute(&person("Bob"), "data-identity").await;
    let ada_is = bob.attribute(&person("Ada"), "data-identity").await;
    ada.shows_moving(&tile(&bob_is, "camera"), bob.hue()).await;
    bob.shows_moving(&tile(&ada_is, "camera"), ada.hue()).await;

    // LiveKit dies: another takes its place, and both are back in the session, as they were.
    bob.click(&id("toggle-microphone")).await;
    ada.click(&id("toggle-camera")).await;
    ada.sees(&off("Bob", "Microphone")).await;
    bob.sees(&off("Ada", "Camera")).await;
    let first = ada.livekit_server().expect("the app runs LiveKit");
    kill(first);
    within(PATIENCE, "LiveKit is started again", async || ada.livekit_server().filter(|id| *id != first)).await;
    within(2 * PATIENCE, "Ada's session goes on", async || ada.is_connected().await).await;
    within(2 * PATIENCE, "Bob's session goes on", async || bob.is_connected().await).await;
    ada.sees(&person("Bob")).await;
    assert_eq!(ada.text(&id("session-id")).await, session_id);
    for window in [&ada, &bob] {
        window.sees(&off("Bob", "Microphone")).await;
        window.sees(&off("Ada", "Camera")).await;
        assert_eq!(window.attribute(&person("Ada"), "data-role").await, "host");
        assert_eq!(window.attribute(&person("Bob"), "data-role").await, "viewer");
        within(PATIENCE, "everybody is there once", async || {
            let count = "return document.querySelectorAll('[data-testid=participant]').length";
            (window.run(count).await == json!(2)).then_some(())
        })
        .await;
    }
    ada.hears_no(960).await;
    let bob_is = ada.attribute(&person("Bob"), "data-identity").await;
    ada.shows_moving(&tile(&bob_is, "camera"), bob.hue()).await;
    let ada_is = bob.attribute(&person("Ada"), "data-identity").await;
    bob.shows_no(&tile(&ada_is, "camera"), ada.hue()).await;
    bob.click(&id("toggle-microphone")).await;
    ada.click(&id("toggle-camera")).await;
    ada.hears(960).await;
    bob.shows_moving(&tile(&ada_is, "camera"), ada.hue()).await;
    bob.hears(480).await;

    // Ada's web process dies: the page comes back, Bob notices nothing. (WebDriver's session is gone with it, so the
    // proof is on the screen: Bob's picture is back at Ada's.)
    let area = ada.area(&tile(&bob_is, "camera")).await.expect("the tile has a place");
    let web = ada.web_process().expect("the webview has a process");
    kill(web);
    within(PATIENCE, "another web process runs", async || ada.web_process().filter(|id| *id != web)).await;
    stage.shows_moving(area, bob.hue(), "Bob's picture at Ada's after her page came back").await;
    bob.hears(480).await;
    assert!(bob.has(&person("Ada")).await);

    // Ada's app is killed outright: nothing of hers runs on, and Bob is told.
    let (app, all) = (ada.app(), descendants(ada.app()));
    assert!(runs(app) && all.len() >= 3, "{all:?}");
    kill(app);
    all_gone("the killed app leaves no process behind", &all).await;
    bob.sees(&id("reconnecting")).await;
    drop(ada);
    bob.close().await;
}

/// Closing the window ends everything that it had started.
#[tokio::test]
async fn a_closed_window_leaves_nothing_running() {
    let stage = Stage::set("closed_window").await;
    let ada =
        Window::start(&stage, Start { name: "ada", hue: 120., tone: 480, arguments: &["--name", "Ada"], x: 0 }).await;
    ada.click(&id("create-session")).await;
    ada.sees(&id("session-id")).await;
    let all = descendants(ada.app());
    assert!(ada.livekit_server().is_some_and(|id| all.contains(&id)));
    stage.screen.close(ada.window().await);
    all_gone("the closed app leaves no process behind", &all).await;
}
