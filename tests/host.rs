//! Hosting on this computer, with a real livekit-server (`LIVEKIT_SERVER`, or on `PATH`).
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use donfra_live::api::{ApiClient, Created};
use donfra_live::host::Host;

const APP: &str = env!("CARGO_BIN_EXE_donfra-live");

/// Hosts of this process are told apart by nothing: one at a time.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Generous: a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Processes whose parent is `parent`, with their command lines. Zombies have none.
fn children(parent: u32) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        let Some((_, after)) = stat.rsplit_once(") ") else { continue };
        let Ok(line) = std::fs::read(entry.path().join("cmdline")) else { continue };
        let line = String::from_utf8_lossy(&line).replace('\0', " ").trim().to_owned();
        if after.split(' ').nth(1) == Some(&parent.to_string()) && !line.is_empty() {
            found.push((pid, line));
        }
    }
    found
}

fn kill(pid: u32) {
    assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
}

fn alive(pid: u32) -> bool {
    std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
}

/// The watchdog of this process and its LiveKit, once both are there. `not` is a LiveKit of before.
fn watchdog_and_livekit(not: Option<u32>) -> (u32, u32) {
    wait_for("LiveKit under its watchdog", || {
        let (watchdog, line) =
            children(std::process::id()).into_iter().find(|(_, line)| line.contains("--livekit-watchdog"))?;
        assert!(!line.contains("keys"), "a command line is everybody's to read");
        let livekit = children(watchdog).first()?.0;
        (Some(livekit) != not).then_some((watchdog, livekit))
    })
}

/// Waits until LiveKit answers again, with the room in it, at the same address.
async fn answers_where_it_was(api: &ApiClient, created: &Created) {
    let start = Instant::now();
    let again = loop {
        match api.join(&created.session_id, "Grace", None).await {
            Ok(joined) => break joined,
            Err(error) => assert!(start.elapsed() < PATIENCE, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(again.server_url, created.server_url, "clients find LiveKit where it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_survives_a_crash_of_livekit_and_stops() {
    // The first of the usual ports is taken: that must not matter.
    let _taken = std::net::TcpListener::bind(("127.0.0.1", *donfra_live::host::PORTS.start()));
    let _turn = TURN.lock().await;
    let host = Host::start(false, PathBuf::from(APP)).await.unwrap();
    let api = ApiClient::new(host.base_url().clone(), None);
    assert!(host.base_url().as_str().starts_with("http://127.0.0.1:"));
    let created = api.create("Test", "Ada").await.unwrap();
    assert!(created.server_url.starts_with("ws://127.0.0.1:"));
    assert!(created.host_key.is_some());
    let joined = api.join(&created.session_id, "Grace", None).await.unwrap();
    assert_eq!(joined.server_url, created.server_url);

    let (_, livekit) = watchdog_and_livekit(None);
    kill(livekit);
    let (watchdog, livekit) = watchdog_and_livekit(Some(livekit));
    answers_where_it_was(&api, &created).await;
    let start = Instant::now();
    // Not before LiveKit answers again.
    while let Err(error) = api.end(&created.session_id, created.host_key.as_ref(), &created.host_token).await {
        assert!(error.code() == "livekit_unreachable" && start.elapsed() < PATIENCE, "{error}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(api.join(&created.session_id, "Grace", None).await.unwrap_err().code(), "session_ended");
    host.stop().await;
    wait_for("the end of LiveKit", || (!alive(watchdog) && !alive(livekit)).then_some(()));
}

/// The watchdog is killed, and nothing else: LiveKit does not stay behind, and its ports serve the next one.
#[tokio::test(flavor = "multi_thread")]
async fn livekit_does_not_outlive_its_watchdog() {
    let _turn = TURN.lock().await;
    let host = Host::start(false, PathBuf::from(APP)).await.unwrap();
    let api = ApiClient::new(host.base_url().clone(), None);
    let created = api.create("Test", "Ada").await.unwrap();
    let (watchdog, livekit) = watchdog_and_livekit(None);
    kill(watchdog);
    wait_for("the end of the LiveKit that lost its watchdog", || (!alive(livekit)).then_some(()));
    let (watchdog, livekit) = watchdog_and_livekit(Some(livekit));
    answers_where_it_was(&api, &created).await;
    host.stop().await;
    wait_for("the end of LiveKit", || (!alive(watchdog) && !alive(livekit)).then_some(()));
}

/// A web page that has pointed a name of its own at this computer (DNS rebinding) is not served.
#[tokio::test(flavor = "multi_thread")]
async fn a_strange_name_is_not_served() {
    let _turn = TURN.lock().await;
    let host = Host::start(false, PathBuf::from(APP)).await.unwrap();
    let url = format!("{}/live/sessions", host.base_url().as_str().trim_end_matches('/'));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for (name, status) in [("evil.example:8080", 421), ("localhost:8080", 200), ("[::1]:8080", 200)] {
        assert_eq!(client.get(&url).header("host", name).send().await.unwrap().status(), status, "{name}");
    }
    host.stop().await;
}

/// What the app is to its watchdog: holds its standard input, then dies by SIGKILL.
#[test]
fn no_orphan_is_left_when_the_app_is_killed() {
    let mut app = Command::new("sh")
        // The inner process stands for LiveKit: it would run on by itself.
        .args(["-c", "sleep 600 | \"$0\" --livekit-watchdog \"$1\"", APP, "/usr/bin/yes"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let (sleep, watchdog, child) = wait_for("the watchdog's child", || {
        let processes = children(app.id());
        let sleep = processes.iter().find(|(_, line)| line.starts_with("sleep"))?.0;
        let watchdog = processes.iter().find(|(_, line)| line.contains("--livekit-watchdog"))?.0;
        Some((sleep, watchdog, children(watchdog).first()?.0))
    });
    assert!(alive(child));
    kill(sleep);
    wait_for("the end of the watchdog and its child", || (!alive(watchdog) && !alive(child)).then_some(()));
    app.wait().unwrap();
}
