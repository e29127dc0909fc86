//! A participant in Chromium: LiveKit's own web client.

use std::path::Path;

use donfra_testbed::{Process, eventually, free_port};
use fantoccini::{Client, ClientBuilder};
use serde_json::{Value, json};

/// A page of Chromium that is in a session.
pub struct Browser {
    client: Client,
    _driver: Process,
}

impl Browser {
    /// Joins a session; what is written there from then on is heard.
    pub async fn join(folder: &Path, api: &str, session: &str, name: &str) -> Self {
        let port = free_port();
        let driver = Process::start(Path::new("chromedriver"), folder, "chromedriver", |command| {
            command.arg(format!("--port={port}"));
        });
        let arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
        let capabilities = json!({ "goog:chromeOptions": { "args": arguments } });
        let Value::Object(capabilities) = capabilities else { unreachable!() };
        let address = format!("http://127.0.0.1:{port}");
        let client = eventually("Chromium starts", async || {
            let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
            builder.capabilities(capabilities.clone()).connect(&address).await.ok()
        })
        .await;
        let browser = Self { client, _driver: driver };
        // A page of this computer's, so that it may use what secure pages may.
        browser.client.goto(api).await.unwrap();
        let library =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/node_modules/livekit-client/dist/livekit-client.umd.js");
        let library = std::fs::read_to_string(library).unwrap();
        browser.client.execute(&library, Vec::new()).await.unwrap();
        let joined = super::api::join(api, session, name).await;
        let script = "const [url, token, done] = arguments; \
            const room = (window.room = new LivekitClient.Room()); window.heard = []; \
            room.registerTextStreamHandler('lk.chat', async (reader) => { \
              const text = await reader.readAll(); window.heard.push({ id: reader.info.id, text }); }); \
            room.connect(url, token).then(() => done('in'), (error) => done(String(error)));";
        let arguments = vec![joined["server_url"].clone(), joined["access_token"].clone()];
        assert_eq!(browser.client.execute_async(script, arguments).await.unwrap(), "in");
        browser
    }

    /// Writes a message under this identifier.
    pub async fn write(&self, id: &str, text: &str) {
        let script = "const [streamId, text, done] = arguments; (async () => { \
            const to = await window.room.localParticipant.streamText({ topic: 'lk.chat', streamId }); \
            await to.write(text); await to.close(); })().then(() => done('sent'), (e) => done(String(e)));";
        assert_eq!(self.client.execute_async(script, vec![json!(id), json!(text)]).await.unwrap(), "sent");
    }

    /// Sends a file as LiveKit's web components do.
    pub async fn attach(&self, name: &str, content: &str) {
        let script = "const [name, content, done] = arguments; \
            window.room.localParticipant.sendFile(new File([content], name), { topic: 'lk.chat' }) \
            .then(() => done('sent'), (e) => done(String(e)));";
        assert_eq!(self.client.execute_async(script, vec![json!(name), json!(content)]).await.unwrap(), "sent");
    }

    /// Waits until the page has heard a text, and gives the message.
    pub async fn hears(&self, text: &str) -> Value {
        eventually(&format!("the web client hears “{text}”"), async || {
            let heard = self.client.execute("return window.heard", Vec::new()).await.ok()?;
            heard.as_array()?.iter().find(|message| message["text"] == text).cloned()
        })
        .await
    }
}
