//! What the app wrote down.

use std::fs;
use std::path::Path;

use donfra_testbed::eventually;

/// What no log may contain: the beginning of every token, and what secrets are called where they are written down.
const SECRETS: [&str; 3] = ["eyJ", "access_token=", "host_key="];

/// The logs of one app: its files, and what it wrote to stderr.
pub struct Logs {
    files: String,
    stderr: String,
}

impl Logs {
    /// Those of the window of this name.
    pub fn of(stage: &Path, name: &str) -> Self {
        let folder = stage.join(name);
        let entries = fs::read_dir(folder.join("config/logs")).into_iter().flatten().flatten();
        let read = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
        Self { files: entries.map(|entry| read(&entry.path())).collect(), stderr: read(&folder.join("app.log")) }
    }

    /// That the log files say this, so many times. They are written a moment later than what they are about.
    pub async fn say(stage: &Path, name: &str, what: &str, times: usize) {
        eventually(&format!("the log says {what:?}"), async || {
            (Self::of(stage, name).files.matches(what).count() >= times).then_some(())
        })
        .await;
        let logs = Self::of(stage, name);
        assert_eq!(logs.files.matches(what).count(), times, "{what:?} in: {}", logs.files);
    }

    /// That stderr says this, so many times: where the log's own disk is full.
    pub fn stderr_says(&self, what: &str, times: usize) {
        assert_eq!(self.stderr.matches(what).count(), times, "{what:?} in: {}", self.stderr);
    }

    /// That nothing panicked, and no secret is in it.
    pub fn are_clean(&self, secrets: &[String]) {
        assert!(!self.files.is_empty(), "there is a log");
        for text in [&self.files, &self.stderr] {
            assert!(!text.contains("panicked"), "{text}");
            for secret in SECRETS.into_iter().chain(secrets.iter().map(String::as_str)) {
                assert!(!text.contains(secret), "a secret ({}…) is in: {text}", &secret[..secret.len().min(4)]);
            }
        }
    }
}

/// Keys and secrets of an app's LiveKit server, from its environment.
pub fn secrets_of_livekit(process: u32) -> Vec<String> {
    let environment = fs::read(format!("/proc/{process}/environ")).unwrap();
    let environment = String::from_utf8_lossy(&environment);
    let text =
        environment.split('\0').find_map(|line| line.strip_prefix("LIVEKIT_CONFIG=")).expect("its configuration");
    let configuration: serde_json::Value = serde_json::from_str(text).unwrap();
    let keys = configuration["keys"].as_object().unwrap();
    let secrets: Vec<_> = keys.values().filter_map(|secret| Some(secret.as_str()?.to_owned())).collect();
    assert!(secrets.iter().all(|secret| secret.len() >= 32) && !secrets.is_empty());
    secrets
}
