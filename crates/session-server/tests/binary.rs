//! The program itself: how it starts, what it says when it does not, what it writes into its log.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use common::{LiveKit, PATIENCE, free_port, text};
use reqwest::Client;
use serde_json::{Value, json};

/// The development key of `deploy/`.
const KEY: &str = "devkeydevkeydevkeydevkeydevkeydevkey";
const SECRET: &str = "APISECRETdevkeyAPISECRETdevkeyAPISECRETdevkey";

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_donfra-session-server"));
    command.env_clear().current_dir(folder).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// What it says instead of starting.
fn refusal(environment: &[(&str, &str)], args: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let listen = format!("127.0.0.1:{}", free_port());
    let mut command = command(folder.path());
    let child = command.envs(environment.iter().copied()).args(["--listen", &listen]).args(args).spawn().unwrap();
    Running(child).last_words()
}

/// A running server, killed when dropped.
struct Running(Child);

impl Running {
    fn wait(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What it says as it ends by itself, badly.
    fn last_words(mut self) -> String {
        assert!(!self.wait().success());
        let mut said = String::new();
        self.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        said
    }

    /// Asks it to stop, as a service manager does; whether it ended well.
    fn stops_well(mut self) -> bool {
        assert!(Command::new("kill").arg(self.0.id().to_string()).status().unwrap().success());
        self.wait().success()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn mistakes_stop_it_and_are_named_at_once() {
    let said = refusal(&[("LIVEKIT_API_KEY", "devkey"), ("LIVEKIT_API_SECRET", "secret-too-short")], &[]);
    assert!(said.contains("secret is too short") && said.contains("32 characters"), "{said}");
    assert!(!said.contains("secret-too-short"), "{said}");

    let said = refusal(&[("LIVEKIT_PUBLIC_URL", "localhost")], &["--token-ttl", "1"]);
    for part in ["LIVEKIT_API_KEY is missing", "LIVEKIT_API_SECRET is missing", "LIVEKIT_PUBLIC_URL", "life time"] {
        assert!(said.contains(part), "{part}: {said}");
    }

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path());
    command.envs([("LIVEKIT_API_KEY", KEY), ("LIVEKIT_API_SECRET", SECRET), ("LISTEN", &listen)]);
    let said = Running(command.spawn().unwrap()).last_words();
    assert!(said.contains("cannot listen on") && said.contains(&listen), "{said}");
}

/// The files in `deploy/` and the guide's environment make a service that works; and nothing that it logs, even at its
/// most talkative, holds a secret.
#[tokio::test]
async fn the_deployment_works_and_its_log_holds_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let deployed = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy/livekit/livekit.yaml");
    let yaml = std::fs::read_to_string(&deployed).unwrap();
    assert!(yaml.contains(&format!("{KEY}: {SECRET}")) && yaml.contains("port: 7880"));
    // As it is, but on ports that are free here.
    let (livekit_port, api_port) = (free_port(), free_port());
    let path = folder.path().join("livekit.yaml");
    let mut moved = yaml.replace("port: 7880", &format!("port: {livekit_port}"));
    for (from, to) in [("7881", free_port()), ("7882", free_port()), ("8080", api_port)] {
        assert!(moved.contains(from));
        moved = moved.replace(from, &to.to_string());
    }
    std::fs::write(&path, moved).unwrap();
    let args = ["--config", path.to_str().unwrap(), "--bind", "127.0.0.1", "--node-ip", "127.0.0.1"];
    let livekit = LiveKit::spawn(livekit_port, &args).await.expect("livekit.yaml does not start");

    let mut command = command(folder.path());
    command.envs([("LIVEKIT_API_KEY", KEY), ("LIVEKIT_API_SECRET", SECRET), ("RUST_LOG", "trace")]);
    command.env("LIVEKIT_SERVER_URL", livekit.ws()).env("LIVEKIT_PUBLIC_URL", "ws://media.example:7880");
    command.args(["--listen", &format!("127.0.0.1:{api_port}")]);
    // A pipe would fill up.
    let log = folder.path().join("log");
    command.stderr(std::fs::File::create(&log).unwrap());
    let running = Running(command.spawn().unwrap());
    let (http, base) = (Client::new(), format!("http://127.0.0.1:{api_port}/api/live"));
    common::eventually("it answers", async || http.get(format!("{base}/health")).send().await.is_ok()).await;
    let post = async |call: &str, body: Value| -> Value {
        http.post(format!("{base}/{call}")).json(&body).send().await.unwrap().json().await.unwrap()
    };

    let session = post("create", json!({ "title": "Test", "owner_name": "Alice", "lobby": true })).await;
    assert_eq!(text(&session, "server_url"), "ws://media.example:7880");
    let id = text(&session, "session_id");
    livekit.connect(text(&session, "host_token")).await.unwrap();
    let waiting = post("join", json!({ "session_id": id, "user_name": "Bob" })).await;
    let ticket = text(&waiting, "ticket");
    let admit = json!({ "session_id": id, "host_key": session["host_key"], "ticket": ticket, "admit": true });
    post("admit", admit).await;
    let stream = http.get(format!("{base}/tickets/{ticket}/stream")).send().await.unwrap().text().await.unwrap();
    let admitted: Value = serde_json::from_str(stream.trim().strip_prefix("data:").unwrap().trim()).unwrap();
    livekit.connect(text(&admitted, "access_token")).await.unwrap();
    let wrong = json!({ "session_id": id, "user_name": "Eve", "is_host": true, "host_key": "a-guessed-host-key" });
    assert_eq!(text(&post("join", wrong).await, "code"), "host_proof_required");

    // The webhook of livekit.yaml arrives: the room is closed behind our back and the session ends.
    let rooms = livekit_api::services::room::RoomClient::with_api_key(&livekit.http(), KEY, SECRET);
    rooms.delete_room(id).await.unwrap();
    let join = json!({ "session_id": id, "user_name": "Late" });
    common::eventually("the session ends", async || post("join", join.clone()).await["code"] == "session_ended").await;

    assert!(running.stops_well(), "SIGTERM ends it well");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("session created") && log.contains("stopped"), "{log}");
    let secrets = [
        SECRET,
        text(&session, "host_key"),
        text(&session, "host_token"),
        ticket,
        text(&admitted, "access_token"),
        "a-guessed-host-key",
    ];
    for secret in secrets {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
    // Tokens that it signs for LiveKit's own API, too.
    assert!(!log.contains("eyJ"), "the log holds a token");
}
