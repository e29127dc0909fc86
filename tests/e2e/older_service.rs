//! A service that has only what the contract began with: a cookie to sign in, no host key, no events, no counts.

use crate::support::older_service::{COOKIE, OlderService};
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id, person};

#[tokio::test]
async fn an_older_service_works_with_less_offered() {
    let stage = Stage::set("older_service").await;
    let service = OlderService::start(&stage.folder).await;
    let ada_is = ["--name", "Ada", "--api", service.api()];
    let ada = Window::start(&stage, Start { name: "ada", hue: 120., tone: 480, arguments: &ada_is, x: 0 }).await;

    // Without the cookie nothing is listed and nothing created, and both say why.
    ada.sees("[data-testid=live-sessions][data-kind=failed]").await;
    ada.click(&id("create-session")).await;
    ada.sees("[data-testid=error][data-code=sign_in_required]").await;

    // With it, all is there that the service has.
    ada.click(&id("open-settings")).await;
    ada.click(&id("sign-in-cookie")).await;
    ada.fill(&id("sign-in-secret"), COOKIE).await;
    ada.click(&id("keep-sign-in")).await;
    ada.sees(&id("forget-sign-in")).await;
    ada.click("[data-testid=settings] header .icon-button").await;
    ada.sees("[data-testid=live-sessions][data-kind=current]").await;
    ada.fill(&id("title-input"), "Old school").await;
    let session = ada.create().await;

    // Joining needs no sign-in there.
    let bob_is = ["--name", "Bob", "--api", service.api()];
    let bob = Window::start(&stage, Start { name: "bob", hue: 240., tone: 960, arguments: &bob_is, x: 1100 }).await;
    bob.join(&session).await;
    bob.sees(&person("Ada")).await;
    ada.sees(&person("Bob")).await;

    // The host leaves and is listed the session, without a count, but cannot prove to be its host any more.
    ada.click(&id("leave")).await;
    ada.click("[data-testid=ended] [data-testid=back-home]").await;
    let listed = format!("[data-testid=live-session][data-session='{session}']");
    ada.click(&format!("{listed} [data-testid=join-live]")).await;
    ada.sees(&person("Bob")).await;
    ada.close().await;
    bob.close().await;
}

#[tokio::test]
async fn its_host_ends_a_session_by_the_cookie() {
    let stage = Stage::set("older_service_end").await;
    let service = OlderService::start(&stage.folder).await;
    let ada_is = ["--name", "Ada", "--api", service.api()];
    let ada = Window::start(&stage, Start { name: "ada", hue: 120., tone: 480, arguments: &ada_is, x: 0 }).await;
    ada.sees(&id("home")).await;
    ada.invoke("set_credential", serde_json::json!({ "kind": "cookie", "secret": COOKIE })).await;
    ada.click(&id("create-session")).await;
    ada.sees(&id("session")).await;
    ada.end_for_everyone().await;
    ada.sees("[data-testid=ended][data-reason=ended_by_host]").await;
    assert_eq!(service.ended(), 1);
    ada.close().await;
}
