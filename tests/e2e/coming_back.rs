//! The way back into a session that its host's computer hosts, after the app there was killed.

use std::time::Duration;

use donfra_testbed::{PATIENCE, all_gone, descendants, kill, within};
use serde_json::json;

use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id, person, tile};

/// Bob's own connection is given up by the SDK only after some fifty seconds, and is then made anew.
const BACK: Duration = Duration::from_secs(110);

async fn ada(stage: &Stage) -> Window<'_> {
    Window::start(stage, Start { name: "ada", hue: 120., tone: 480, arguments: &["--name", "Ada"], x: 0 }).await
}

#[tokio::test]
async fn a_host_comes_back_after_a_crash() {
    let stage = Stage::set("coming_back").await;
    let first = ada(&stage).await;
    let session_id = first.create().await;
    let title = first.text("header h1").await;
    let api = first.hosted_api().await;
    let arguments = ["join", &session_id, "--name", "Bob", "--api", &api];
    let bob = Window::start(&stage, Start { name: "bob", hue: 240., tone: 960, arguments: &arguments, x: 1100 }).await;
    let bob_is = bob.attribute(&person("Bob"), "data-identity").await;
    first.shows_moving(&tile(&bob_is, "camera"), bob.hue()).await;

    let (app, all) = (first.app(), descendants(first.app()));
    kill(app);
    all_gone("the killed app leaves no process behind", &all).await;
    drop(first);
    bob.sees(&id("reconnecting")).await;

    // Home offers the session, and leads back into it, as its host.
    let again = ada(&stage).await;
    again.sees("[data-testid=rejoin-offer][data-how=crashed]").await;
    again.click(&id("rejoin-last")).await;
    again.sees(&id("session")).await;
    assert_eq!(again.text(&id("session-id")).await, session_id);
    within(PATIENCE, "the title is there again", async || (again.text("header h1").await == title).then_some(())).await;
    assert_eq!(again.attribute(&person("Ada"), "data-role").await, "host");
    assert_eq!(again.hosted_api().await, api, "the address that others were given still leads here");
    assert!(again.livekit_server().is_some());
    let ada_is = again.attribute(&person("Ada"), "data-identity").await;
    again.shows_moving(&tile(&ada_is, "camera"), again.hue()).await;

    // Bob needs no click, and nobody is there twice.
    within(BACK, "Bob is back", async || {
        (bob.is_connected().await.is_some() && bob.has(&person("Ada")).await).then_some(())
    })
    .await;
    let bob_is = again.attribute(&person("Bob"), "data-identity").await;
    again.shows_moving(&tile(&bob_is, "camera"), bob.hue()).await;
    again.hears(960).await;
    bob.shows_moving(&tile(&ada_is, "camera"), again.hue()).await;
    bob.hears(480).await;
    for window in [&again, &bob] {
        within(PATIENCE, "everybody is there once", async || {
            let count = "return document.querySelectorAll('[data-testid=participant]').length";
            (window.run(count).await == json!(2)).then_some(())
        })
        .await;
    }
    assert_eq!(bob.attribute(&person("Ada"), "data-role").await, "host");

    // She is the host for the session server too.
    again.end_for_everyone().await;
    bob.sees("[data-testid=ended][data-reason=ended_by_host]").await;
    // What was ended is not offered by the next start.
    again.click(&id("back-home")).await;
    again.sees(&id("home")).await;
    assert_eq!(again.invoke("last_session", json!({})).await, json!(null));
    again.close().await;
}
