//! Notifications of the system, while the window is not in front.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use donfra_testbed::{Process, eventually};

use super::{reads, write};
use crate::support::servers::Servers;
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id, person};

/// A session bus of the test's own, and somebody who writes down what is asked of its notification service. There is no
/// such service: the app goes on without one.
struct Bus {
    daemon: Child,
    address: String,
    _monitor: Process,
}

impl Bus {
    fn start(folder: &Path) -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .arg(format!("--address=unix:dir={}", std::env::temp_dir().display()))
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon (package dbus) starts");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        let monitor = Process::start(Path::new("dbus-monitor"), folder, "notifications", |command| {
            command.args(["--address", &address, "interface='org.freedesktop.Notifications',member='Notify'"]);
        });
        Self { daemon, address, _monitor: monitor }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

#[tokio::test]
async fn who_looks_elsewhere_is_notified_now_and_then() {
    let stage = Stage::set("chat_notices").await;
    let servers = Servers::start(&stage.folder).await;
    let bus = Bus::start(&stage.folder);
    let log = stage.folder.join("notifications.log");
    let shown = || std::fs::read_to_string(&log).unwrap_or_default();
    let count = || shown().matches("member=Notify").count();
    let arguments = ["--api", &servers.api, "--name", "Ada"];
    let start = Start { name: "ada", hue: 120., tone: 480, arguments: &arguments, x: 0 };
    let ada = Window::start_with(&stage, start, |command| {
        command.env("DBUS_SESSION_BUS_ADDRESS", &bus.address);
    })
    .await;
    let session = ada.create().await;
    let join = ["join", &session, "--name", "Bob", "--api", &servers.api];
    let bob = Window::start(&stage, Start { name: "bob", hue: 240., tone: 960, arguments: &join, x: 1100 }).await;
    bob.sees(&person("Ada")).await;
    bob.click(&id("toggle-chat")).await;

    // Bob's window is in front: Ada is told, once, in plain text.
    stage.screen.activate(bob.window().await);
    for text in ["Are <b>you</b> there?", "Hello?", "Hello!"] {
        write(&bob, text).await;
    }
    ada.sees("[data-testid=toggle-chat][data-unread='3']").await;
    eventually("the system is asked to notify", async || {
        shown().contains("Are &lt;b&gt;you&lt;/b&gt; there?").then_some(())
    })
    .await;
    assert!(shown().contains("string \"Bob\""), "{}", shown());
    assert_eq!(count(), 1, "{}", shown());

    // Ada's window is in front: nothing more.
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    stage.screen.activate(ada.window().await);
    ada.click(&id("toggle-chat")).await;
    eventually("the window is in front", async || (ada.run("return document.hasFocus()").await == true).then_some(()))
        .await;
    bob.run(
        "const field = document.querySelector('[data-testid=chat-input]'); field.value = 'There you are'; \
             field.dispatchEvent(new Event('input', { bubbles: true })); \
             setTimeout(() => document.querySelector('[data-testid=chat-send]').click(), 50)",
    )
    .await;
    reads(&ada, "There you are").await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(count(), 1, "{}", shown());
    ada.close().await;
    bob.close().await;
}
