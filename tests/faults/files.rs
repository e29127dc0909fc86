//! Full disks, folders that cannot be written, damaged files.
//!
//! The app runs its connection check, which needs no window, against an address where nobody listens. Full and read-only
//! disks are mounted in a mount namespace of its own: that needs root.

use std::fs;
use std::path::Path;
use std::process::Command;

use donfra_testbed::free_port;

/// A run of the app that has ended.
struct Run {
    folder: tempfile::TempDir,
    stderr: String,
}

impl Run {
    /// Runs the app, its settings folder being `config` below the folder. `prepare` is what a shell does before, as root
    /// in a mount namespace, with `$1` as that folder; it sees nothing of what others do, nor they of it.
    fn new(fill: impl FnOnce(&Path), prepare: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        fs::create_dir_all(&config).unwrap();
        fill(&config);
        // What the namespace hides afterwards is copied to where it does not.
        let script = format!("set -e\n{prepare}\nset +e\n\"$@\"\ncode=$?\ncp -r \"$CONFIG\" \"$SEEN\"\nexit $code");
        let script = format!("CONFIG=$1 SEEN=$2\nshift 2\n{script}");
        let output = Command::new("unshare")
            .args(["--mount", "sh", "-c", &script, "sh"])
            .args([config.as_path(), &folder.path().join("seen"), Path::new(env!("CARGO_BIN_EXE_donfra-live"))])
            .args(["doctor", "--json", "--api", &format!("http://127.0.0.1:{}/api", free_port())])
            .env("DONFRA_LIVE_CONFIG_DIR", &config)
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/none")
            .env("NO_COLOR", "1")
            .env_remove("RUST_LOG")
            .output()
            .expect("unshare of the package util-linux");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{stderr}"));
        assert_eq!(answer["answer"]["cause"], "api_not_running", "the run went on: {answer}");
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        let run = Self { folder, stderr };
        assert!(!run.stderr.contains("panicked") && !run.log().contains("panicked"), "{}", run.stderr);
        run
    }

    /// The settings folder as the app left it.
    fn seen(&self) -> std::path::PathBuf {
        self.folder.path().join("seen")
    }

    /// What the log files hold.
    fn log(&self) -> String {
        let files = fs::read_dir(self.seen().join("logs")).into_iter().flatten().flatten();
        files.map(|file| fs::read_to_string(file.path()).unwrap()).collect()
    }

    /// That stderr says this once.
    fn says_once(&self, what: &str) {
        assert_eq!(self.stderr.matches(what).count(), 1, "{what:?} in: {}", self.stderr);
    }

    /// That stderr and the log say this, once each.
    fn logs_once(&self, what: &str) {
        self.says_once(what);
        let log = self.log();
        assert_eq!(log.matches(what).count(), 1, "{what:?} in: {log}");
    }
}

const UNREADABLE: &str = "settings are unreadable: kept aside, defaults used";

#[test]
fn damaged_settings_are_kept_aside() {
    // Cut off, as a crash of the system leaves a file; bytes that are no text; another program's file.
    for damaged in [&b"version = 1\nname = \"Ad"[..], &[0xff, 0, 0xfe, b'='], b"{\"version\": 1}"] {
        let run = Run::new(|config| fs::write(config.join("settings.toml"), damaged).unwrap(), "");
        run.logs_once(UNREADABLE);
        assert_eq!(fs::read(run.seen().join("settings.broken-1.toml")).unwrap(), damaged);
        assert!(!run.seen().join("settings.toml").exists());
    }
}

#[test]
fn settings_of_a_newer_version_are_kept_and_named_so() {
    let text = "version = 99\nname = \"Ada\"\n";
    let run = Run::new(|config| fs::write(config.join("settings.toml"), text).unwrap(), "");
    run.logs_once("settings are of a newer version: kept aside, defaults used");
    run.logs_once("written by a newer version (99)");
    assert_eq!(fs::read_to_string(run.seen().join("settings.newer-1.toml")).unwrap(), text);
}

#[test]
fn a_full_disk_costs_the_log_and_is_said_once() {
    // The settings are damaged too, so that there is something to write down.
    let full = "mount -t tmpfs -o size=16k none \"$CONFIG\"\nprintf '[[[' >\"$CONFIG/settings.toml\"\n\
                dd if=/dev/zero of=\"$CONFIG/full\" bs=1k 2>/dev/null || true";
    let run = Run::new(|_| {}, full);
    run.says_once("the log cannot be written to");
    run.says_once(UNREADABLE);
    assert_eq!(fs::read(run.seen().join("settings.broken-1.toml")).unwrap(), b"[[[");
}

#[test]
fn a_read_only_folder_costs_the_log_and_what_is_in_it_stays() {
    let read_only = "mount --bind \"$CONFIG\" \"$CONFIG\"\nmount -o remount,ro,bind \"$CONFIG\"";
    let run = Run::new(|config| fs::write(config.join("settings.toml"), "[[[").unwrap(), read_only);
    run.says_once("no log file");
    run.says_once("and cannot be kept aside: Read-only file system");
    assert_eq!(fs::read_to_string(run.seen().join("settings.toml")).unwrap(), "[[[");
}

/// A system that trusts nobody: what needs no HTTPS goes on.
#[test]
fn a_system_without_certificate_authorities_costs_https_only() {
    let none = "export SSL_CERT_FILE=/nowhere/none.pem SSL_CERT_DIR=/nowhere";
    let run = Run::new(|_| {}, none);
    run.logs_once("this system has no certificate authorities");
}

#[test]
fn a_log_folder_that_is_none_costs_the_log() {
    let run = Run::new(|config| fs::write(config.join("logs"), "a file").unwrap(), "");
    run.says_once("no log file");
}
