//! Outages that are longer than the app tries, or that something else comes on top of.

use std::time::{Duration, Instant};

use donfra_testbed::{LinkSettings, Network, all_gone, descendants, kill, within};
use serde_json::json;

use crate::support::screen::share_changed;
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id, tile};
use crate::{ADA, RESTORED, World};

/// After so many seconds the app gives up here.
const GIVES_UP: &str = "6";

/// The page is on the screen a moment after it has changed.
const PAINTED: Duration = Duration::from_secs(1);

const MUTED: &str = "[data-testid=toggle-microphone][aria-pressed=false]";

const DOWN: LinkSettings =
    LinkSettings { loss: 0., delay: Duration::ZERO, rate: None, down: true, drop_udp: false, drop_tcp: false };

/// The network is gone until the app has given up, and comes back.
async fn until_given_up(world: &World<'_>, ada: &Window<'_>) {
    let started = Instant::now();
    world.network.set(DOWN);
    world.noticed(ada, "network gone", started).await;
    within(RESTORED, "the app gives up", async || {
        ada.has("[data-testid=ended][data-reason=connection_lost]").await.then_some(())
    })
    .await;
    println!("given up after {:.1} s", started.elapsed().as_secs_f32());
}

/// What was given up is gone back to with one click, from the page that says so and from home. Tokens live ten seconds
/// here: each time there is a new one.
#[tokio::test]
async fn one_can_go_back_after_the_limit() {
    let stage = Stage::set("after_the_limit").await;
    let network = Network::here();
    let limit = [("DONFRA_LIVE_TEST_GIVES_UP_S", GIVES_UP)];
    let (world, ada) = World::with_ada(&stage, &network, &[("TOKEN_TTL", "10")], &limit).await;
    let grace = world.peer("grace").await;
    world.all_is_well(&ada, &grace, "at first").await;
    ada.click(&id("toggle-microphone")).await;
    ada.sees(MUTED).await;

    until_given_up(&world, &ada).await;
    tokio::time::sleep(PAINTED).await;
    stage.screen.save(&stage.folder.join("ended.png"));
    network.set(LinkSettings::default());
    ada.click(&id("rejoin")).await;
    // As she was: muted, and the camera on.
    ada.sees(MUTED).await;
    ada.shows_moving(&tile(&grace.identity().await, "camera"), crate::peer::HUE).await;
    ada.sees("[data-testid=toggle-camera][aria-pressed=true]").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(grace.report().unwrap().level < 0.005, "a muted microphone is not heard");
    ada.click(&id("toggle-microphone")).await;
    world.all_is_well(&ada, &grace, "after Rejoin").await;

    // From home the same; and while there still is no network, it is said what is wrong.
    until_given_up(&world, &ada).await;
    ada.click(&id("back-home")).await;
    ada.sees("[data-testid=rejoin-offer][data-how=lost]").await;
    ada.click(&id("rejoin-last")).await;
    ada.sees(&id("error")).await;
    tokio::time::sleep(PAINTED).await;
    stage.screen.save(&stage.folder.join("rejoin-in-vain.png"));
    ada.sees(&id("rejoin-last")).await;
    network.set(LinkSettings::default());
    ada.click(&id("rejoin-last")).await;
    world.all_is_well(&ada, &grace, "after Rejoin from home").await;

    // The app is killed, muted: the next start leads back too.
    let arguments = ["--api", &world.sessions.api(), "--name", "Ada"];
    ada.click(&id("toggle-microphone")).await;
    ada.sees(MUTED).await;
    let all = descendants(ada.app());
    kill(ada.app());
    all_gone("the killed app leaves no process behind", &all).await;
    drop(ada);
    let start = Start { name: "ada", hue: 120., tone: ADA, arguments: &arguments, x: 0 };
    let again = Window::start(&stage, start).await;
    again.sees("[data-testid=rejoin-offer][data-how=crashed]").await;
    again.click(&id("rejoin-last")).await;
    again.sees(&id("session")).await;
    assert_eq!(again.text(&id("session-id")).await, world.session_id);
    again.sees(MUTED).await;
    again.shows_moving(&tile(&grace.identity().await, "camera"), crate::peer::HUE).await;
    again.click(&id("leave")).await;
    again.sees("[data-testid=ended][data-reason=left]").await;
    assert_eq!(again.invoke("last_session", json!({})).await, json!(null), "who left on purpose is not asked");
    again.click(&id("rejoin")).await;
    again.shows_moving(&tile(&grace.identity().await, "camera"), crate::peer::HUE).await;
    again.close().await;
}

/// The webview's process dies while the connection is lost: the page comes back and says so, and then that all is well.
/// (WebDriver's session is gone with it: what is seen is on the screen.)
#[tokio::test]
async fn the_page_comes_back_during_an_outage() {
    let stage = Stage::set("page_in_outage").await;
    let network = Network::here();
    let (world, ada) = World::with_ada(&stage, &network, &[], &[]).await;
    let grace = world.peer("grace").await;
    world.all_is_well(&ada, &grace, "at first").await;
    let picture = ada.area(&tile(&grace.identity().await, "camera")).await.unwrap();
    let started = Instant::now();
    network.set(DOWN);
    world.noticed(&ada, "network gone", started).await;
    let note = ada.area(&id("reconnecting")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let before = stage.screen.pixels(note);
    let web = ada.web_process().unwrap();
    kill(web);
    within(RESTORED, "another web process runs", async || ada.web_process().filter(|id| *id != web)).await;
    within(RESTORED, "the page says again that it reconnects", async || {
        (share_changed(&before, &stage.screen.pixels(note)) < 0.1).then_some(())
    })
    .await;
    stage.screen.save(&stage.folder.join("reconnecting.png"));
    network.set(LinkSettings::default());
    within(RESTORED, "the page says so no more", async || {
        (share_changed(&before, &stage.screen.pixels(note)) > 0.5).then_some(())
    })
    .await;
    stage.shows_moving(picture, crate::peer::HUE, "Grace's picture moves again").await;
    let frames = grace.report().unwrap().frames;
    within(RESTORED, "Grace sees Ada again", async || grace.report().filter(|report| report.frames > frames + 5)).await;
    stage.screen.save(&stage.folder.join("back.png"));
}
