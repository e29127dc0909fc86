//! A window of the app, driven by WebDriver, seen on the screen.

use super::screen::{Area, share_of_hue};
use super::sound;
use super::stage::{Stage, moving};
use donfra_testbed::{Process, descendant, eventually, free_port, livekit_server, tool};
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use x11rb::protocol::xproto;

/// How to start a window.
pub struct Start<'a> {
    /// The name for its files.
    pub name: &'a str,
    /// Hue of its test camera's picture, degrees.
    pub hue: f32,
    /// Frequency of its test microphone's tone, Hz.
    pub tone: u32,
    /// The app's arguments.
    pub arguments: &'a [&'a str],
    /// Left edge on the screen, px.
    pub x: i32,
}

/// A running app.
pub struct Window<'a> {
    stage: &'a Stage,
    client: Client,
    driver: Process,
    hue: f32,
    playout: PathBuf,
    x: i32,
}

impl<'a> Window<'a> {
    /// Starts the app with a settings folder of its own and the test source for devices.
    pub async fn start(stage: &'a Stage, start: Start<'_>) -> Window<'a> {
        Self::start_with(stage, start, |_| {}).await
    }

    /// The same, with changes to its environment.
    pub async fn start_with(stage: &'a Stage, start: Start<'_>, change: impl FnOnce(&mut Command)) -> Window<'a> {
        let folder = stage.folder.join(start.name);
        for name in ["config", "home", "run"] {
            std::fs::create_dir_all(folder.join(name)).unwrap();
        }
        let playout = folder.join("playout.wav");
        let port = free_port();
        // WebKit's driver starts the app itself, with its own environment.
        let driver = Process::start(Path::new("WebKitWebDriver"), &folder, "app", |command| {
            command.args(["--host=127.0.0.1", &format!("--port={port}")]);
            command.env("TAURI_WEBVIEW_AUTOMATION", "true").env("DISPLAY", &stage.screen.name);
            command.env("HOME", folder.join("home")).env("XDG_RUNTIME_DIR", folder.join("run"));
            command.env("GDK_BACKEND", "x11").env("NO_AT_BRIDGE", "1").env("LC_ALL", "C.UTF-8");
            for gone in
                ["WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"]
            {
                command.env_remove(gone);
            }
            command.env("LIVEKIT_SERVER", livekit_server());
            command.env("DONFRA_LIVE_CONFIG_DIR", folder.join("config"));
            command.env("DONFRA_LIVE_TEST_SOURCE", "1").env("DONFRA_LIVE_TEST_HUE", start.hue.to_string());
            command.env("DONFRA_LIVE_TEST_TONE", start.tone.to_string());
            command.env("DONFRA_LIVE_TEST_PLAYOUT", &playout);
            change(command);
        });
        let options = json!({ "binary": app(), "args": start.arguments });
        let Value::Object(capabilities) = json!({ "webkitgtk:browserOptions": options }) else { unreachable!() };
        let address = format!("http://127.0.0.1:{port}");
        let client = eventually("the driver starts the app", async || {
            let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
            builder.capabilities(capabilities.clone()).connect(&address).await.ok()
        })
        .await;
        let window = Window { stage, client, driver, hue: start.hue, playout, x: start.x };
        window.place().await;
        window
    }

    /// Puts the window where it was asked for, in sight.
    async fn place(&self) {
        let window = self.window().await;
        self.stage.screen.activate(window);
        self.stage.screen.place(window, self.x, 0);
        eventually("the window is in its place", async || self.is_in_place(window).then_some(())).await;
    }

    fn is_in_place(&self, window: xproto::Window) -> bool {
        let screen = &self.stage.screen;
        screen.is_viewable(window) && (i32::from(screen.origin(window).0) - self.x).abs() < 16
    }

    /// The window itself, once it shows.
    pub async fn window(&self) -> xproto::Window {
        let app = self.app();
        eventually("the window shows", async || self.stage.screen.window_of(app)).await
    }

    /// The app's process id.
    pub fn app(&self) -> u32 {
        descendant(self.driver.pid(), &app()).expect("the app runs")
    }

    /// Id of the app's web process.
    pub fn web_process(&self) -> Option<u32> {
        descendant(self.driver.pid(), Path::new("WebKitWebProcess"))
    }

    /// Id of the app's LiveKit server.
    pub fn livekit_server(&self) -> Option<u32> {
        descendant(self.app(), &livekit_server())
    }

    /// Hue of this window's test camera, degrees.
    pub fn hue(&self) -> f32 {
        self.hue
    }

    /// Waits for what a selector names, then clicks it.
    pub async fn click(&self, selector: &str) {
        eventually(&format!("{selector} can be clicked"), async || {
            self.client.find(Locator::Css(selector)).await.ok()?.click().await.ok()
        })
        .await;
    }

    /// Waits for a field, then replaces its text.
    pub async fn fill(&self, selector: &str, text: &str) {
        eventually(&format!("{selector} takes text"), async || {
            let field = self.client.find(Locator::Css(selector)).await.ok()?;
            field.clear().await.ok()?;
            field.send_keys(text).await.ok()?;
            (field.prop("value").await.ok()?? == text).then_some(())
        })
        .await;
    }

    /// Creates a session from home, and gives its id.
    #[allow(dead_code, reason = "not every test that drives windows creates one so")]
    pub async fn create(&self) -> String {
        self.click(&id("create-session")).await;
        self.text(&id("session-id")).await
    }

    /// Asks home to join what is pasted.
    #[allow(dead_code, reason = "not every test that drives windows joins")]
    pub async fn join(&self, pasted: &str) {
        self.fill(&id("session-id-input"), pasted).await;
        self.click(&id("join-session")).await;
    }

    /// Waits for what a selector names.
    pub async fn sees(&self, selector: &str) {
        eventually(&format!("{selector} shows"), async || self.has(selector).await.then_some(())).await;
    }

    /// Waits until nothing matches a selector.
    pub async fn sees_no(&self, selector: &str) {
        eventually(&format!("{selector} is gone"), async || (!self.has(selector).await).then_some(())).await;
    }

    /// Whether anything matches a selector.
    pub async fn has(&self, selector: &str) -> bool {
        self.client.find(Locator::Css(selector)).await.is_ok()
    }

    /// Waits for an element with text and gives the text.
    pub async fn text(&self, selector: &str) -> String {
        eventually(&format!("{selector} has text"), async || {
            let text = self.client.find(Locator::Css(selector)).await.ok()?.prop("textContent").await.ok()??;
            (!text.trim().is_empty()).then(|| text.trim().to_owned())
        })
        .await
    }

    /// Waits for an element's attribute and gives it.
    pub async fn attribute(&self, selector: &str, name: &str) -> String {
        eventually(&format!("{selector} has {name}"), async || {
            self.client.find(Locator::Css(selector)).await.ok()?.attr(name).await.ok()?
        })
        .await
    }

    /// What a script in the page returns.
    #[allow(dead_code, reason = "for the tests with hostile peers")]
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// What a script in the page gives to its last argument, a function.
    #[allow(dead_code, reason = "for the tests with hostile peers")]
    pub async fn run_async(&self, script: &str) -> Value {
        self.client.execute_async(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// The rectangle of the screen that an element covers, now.
    pub async fn area(&self, selector: &str) -> Option<Area> {
        let (x, y, width, height) = self.client.find(Locator::Css(selector)).await.ok()?.rectangle().await.ok()?;
        let window = self.stage.screen.window_of(self.app())?;
        // On a busy machine a window was seen to be managed, joined and driven, but not on the screen.
        if !self.is_in_place(window) {
            self.place().await;
        }
        let (left, top) = self.stage.screen.origin(window);
        let area = Area { x: left + x as i16, y: top + y as i16, width: width as u16, height: height as u16 };
        (width >= 16. && height >= 16.).then_some(area)
    }

    /// Waits until a tile on the screen shows a moving picture, mostly of this hue (degrees).
    pub async fn shows_moving(&self, tile: &str, hue: f32) {
        eventually(&format!("{tile} shows a moving picture of hue {hue}"), async || {
            // A window manager may still have places of its own for new windows.
            let window = self.window().await;
            if !self.is_in_place(window) {
                println!("a window went out of its place, and is put back");
                self.place().await;
            }
            moving(&self.stage.screen, self.area(tile).await?, hue).await
        })
        .await;
    }

    /// Waits until no part of the window is mostly of this hue (degrees) in a tile's place.
    pub async fn shows_no(&self, tile: &str, hue: f32) {
        eventually(&format!("{tile} shows nothing of hue {hue}"), async || {
            let Some(area) = self.area(tile).await else { return Some(()) };
            (share_of_hue(&self.stage.screen.pixels(area), hue) < 0.05).then_some(())
        })
        .await;
    }

    /// Waits until the window plays a tone of this frequency (Hz).
    pub async fn hears(&self, hz: u32) {
        eventually(&format!("a tone of {hz} Hz is heard"), async || {
            (sound::tone(&self.playout, hz as f32) > 0.02).then_some(())
        })
        .await;
    }

    /// Waits until the window plays on, but no tone of this frequency (Hz).
    pub async fn hears_no(&self, hz: u32) {
        eventually(&format!("no tone of {hz} Hz is heard"), async || {
            let before = sound::length(&self.playout);
            tokio::time::sleep(Duration::from_millis(300)).await;
            let plays_on = sound::length(&self.playout) > before;
            (plays_on && sound::tone(&self.playout, hz as f32) < 0.002).then_some(())
        })
        .await;
    }

    /// Whether the window is in a session, and not on its way back to it.
    pub async fn is_connected(&self) -> Option<()> {
        self.has("[data-testid=session][data-phase=connected]").await.then_some(())
    }

    /// Calls one of the app's commands as the page does.
    #[allow(dead_code, reason = "tests/staying_connected uses it")]
    pub async fn invoke(&self, command: &str, arguments: Value) -> Value {
        let script = "const [command, values, done] = arguments; \
                      window.__TAURI_INTERNALS__.invoke(command, values).then(done, (error) => done({ error }));";
        self.client.execute_async(script, vec![json!(command), arguments]).await.expect("the page runs scripts")
    }

    /// Ends the session for everyone, saying yes to the question.
    pub async fn end_for_everyone(&self) {
        self.click(&id("end-session")).await;
        self.click(&id("confirm-end-session")).await;
    }

    /// Base URL of the session API that this window's app hosts, from its log.
    pub async fn hosted_api(&self) -> String {
        eventually("the log names the hosted API", async || {
            let log = std::fs::read_to_string(self.log()).ok()?;
            let line = log.lines().rfind(|line| line.contains("this computer hosts"))?;
            let at = line.find("http://127.0.0.1:")?;
            let url = line[at..].split(['"', ' ', '\u{1b}']).next()?;
            Some(url.trim_end_matches('/').to_owned())
        })
        .await
    }

    /// All that the app has written to stderr so far.
    pub fn log_text(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// What the app writes to stderr.
    fn log(&self) -> PathBuf {
        self.playout.with_file_name("app.log")
    }

    /// Ends the app as closing its window does.
    pub async fn close(self) {
        let _ = self.client.clone().close().await;
    }
}

/// The app's program: the one just built, or `DONFRA_LIVE`.
fn app() -> PathBuf {
    tool("DONFRA_LIVE", env!("CARGO_BIN_EXE_donfra-live").into())
}

/// Selector of somebody's entry or tile, by the name shown.
pub fn person(name: &str) -> String {
    format!("[data-testid=participant][data-name='{name}']")
}

/// Selector of a picture.
pub fn tile(identity: &str, source: &str) -> String {
    format!("[data-testid=tile][data-identity='{identity}'][data-source='{source}']")
}

/// Selector by test id.
pub fn id(name: &str) -> String {
    format!("[data-testid={name}]")
}
