//! What was written while the connection was lost.

use std::process::Command;
use std::time::Duration;

use donfra_testbed::{PATIENCE, within};

use super::{reads, texts, write};
use crate::support::servers::Servers;
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id, person};

/// So long LiveKit keeps nobody who does not answer.
const ASLEEP: Duration = Duration::from_secs(40);

#[tokio::test]
async fn what_was_missed_is_there_after_a_reconnect() {
    let stage = Stage::set("chat_missed").await;
    let servers = Servers::start(&stage.folder).await;
    let arguments = ["--api", &servers.api, "--name", "Ada"];
    let ada = Window::start(&stage, Start { name: "ada", hue: 120., tone: 480, arguments: &arguments, x: 0 }).await;
    let session = ada.create().await;
    let join = ["join", &session, "--name", "Bob", "--api", &servers.api];
    let bob = Window::start(&stage, Start { name: "bob", hue: 240., tone: 960, arguments: &join, x: 1100 }).await;
    bob.sees(&person("Ada")).await;
    ada.click(&id("toggle-chat")).await;
    bob.click(&id("toggle-chat")).await;
    write(&bob, "before").await;
    reads(&ada, "before").await;
    ada.click(&id("toggle-hand")).await;
    bob.sees(&id("hand")).await;
    ada.click(&id("close-chat")).await;

    // The computer sleeps, and the room goes on without it.
    stop(ada.app(), "STOP");
    tokio::time::sleep(ASLEEP).await;
    write(&bob, "meanwhile").await;
    reads(&bob, "meanwhile").await;
    stop(ada.app(), "CONT");
    within(2 * PATIENCE, "Ada is back", async || ada.is_connected().await).await;
    ada.sees("[data-testid=toggle-chat]:not([data-unread='0'])").await;
    ada.click(&id("toggle-chat")).await;
    reads(&ada, "meanwhile").await;
    assert_eq!(texts(&ada).await, ["before", "meanwhile"]);
    // Told by its author: no hearsay. And the hand is still up.
    assert!(!ada.has("[data-testid=message][data-told=true]").await);
    bob.sees(&id("hand")).await;
    write(&ada, "I am back").await;
    reads(&bob, "I am back").await;
    ada.close().await;
    bob.close().await;
}

/// Stops or continues a process.
fn stop(process: u32, signal: &str) {
    let done = Command::new("kill").args([&format!("-{signal}"), &process.to_string()]).status().unwrap();
    assert!(done.success());
}
