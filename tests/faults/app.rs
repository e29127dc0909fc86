//! The app itself is killed, told to end, started twice, or loses its page.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use donfra_testbed::{PATIENCE, all_gone, descendants, eventually, kill, runs, within};
use nix::sys::signal::{Signal, kill as signal};
use nix::unistd::Pid;
use serde_json::json;

use crate::logs::{Logs, secrets_of_livekit};
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id, person};

/// Longest that the app may take to end when it is told to.
const ENDS: Duration = Duration::from_secs(15);

fn ada<'a>(arguments: &'a [&'a str]) -> Start<'a> {
    Start { name: "ada", hue: 120., tone: 480, arguments, x: 0 }
}

/// A sound server of the test's own.
struct Pulse {
    runtime: PathBuf,
}

impl Pulse {
    fn start(folder: &Path) -> Self {
        let runtime = folder.join("pulse");
        std::fs::create_dir_all(&runtime).unwrap();
        let pulse = Self { runtime };
        assert!(pulse.command("start").status().unwrap().success(), "pulseaudio starts");
        pulse
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/devices/pulse"));
        command.arg(what).env("XDG_RUNTIME_DIR", &self.runtime).env("HOME", &self.runtime);
        command.env_remove("PULSE_SERVER").env_remove("DBUS_SESSION_BUS_ADDRESS");
        command
    }

    /// How many record from the microphone now.
    fn recordings(&self) -> usize {
        let mut command = Command::new("pactl");
        command.args(["list", "short", "source-outputs"]).env("XDG_RUNTIME_DIR", &self.runtime);
        let output = command.env_remove("PULSE_SERVER").output().unwrap();
        // The remapped microphones themselves record from what is played.
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().filter(|line| !line.contains("module-remap-source")).count()
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        let _ = self.command("stop").status();
    }
}

/// Killed while it hosts, with the microphone of the system open: nothing of it runs on, the microphone is free, and the
/// next start offers to go back.
#[tokio::test]
async fn killed_it_leaves_nothing_behind_and_the_next_start_works() {
    let stage = Stage::set("fault_app_killed").await;
    let pulse = Pulse::start(&stage.folder);
    let before = pulse.recordings();
    let real_devices = |command: &mut Command| {
        command.env_remove("DONFRA_LIVE_TEST_SOURCE").env("XDG_RUNTIME_DIR", &pulse.runtime);
        // Where the sound server's cookie is.
        command.env("HOME", &pulse.runtime);
    };
    let window = Window::start_with(&stage, ada(&["--name", "Ada"]), real_devices).await;
    window.click(&id("create-session")).await;
    window.sees("[data-testid=session][data-phase=connected]").await;
    window.sees("[data-testid=toggle-microphone][aria-pressed=true]").await;
    eventually("the microphone is open", async || (pulse.recordings() > before).then_some(())).await;
    let (app, all) = (window.app(), descendants(window.app()));
    let livekit = window.livekit_server().expect("the app runs LiveKit");
    let mut secrets = secrets_of_livekit(livekit);
    assert!(all.contains(&livekit) && all.len() >= 3, "{all:?}");
    kill(app);
    all_gone("the killed app leaves no process behind", &all).await;
    eventually("the microphone is free", async || (pulse.recordings() == before).then_some(())).await;
    drop(window);

    let window = Window::start_with(&stage, ada(&["--name", "Ada"]), real_devices).await;
    window.sees("[data-testid=rejoin-offer][data-how=crashed]").await;
    window.click(&id("rejoin-last")).await;
    window.sees("[data-testid=session][data-phase=connected]").await;
    eventually("the microphone is open again", async || (pulse.recordings() > before).then_some(())).await;
    secrets.extend(secrets_of_livekit(window.livekit_server().expect("it hosts again")));
    let all = descendants(window.app());
    stage.screen.close(window.window().await);
    all_gone("the closed app leaves no process behind", &all).await;
    assert_eq!(pulse.recordings(), before);
    Logs::say(&stage.folder, "ada", "there is a session to go back to", 1).await;
    Logs::say(&stage.folder, "ada", "donfra_live: closed", 1).await;
    Logs::of(&stage.folder, "ada").are_clean(&secrets);
}

/// Told to end (SIGTERM) while a session server that never answers is waited for.
#[tokio::test]
async fn told_to_end_while_it_connects_it_ends() {
    let stage = Stage::set("fault_terminated").await;
    // Connections wait in the backlog.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let api = format!("http://{}/api", silent.local_addr().unwrap());
    let session = uuid::Uuid::new_v4().to_string();
    let window = Window::start(&stage, ada(&["join", &session, "--name", "Ada", "--api", &api])).await;
    window.sees(&id("connecting")).await;
    ends_when_told(&stage, &window).await;
}

/// Told to end while it hosts and is in its session.
#[tokio::test]
async fn told_to_end_in_a_session_it_ends() {
    let stage = Stage::set("fault_terminated_hosting").await;
    let window = Window::start(&stage, ada(&["--name", "Ada"])).await;
    window.click(&id("create-session")).await;
    // While LiveKit starts, or shortly after.
    eventually("LiveKit starts", async || window.livekit_server()).await;
    ends_when_told(&stage, &window).await;
    assert!(!stage.folder.join("ada/config/last-session.json").exists(), "that was no crash");
}

async fn ends_when_told(stage: &Stage, window: &Window<'_>) {
    let (app, all) = (window.app(), descendants(window.app()));
    let told = Instant::now();
    signal(Pid::from_raw(app as i32), Signal::SIGTERM).unwrap();
    within(ENDS, "the app ends", async || (!runs(app)).then_some(())).await;
    println!("ended {:?} after it was told to", told.elapsed());
    all_gone("the ended app leaves no process behind", &all).await;
    Logs::say(&stage.folder, "ada", "ending: closing", 1).await;
    Logs::say(&stage.folder, "ada", "donfra_live: closed", 1).await;
    Logs::of(&stage.folder, "ada").are_clean(&[]);
}

/// Two copies with the same settings, both hosting: each has its session, and one joins the other's.
#[tokio::test]
async fn two_copies_of_the_same_settings_do_not_disturb_each_other() {
    let stage = Stage::set("fault_two_copies").await;
    let first = Window::start(&stage, ada(&["--name", "Ada"])).await;
    let start = Start { name: "second", hue: 240., tone: 960, arguments: &["--name", "Bob"], x: 1100 };
    let config = stage.folder.join("ada/config");
    let second = Window::start_with(&stage, start, |command| {
        command.env("DONFRA_LIVE_CONFIG_DIR", &config);
    })
    .await;
    for window in [&first, &second] {
        window.click(&id("create-session")).await;
        window.sees("[data-testid=session][data-phase=connected]").await;
    }
    let session = first.text(&id("session-id")).await;
    assert_ne!(session, second.text(&id("session-id")).await);
    second.end_for_everyone().await;
    second.click(&id("back-home")).await;
    second.join(&session).await;
    second.sees(&person("Ada")).await;
    first.sees(&person("Bob")).await;
    // Each has what the other wrote; the file is whole.
    let settings = std::fs::read_to_string(config.join("settings.toml")).unwrap();
    assert!(settings.contains("version = 1") && settings.contains("name = "), "{settings}");
    second.close().await;
    // The second's end takes nothing from the first.
    first.sees_no(&person("Bob")).await;
    first.sees("[data-testid=session][data-phase=connected]").await;
    let all = descendants(first.app());
    kill(first.app());
    all_gone("the killed app leaves no process behind", &all).await;
    drop(first);
    let again = Window::start(&stage, ada(&["--name", "Ada"])).await;
    let last = again.invoke("last_session", json!({})).await;
    assert_eq!(last["session_id"], session, "the first's session is offered: {last}");
    Logs::of(&stage.folder, "ada").are_clean(&[]);
    again.close().await;
}

/// The page's process is killed while the connection check runs in it: the page comes back, and works.
#[tokio::test]
async fn its_page_dies_while_the_connection_check_is_open() {
    let stage = Stage::set("fault_page").await;
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let api = format!("http://{}/api", silent.local_addr().unwrap());
    let window = Window::start(&stage, ada(&["--name", "Ada", "--api", &api])).await;
    window.click(&id("open-doctor")).await;
    window.sees("[data-testid=doctor][data-running=true]").await;
    let (app, web) = (window.app(), window.web_process().expect("the webview has a process"));
    kill(web);
    let other =
        within(PATIENCE, "another web process runs", async || window.web_process().filter(|id| *id != web)).await;
    // WebDriver's session went with it: that the page asks the app again is in the log, and on the screen.
    Logs::say(&stage.folder, "ada", "the UI's process died; loading it again", 1).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(runs(app) && runs(other), "both go on");
    let all = descendants(app);
    signal(Pid::from_raw(app as i32), Signal::SIGTERM).unwrap();
    within(ENDS, "the app ends", async || (!runs(app)).then_some(())).await;
    all_gone("the ended app leaves no process behind", &all).await;
    Logs::of(&stage.folder, "ada").are_clean(&[]);
}
