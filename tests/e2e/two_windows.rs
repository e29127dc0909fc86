//! Two people, two windows: the whole of a session.

use crate::support::servers::Servers;
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id, person, tile};

/// Tones of the two, Hz.
const ADA: u32 = 480;
const BOB: u32 = 960;

#[tokio::test]
async fn two_people_see_and_hear_each_other() {
    let stage = Stage::set("two_windows").await;
    let servers = Servers::start(&stage.folder).await;
    let api = ["--api", &servers.api];
    let ada = Window::start(&stage, Start { name: "ada", hue: 120., tone: ADA, arguments: &api, x: 0 }).await;
    let bob = Window::start(&stage, Start { name: "bob", hue: 240., tone: BOB, arguments: &api, x: 1100 }).await;

    // Ada creates, Bob joins by the id from Ada's window, with words around it.
    ada.fill(&id("title-input"), "Rehearsal").await;
    ada.fill(&id("name-input"), "Ada").await;
    ada.click(&id("create-session")).await;
    ada.sees(&id("session")).await;
    let session_id = ada.text(&id("session-id")).await;
    uuid::Uuid::parse_str(&session_id).expect("the session's id is shown");
    bob.fill(&id("session-id-input"), &format!("Come to {session_id}, now!")).await;
    bob.fill(&id("name-input"), "Bob").await;
    bob.click(&id("join-session")).await;
    bob.sees(&id("session")).await;
    assert_eq!(bob.text(&id("session-id")).await, session_id);

    // Roles, and who is there.
    assert_eq!(ada.attribute(&person("Ada"), "data-role").await, "host");
    assert_eq!(ada.attribute(&person("Bob"), "data-role").await, "viewer");
    let ada_is = bob.attribute(&person("Ada"), "data-identity").await;
    let bob_is = ada.attribute(&person("Bob"), "data-identity").await;
    assert!(!bob.has(&id("end-session")).await, "only a host may end it for everyone");

    // Each sees the own picture and the other's, moving, and hears the other's tone and not the own.
    ada.shows_moving(&tile(&ada_is, "camera"), ada.hue()).await;
    ada.shows_moving(&tile(&bob_is, "camera"), bob.hue()).await;
    bob.shows_moving(&tile(&ada_is, "camera"), ada.hue()).await;
    bob.shows_moving(&tile(&bob_is, "camera"), bob.hue()).await;
    ada.hears(BOB).await;
    bob.hears(ADA).await;
    ada.hears_no(ADA).await;

    // Muted, and heard again.
    ada.click(&id("toggle-microphone")).await;
    bob.hears_no(ADA).await;
    ada.click(&id("toggle-microphone")).await;
    bob.hears(ADA).await;

    // Camera off, and on again.
    bob.click(&id("toggle-camera")).await;
    ada.shows_no(&tile(&bob_is, "camera"), bob.hue()).await;
    bob.click(&id("toggle-camera")).await;
    ada.shows_moving(&tile(&bob_is, "camera"), bob.hue()).await;

    // The screen, beside the camera.
    bob.click(&id("toggle-screen")).await;
    ada.shows_moving(&tile(&bob_is, "screen"), bob.hue()).await;
    bob.click(&id("toggle-screen")).await;
    ada.sees_no(&tile(&bob_is, "screen")).await;

    // Bob leaves, is gone at Ada's, and comes back.
    bob.click(&id("leave")).await;
    ada.sees_no(&person("Bob")).await;
    bob.click("[data-testid=ended][data-reason=left] [data-testid=back-home]").await;
    bob.join(&session_id).await;
    ada.sees(&person("Bob")).await;
    bob.sees(&person("Ada")).await;

    // Ada ends it for everyone: Bob is told why, and nobody gets in any more.
    ada.end_for_everyone().await;
    bob.sees("[data-testid=ended][data-reason=ended_by_host]").await;
    bob.click(&id("back-home")).await;
    bob.join(&session_id).await;
    bob.sees("[data-testid=error][data-code=session_ended]").await;
    ada.close().await;
    bob.close().await;
}
