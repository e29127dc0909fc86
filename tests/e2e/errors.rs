//! What a person is told when it does not work.

use donfra_testbed::free_port;

use crate::support::servers::Servers;
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id};

/// Selector of an error with this code.
fn error(code: &str) -> String {
    format!("[data-testid=error][data-code={code}]")
}

#[tokio::test]
async fn a_wrong_id_and_an_unknown_session_are_told_apart() {
    let stage = Stage::set("errors").await;
    let servers = Servers::start(&stage.folder).await;
    let arguments = ["--name", "Ada", "--api", &servers.api];
    let ada = Window::start(&stage, Start { name: "ada", hue: 120., tone: 480, arguments: &arguments, x: 0 }).await;
    ada.join("next Tuesday at ten").await;
    ada.sees(&error("invalid_session_id")).await;
    let unknown = uuid::Uuid::new_v4().to_string();
    ada.join(&unknown).await;
    ada.sees(&error("session_not_found")).await;
    ada.sees(&id("home")).await;
    ada.close().await;
}

#[tokio::test]
async fn a_wrong_id_costs_no_request_and_a_dead_api_is_named() {
    let stage = Stage::set("dead_api").await;
    // Nobody listens there: any request would end in another error than the one about the id.
    let address = format!("127.0.0.1:{}", free_port());
    let api = format!("http://{address}/api");
    let arguments = ["--name", "Ada", "--api", &api];
    let ada = Window::start(&stage, Start { name: "ada", hue: 120., tone: 480, arguments: &arguments, x: 0 }).await;
    ada.join("12345678-1234").await;
    ada.sees(&error("invalid_session_id")).await;
    ada.click(&id("create-session")).await;
    ada.sees(&error("api_not_running")).await;
    assert!(ada.text(&id("error")).await.contains(&address), "the address is named");
    ada.close().await;
}

#[tokio::test]
async fn a_damaged_sdk_is_named_at_start() {
    let stage = Stage::set("damaged_sdk").await;
    let library = stage.folder.join("damaged.so");
    std::fs::write(&library, "no library").unwrap();
    let start = Start { name: "ada", hue: 120., tone: 480, arguments: &[], x: 0 };
    let ada = Window::start_with(&stage, start, |command| {
        command.env("LIVEKIT_FFI_LIB", &library);
    })
    .await;
    ada.sees(&error("sdk_unusable")).await;
    let text = ada.text(&id("error")).await;
    assert!(text.contains(library.to_str().unwrap()) && text.contains("0.13.2"), "path and version: {text}");
    ada.sees(&id("create-session")).await;
    ada.close().await;
}
