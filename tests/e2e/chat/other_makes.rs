//! The chat with clients of other makes: LiveKit's Python package, and its web client in Chromium.

use std::path::{Path, PathBuf};

use donfra_testbed::{Process, eventually, tool};
use serde_json::{Value, json};

use super::{choose, press, reads, texts, write};
use crate::support::browser::Browser;
use crate::support::servers::Servers;
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id, person};

/// A participant of LiveKit's Python package.
struct Python {
    _process: Process,
    log: PathBuf,
    script: PathBuf,
}

impl Python {
    fn start(folder: &Path, api: &str, session: &str, name: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = tool("DONFRA_LIVE_TEST_PYTHON", root.join("target/setup/python/bin/python3"));
        let script = folder.join(format!("{name}.jsonl"));
        std::fs::write(&script, "").unwrap();
        let process = Process::start(&python, folder, name, |command| {
            command.arg(root.join("tests/e2e/peer/chat.py")).args([api, session, name]).arg(&script);
        });
        Self { _process: process, log: folder.join(format!("{name}.log")), script }
    }

    /// Has it write.
    fn write(&self, what: &Value) {
        let mut lines = std::fs::read_to_string(&self.script).unwrap();
        lines.push_str(&format!("{what}\n"));
        std::fs::write(&self.script, lines).unwrap();
    }

    /// Waits until it has heard a text, and gives the message.
    async fn hears(&self, text: &str) -> Value {
        eventually(&format!("Python hears “{text}”"), async || {
            let log = std::fs::read_to_string(&self.log).ok()?;
            let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            lines.into_iter().find(|heard| heard["text"] == text)
        })
        .await
    }
}

#[tokio::test]
async fn a_python_participant_chats() {
    let stage = Stage::set("chat_python").await;
    let servers = Servers::start(&stage.folder).await;
    let start = Start { name: "ada", hue: 120., tone: 480, arguments: &["--api", &servers.api, "--name", "Ada"], x: 0 };
    let ada = Window::start(&stage, start).await;
    let session = ada.create().await;
    let grace = Python::start(&stage.folder, &servers.api, &session, "Grace");
    ada.sees(&person("Grace")).await;
    ada.click(&id("toggle-chat")).await;

    // To all, changed, deleted: the same identifier all along.
    write(&ada, "Hello Grce").await;
    let first = grace.hears("Hello Grce").await;
    press(&ada, "Hello Grce", "edit-message").await;
    write(&ada, "Hello Grace").await;
    assert_eq!(grace.hears("Hello Grace").await["id"], first["id"]);
    press(&ada, "Hello Grace", "delete-message").await;
    press(&ada, "Hello Grace", "confirm-delete-message").await;
    assert_eq!(grace.hears("(deleted)").await["id"], first["id"]);
    choose(&ada, "Grace").await;
    write(&ada, "Between us").await;
    assert_eq!(grace.hears("Between us").await["attributes"]["donfra.to"], "one");

    // From Python: as a stream, as its older chat does, and far too much.
    grace.write(&json!({ "text": "Hello Ada\u{202e}!" }));
    reads(&ada, "Hello Ada!").await;
    let old = |text: &str, deleted: bool| json!({ "legacy": { "id": "1", "message": text, "timestamp": 1, "deleted": deleted } });
    grace.write(&old("the older way", false));
    reads(&ada, "the older way").await;
    grace.write(&old("the older way, changed", false));
    reads(&ada, "the older way, changed\n(changed)").await;
    grace.write(&old("", true));
    ada.sees("[data-testid=message][data-from=Grace][data-deleted=true]").await;
    grace.write(&json!({ "text": "long ".repeat(10_000) }));
    ada.sees_no("[data-testid=chat-flood]").await;
    eventually("the long one is cut", async || {
        texts(&ada).await.iter().any(|text| text.len() <= 16 * 1024 + 3 && text.ends_with('…')).then_some(())
    })
    .await;
    for number in 0..60 {
        grace.write(&json!({ "text": format!("flood {number}") }));
    }
    ada.sees(&id("chat-flood")).await;
    let floods = texts(&ada).await.iter().filter(|text| text.starts_with("flood")).count();
    assert!((1..40).contains(&floods), "{floods} of 60");
    ada.close().await;
}

#[tokio::test]
async fn a_web_client_chats() {
    let stage = Stage::set("chat_web").await;
    let servers = Servers::start(&stage.folder).await;
    let start = Start { name: "ada", hue: 120., tone: 480, arguments: &["--api", &servers.api, "--name", "Ada"], x: 0 };
    let ada = Window::start(&stage, start).await;
    let session = ada.create().await;
    let web = Browser::join(&stage.folder, &servers.api, &session, "Grace").await;
    ada.sees(&person("Grace")).await;
    ada.click(&id("toggle-chat")).await;
    write(&ada, "Hello Web").await;
    let first = web.hears("Hello Web").await;
    press(&ada, "Hello Web", "edit-message").await;
    write(&ada, "Hello, Web!").await;
    assert_eq!(web.hears("Hello, Web!").await["id"], first["id"]);

    web.write("hello", "Hello <i>Ada</i>").await;
    reads(&ada, "Hello <i>Ada</i>").await;
    // LiveKit's components change a message by sending the same identifier again.
    web.write("one", "once").await;
    reads(&ada, "once").await;
    web.write("one", "twice").await;
    reads(&ada, "twice\n(changed)").await;

    // A file of the web client's is not taken unasked, and its owner cannot be asked: that is said.
    web.attach("slides.pdf", "content").await;
    ada.click("[data-testid=file][data-name='slides.pdf'] [data-testid=save-file]").await;
    ada.sees("[data-testid=transfer][data-sending=false][data-state=failed]").await;

    // Who comes later is told what the web client wrote, too; the web client itself cannot be asked.
    let join = ["join", &session, "--name", "Eve", "--api", &servers.api];
    let eve = Window::start(&stage, Start { name: "eve", hue: 60., tone: 720, arguments: &join, x: 1100 }).await;
    eve.click(&id("toggle-chat")).await;
    reads(&eve, "Hello, Web!\n(changed)").await;
    reads(&eve, "twice\n(changed)").await;
    write(&eve, "Hello both").await;
    web.hears("Hello both").await;
    eve.close().await;
    ada.close().await;
}
