//! An end-to-end encrypted session: who has the key sees and hears, who has not does neither and is told so.

use crate::python_peer;
use crate::support::servers::Servers;
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id, person, tile};

const ADA: u32 = 480;
const BOB: u32 = 960;

/// Seven words that no session of these tests has.
const WRONG: &str = "abandon abandon abandon abandon abandon abandon abandon";

#[tokio::test]
async fn only_who_has_the_key_gets_anything() {
    let stage = Stage::set("encryption").await;
    let servers = Servers::start(&stage.folder).await;
    let ada_is = ["--name", "Ada", "--api", &servers.api];
    let bob_is = ["--name", "Bob", "--api", &servers.api];
    let ada = Window::start(&stage, Start { name: "ada", hue: 120., tone: ADA, arguments: &ada_is, x: 0 }).await;
    ada.click(&id("encrypted-switch")).await;
    ada.sees("[data-testid=encrypted-switch][aria-checked=true]").await;
    let session = ada.create().await;
    ada.sees("[data-testid=encryption][data-whole=true]").await;
    ada.click(&id("open-invite")).await;
    let words = ada.text(&id("invite-key-words")).await;
    ada.click("[data-testid=invite-dialog] .icon-button").await;

    // The id alone lets nobody in, and says what is missing.
    let bob = Window::start(&stage, Start { name: "bob", hue: 240., tone: BOB, arguments: &bob_is, x: 1100 }).await;
    bob.join(&session).await;
    bob.sees("[data-testid=error][data-code=key_missing]").await;

    // Words heard wrong are noticed before anything is sent.
    bob.fill(&id("key-words-input"), "abandon ability able").await;
    bob.click(&id("join-session")).await;
    bob.sees("[data-testid=error][data-code=key_words_wrong]").await;

    // With them he is in: each sees and hears the other, and both see the same code.
    bob.fill(&id("key-words-input"), &words).await;
    bob.click(&id("join-session")).await;
    let ada_is = bob.attribute(&person("Ada"), "data-identity").await;
    let bob_is = ada.attribute(&person("Bob"), "data-identity").await;
    bob.shows_moving(&tile(&ada_is, "camera"), ada.hue()).await;
    ada.shows_moving(&tile(&bob_is, "camera"), bob.hue()).await;
    bob.hears(ADA).await;
    ada.hears(BOB).await;
    ada.click(&id("encryption")).await;
    bob.click(&id("encryption")).await;
    let code = ada.text(&id("encryption-code")).await;
    assert_eq!(bob.text(&id("encryption-code")).await, code);

    // A new key goes to who is there; pictures and sound go on.
    ada.click(&id("renew-key")).await;
    let renewed = async |window: &Window<'_>| {
        donfra_testbed::eventually("the code is another one", async || {
            (window.text(&id("encryption-code")).await != code).then_some(())
        })
        .await;
        window.text(&id("encryption-code")).await
    };
    let (a, b) = (renewed(&ada).await, renewed(&bob).await);
    assert_eq!(a, b);
    ada.click("[data-testid=encryption-dialog] .icon-button").await;
    bob.click("[data-testid=encryption-dialog] .icon-button").await;
    bob.shows_moving(&tile(&ada_is, "camera"), ada.hue()).await;
    ada.shows_moving(&tile(&bob_is, "camera"), bob.hue()).await;
    ada.sees("[data-testid=encryption][data-whole=true]").await;

    // Bob goes over to another key: he is told within seconds that it is not the host's, and Ada that his differs.
    let answer = bob.invoke("use_session_key", serde_json::json!({ "keyWords": WRONG })).await;
    assert!(answer.to_string().contains("key_words_wrong"), "words that do not belong together: {answer}");
    let answer = bob.invoke("use_session_key", serde_json::json!({ "keyWords": words })).await;
    assert!(answer.is_null(), "{answer}");
    bob.sees(&id("other-key")).await;
    ada.sees("[data-testid=encryption][data-whole=false]").await;
    bob.hears_no(ADA).await;

    // With the host's words all is well again.
    ada.click(&id("open-invite")).await;
    let words = ada.text(&id("invite-key-words")).await;
    ada.click("[data-testid=invite-dialog] .icon-button").await;
    bob.click(&id("enter-key")).await;
    bob.fill(&id("use-key-words"), &words).await;
    bob.click(&id("use-key")).await;
    bob.sees_no(&id("other-key")).await;
    bob.click("[data-testid=encryption-dialog] header .icon-button").await;
    bob.hears(ADA).await;
    ada.sees("[data-testid=encryption][data-whole=true]").await;

    // The key is in no log.
    for window in [&ada, &bob] {
        let log = window.log_text();
        let first = words.split(' ').take(2).collect::<Vec<_>>();
        assert!(!log.contains(&first.join("-")) && !log.contains(&first.join(" ")));
    }
    ada.close().await;
    bob.close().await;
}

#[tokio::test]
async fn a_peer_without_the_key_gets_nothing() {
    let stage = Stage::set("encryption_peer").await;
    let servers = Servers::start(&stage.folder).await;
    let ada_is = ["--name", "Ada", "--api", &servers.api];
    let ada = Window::start(&stage, Start { name: "ada", hue: 120., tone: ADA, arguments: &ada_is, x: 0 }).await;
    ada.click(&id("encrypted-switch")).await;
    ada.sees("[data-testid=encrypted-switch][aria-checked=true]").await;
    let session = ada.create().await;

    // It has a token like anybody else, and is in the room: as near to the media as the servers are.
    let peer = python_peer::join(&stage, &servers.api, &session, "Eve", (300., 1200));
    let log = stage.folder.join("peer.log");
    ada.sees(&person("Eve")).await;
    ada.sees("[data-testid=encryption][data-whole=false]").await;
    ada.click(&id("encryption")).await;
    assert!(ada.text(&id("unencrypted")).await.contains("Eve"), "who sends in the open is named");
    let mut reports = 0;
    while reports < 12 {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        let Some(received) = python_peer::last_line(&log) else { continue };
        reports += 1;
        let hue = received["hue"].as_f64().unwrap_or(-1000.) as f32;
        let green = (hue - ada.hue()).abs() < 25. && received["moving"] == true;
        let tone = received["hz"].as_f64().is_some_and(|hz| (hz - f64::from(ADA)).abs() <= 4.);
        let loud = received["level"].as_f64().unwrap_or_default() > 0.01;
        assert!(!(green || tone && loud), "it sees or hears Ada: {received}");
    }
    drop(peer);
    ada.sees("[data-testid=encryption][data-whole=true]").await;
    ada.close().await;
}
