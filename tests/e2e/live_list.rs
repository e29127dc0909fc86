//! Home lists the sessions that are on and those one was in; others are invited from within one.

use crate::support::servers::Servers;
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id, person};

#[tokio::test]
async fn a_session_is_listed_joined_and_remembered() {
    let stage = Stage::set("live_list").await;
    let servers = Servers::start(&stage.folder).await;
    let ada_is = ["--name", "Ada", "--api", &servers.api];
    let bob_is = ["--name", "Bob", "--api", &servers.api];
    let bob = Window::start(&stage, Start { name: "bob", hue: 240., tone: 960, arguments: &bob_is, x: 1100 }).await;
    bob.sees(&id("home")).await;
    bob.sees("[data-testid=live-sessions][data-kind=current]").await;
    assert!(!bob.has(&id("live-session")).await, "none is on");

    // Ada creates one: it is on Bob's list without a click, by the server's events.
    let ada = Window::start(&stage, Start { name: "ada", hue: 120., tone: 480, arguments: &ada_is, x: 0 }).await;
    ada.fill(&id("title-input"), "Rehearsal").await;
    let session = ada.create().await;
    let listed = format!("[data-testid=live-session][data-session='{session}']");
    let entry = bob.text(&listed).await;
    assert!(entry.contains("Rehearsal") && entry.contains("by Ada"), "{entry}");

    // One click joins.
    bob.click(&format!("{listed} [data-testid=join-live]")).await;
    bob.sees(&person("Ada")).await;
    assert_eq!(bob.text(&id("session-id")).await, session);

    // What he would send to others.
    bob.click(&id("open-invite")).await;
    let message = bob.text(&id("invite-message")).await;
    assert!(message.contains("Rehearsal") && message.contains(&session), "{message}");
    assert!(!bob.has(&id("invite-link")).await, "nobody elsewhere reaches this computer's loopback address");
    bob.click("[data-testid=invite-dialog] .icon-button").await;

    // While it is on it is listed once; when it is over it is one that he was in.
    bob.click(&id("leave")).await;
    bob.click("[data-testid=ended] [data-testid=back-home]").await;
    bob.sees(&listed).await;
    let remembered = format!("[data-testid=recent-session][data-session='{session}']");
    assert!(!bob.has(&remembered).await);
    ada.end_for_everyone().await;
    bob.sees_no(&listed).await;
    bob.sees(&remembered).await;

    // Going back there is refused, and it is not offered again.
    bob.click(&format!("{remembered} [data-testid=join-recent]")).await;
    bob.sees("[data-testid=error][data-code=session_ended]").await;
    bob.sees_no(&remembered).await;
    ada.close().await;
    bob.close().await;
}
