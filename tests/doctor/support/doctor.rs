//! The doctor, run as a person or a script runs it, and what it says.

use std::path::Path;
use std::process::Command;

use donfra_testbed::Namespace;
use serde_json::Value;

/// One run of `donfra-live doctor --json`.
pub struct Doctor {
    command: Command,
    home: tempfile::TempDir,
    secrets: Vec<String>,
}

/// What it came to.
pub struct Report {
    /// The whole document.
    pub json: Value,
    status: i32,
}

impl Doctor {
    /// Of this session server.
    pub fn of(api: &str) -> Self {
        Self::new(Command::new(program()), Some(api))
    }

    /// The same from a namespace.
    pub fn inside(namespace: &Namespace, api: &str) -> Self {
        Self::new(namespace.command(Path::new(program())), Some(api))
    }

    /// With the settings that everybody has first: this computer hosts.
    pub fn of_this_computer() -> Self {
        Self::new(Command::new(program()), None)
    }

    fn new(mut command: Command, api: Option<&str>) -> Self {
        let home = tempfile::tempdir().unwrap();
        command.args(["doctor", "--json"]).env("HOME", home.path()).env("XDG_RUNTIME_DIR", home.path());
        command.env("DONFRA_LIVE_CONFIG_DIR", home.path().join("config"));
        command.env("LIVEKIT_SERVER", donfra_testbed::livekit_server());
        for gone in ["DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_CONFIG_HOME", "SSL_CERT_FILE"] {
            command.env_remove(gone);
        }
        for gone in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
            command.env_remove(gone).env_remove(gone.to_uppercase());
        }
        if let Some(api) = api {
            command.args(["--api", api]);
        }
        Self { command, home, secrets: Vec::new() }
    }

    /// Looks at this session instead of one of its own.
    pub fn session(mut self, id: &str) -> Self {
        self.command.args(["--session", id]);
        self.secrets.push(id.to_owned());
        self
    }

    /// Changes its environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Something that must not be in what it says.
    pub fn secret(mut self, secret: &str) -> Self {
        self.secrets.push(secret.to_owned());
        self
    }

    /// Runs it to its end.
    pub async fn run(mut self) -> Report {
        let output = tokio::task::spawn_blocking(move || {
            let output = self.command.output().unwrap();
            (output, self.secrets, self.home)
        });
        let (output, secrets, _home) = output.await.unwrap();
        let (text, errors) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
        for secret in secrets.iter().map(String::as_str).chain(["eyJ", super::world::SECRET, "Bearer "]) {
            assert!(!text.contains(secret) && !errors.contains(secret), "{secret} is told: {text}\n{errors}");
        }
        let json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}\n{errors}"));
        Report { json, status: output.status.code().unwrap_or(-1) }
    }
}

fn program() -> &'static str {
    env!("CARGO_BIN_EXE_donfra-live")
}

impl Report {
    /// Asserts that the check failed with this cause, that it is the answer with remedies for both sides, and that what
    /// depends on it was skipped because of it.
    #[track_caller]
    pub fn fails(&self, check: &str, cause: &str) -> &Self {
        self.answers(check, cause, "failed");
        assert_eq!(self.status, 1, "{:#}", self.json);
        let skipped: Vec<_> = self.checks().iter().filter(|result| result["skipped_because"] == check).collect();
        assert!(check == "media" || check == "clock" || !skipped.is_empty(), "nothing skipped: {:#}", self.json);
        for result in skipped {
            assert_eq!(result["verdict"], "skipped");
            assert!(result["cause"].is_null(), "{result:#}");
        }
        let media = self.check("media");
        assert_eq!(media["verdict"], "skipped", "{media:#}");
        self
    }

    /// Asserts that it works, but with a warning of this cause as the answer.
    #[track_caller]
    pub fn warns(&self, check: &str, cause: &str) -> &Self {
        self.answers(check, cause, "warning");
        assert_eq!(self.status, 0, "{:#}", self.json);
        self
    }

    /// Asserts that everything works.
    #[track_caller]
    pub fn is_well(&self) -> &Self {
        assert!(self.json["answer"].is_null(), "{:#}", self.json);
        assert_eq!(self.status, 0);
        assert_eq!(self.checks().len(), 13);
        self
    }

    /// Asserts that the answer's or a check's texts have these words.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        let answer = self.json["answer"].to_string();
        let seen = self.checks().iter().any(|check| check["seen"].as_str().is_some_and(|seen| seen.contains(words)));
        assert!(answer.contains(words) || seen, "no {words:?} in {:#}", self.json);
        self
    }

    /// A check's result.
    #[track_caller]
    pub fn check(&self, id: &str) -> &Value {
        self.checks().iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no {id}: {:#}", self.json))
    }

    fn checks(&self) -> &[Value] {
        self.json["checks"].as_array().map_or(&[], Vec::as_slice)
    }

    #[track_caller]
    fn answers(&self, check: &str, cause: &str, verdict: &str) {
        let answer = &self.json["answer"];
        let told = (&answer["check"], &answer["cause"], &answer["verdict"]);
        assert_eq!(told, (&check.into(), &cause.into(), &verdict.into()), "{:#}", self.json);
        for text in ["message", "why", "host", "guest"] {
            let text = answer[text].as_str().unwrap_or_default();
            assert!(text.len() > 15 && !text.contains('{'), "{text:?} in {answer:#}");
        }
        let result = self.check(check);
        assert_eq!((&result["verdict"], &result["cause"]), (&verdict.into(), &cause.into()), "{result:#}");
        assert!(result["todo"].as_str().is_some_and(|todo| !todo.is_empty()), "{result:#}");
        assert_eq!(self.json["version"], 1);
    }
}
