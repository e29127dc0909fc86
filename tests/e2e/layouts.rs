//! Arranging the stage, and receiving only what is on it.

use donfra_testbed::{PATIENCE, within};
use serde_json::{Value, json};

use crate::python_peer;
use crate::support::guests;
use crate::support::servers::Servers;
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id, person, tile};

const PEER: (f32, u32) = (300., 1200);

/// Newest bit rate of the received pictures of somebody, kbit/s.
async fn received_kbps(window: &Window<'_>, identity: &str) -> Option<u64> {
    let statistics = window.invoke("statistics", json!({})).await;
    let tracks = statistics["tracks"].as_array()?;
    let of = |track: &&Value| {
        track["track"]["identity"] == identity
            && track["track"]["direction"] == "received"
            && track["track"]["source"] == "camera"
    };
    tracks.iter().find(of)?["points"].as_array()?.last()?["kbps"].as_u64()
}

#[tokio::test]
async fn a_picture_on_another_page_is_not_received() {
    let stage = Stage::set("pages").await;
    let servers = Servers::start(&stage.folder).await;
    let start = Start { name: "ada", hue: 120., tone: 480, arguments: &["--api", &servers.api, "--name", "Ada"], x: 0 };
    let ada = Window::start(&stage, start).await;
    let session = ada.create().await;
    let crowd = guests::join(&servers.api, &session, 30).await;
    ada.sees(&id("pager")).await;
    let peer = python_peer::join(&stage, &servers.api, &session, "Grace", PEER);

    // Who came last is on the last page: heard, not received, and there when one turns to it.
    let grace = ada.attribute(&person("Grace"), "data-identity").await;
    let picture = tile(&grace, "camera");
    ada.hears(PEER.1).await;
    assert!(!ada.has(&picture).await);
    within(PATIENCE, "no picture is received", async || (received_kbps(&ada, &grace).await? == 0).then_some(())).await;
    let pages: usize = ada.attribute(&id("pager"), "data-pages").await.parse().unwrap();
    for _ in 1..pages {
        ada.click(&id("next-page")).await;
    }
    ada.shows_moving(&picture, PEER.0).await;
    within(PATIENCE, "it is received", async || (received_kbps(&ada, &grace).await? > 0).then_some(())).await;

    // Back on the first page it ends again. The sound has not.
    ada.click(&id("previous-page")).await;
    ada.sees_no(&picture).await;
    within(PATIENCE, "it ends", async || (received_kbps(&ada, &grace).await? == 0).then_some(())).await;
    ada.hears(PEER.1).await;

    // Pinned it is large on every page; with the crowd gone there are no pages.
    ada.click(&id("next-page")).await;
    ada.click(&format!("{picture} [data-testid=pin]")).await;
    ada.sees(&format!("{picture}[data-big=true][data-pinned=true]")).await;
    ada.click(&id("previous-page")).await;
    ada.shows_moving(&picture, PEER.0).await;

    // In the list of a crowd one looks for somebody.
    ada.fill(&id("find-person"), "guest 17").await;
    ada.sees_no(&person("Grace")).await;
    ada.sees(&person("Guest 17")).await;
    ada.fill(&id("find-person"), "nobody").await;
    ada.sees(&id("nobody-found")).await;
    drop(crowd);
    ada.sees_no(&id("pager")).await;
    ada.sees(&person("Grace")).await;
    drop(peer);
    ada.close().await;
}

#[tokio::test]
async fn the_layout_is_chosen_and_kept() {
    let stage = Stage::set("layouts").await;
    let servers = Servers::start(&stage.folder).await;
    let ada_is = ["--name", "Ada", "--api", &servers.api];
    let bob_is = ["--name", "Bob", "--api", &servers.api];
    let ada = Window::start(&stage, Start { name: "ada", hue: 120., tone: 480, arguments: &ada_is, x: 0 }).await;
    let session = ada.create().await;
    let bob = Window::start(&stage, Start { name: "bob", hue: 240., tone: 960, arguments: &bob_is, x: 1100 }).await;
    bob.join(&session).await;
    let ada_is = bob.attribute(&person("Ada"), "data-identity").await;
    let bob_is = ada.attribute(&person("Bob"), "data-identity").await;
    let own = tile(&bob_is, "camera");
    bob.shows_moving(&own, bob.hue()).await;

    // The own picture out of the way, who speaks large.
    bob.click(&id("view-menu")).await;
    bob.click(&id("hide_self")).await;
    bob.sees_no(&own).await;
    bob.click(&id("view-menu")).await;
    bob.click(&id("layout-speaker")).await;
    bob.shows_moving(&format!("{}[data-big=true]", tile(&ada_is, "camera")), ada.hue()).await;

    // Ada's screen takes the big place; looked at closely it is drawn larger and stays in its tile.
    ada.click(&id("toggle-screen")).await;
    let screen = tile(&ada_is, "screen");
    bob.shows_moving(&format!("{screen}[data-big=true]"), ada.hue()).await;
    bob.run("document.querySelector('[data-testid=zoom-in]').click()").await;
    bob.run("document.querySelector('[data-testid=zoom-in]').click()").await;
    let wider = bob
        .run(&format!(
            "const tile = document.querySelector(\"{screen}\"); \
             return tile.querySelector('.picture').offsetWidth / tile.offsetWidth"
        ))
        .await;
    assert!(wider.as_f64().unwrap() > 2., "{wider}");
    bob.shows_moving(&screen, ada.hue()).await;
    bob.shows_moving(&tile(&ada_is, "camera"), ada.hue()).await;

    // It is there in the next session, too.
    bob.click(&id("leave")).await;
    bob.click("[data-testid=ended] [data-testid=back-home]").await;
    bob.join(&session).await;
    bob.sees(&person("Ada")).await;
    let again = ada.attribute(&person("Bob"), "data-identity").await;
    bob.shows_moving(&tile(&ada_is, "camera"), ada.hue()).await;
    assert!(!bob.has(&tile(&again, "camera")).await, "the own picture is out of the way still");
    let settings = bob.invoke("settings", json!({})).await;
    assert_eq!(
        settings["settings"]["layout"],
        json!({ "choice": "speaker", "hide_self": true, "hide_without_video": false })
    );
    ada.close().await;
    bob.close().await;
}
