//! Sign-ins in a real keyring (gnome-keyring, on a session bus of the test's own), and where there is none.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use donfra_live::settings::credential::{Credential, Credentials, SignIn};
use donfra_live::settings::{CredentialState, SettingsStore};
use secrecy::{ExposeSecret, SecretString};

/// Which step a process of this file is to take.
const STEP: &str = "DONFRA_LIVE_KEYRING_STEP";
const SERVER: &str = "https://sessions.example/api";
const SECRET: &str = "a:secret";

/// Starts a keyring, then takes each step in a process of its own: what one keeps, the next finds.
const WITH_A_KEYRING: &str = r#"
printf password | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
daemon=$!
trap 'kill $daemon' EXIT
for _ in $(seq 100); do
  dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetNameOwner \
    string:org.freedesktop.secrets >/dev/null 2>&1 && break
  sleep 0.1
done
for step in keep find forget miss; do
  DONFRA_LIVE_KEYRING_STEP=$step "$1" --ignored --exact step || exit 1
done
"#;

/// A keyring with a sign-in in it is locked, as after an automatic login; then it is unlocked.
const WITH_A_LOCKED_KEYRING: &str = r#"
there() {
  for _ in $(seq 100); do
    dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetNameOwner \
      string:org.freedesktop.secrets >/dev/null 2>&1 && return
    sleep 0.1
  done
}
end() { kill $daemon; wait $daemon 2>/dev/null; sleep 0.3; }
trap 'kill $daemon' EXIT
unlocked() {
  mkfifo "$HOME/password.$1"
  gnome-keyring-daemon --foreground --unlock --components=secrets <"$HOME/password.$1" >/dev/null 2>&1 &
  daemon=$!
  printf password >"$HOME/password.$1"
  there
}
step() { DONFRA_LIVE_KEYRING_STEP=$2 "$1" --ignored --exact step || exit 1; }
unlocked first; step "$1" keep; end
gnome-keyring-daemon --foreground --components=secrets >/dev/null 2>&1 &
daemon=$!
there; step "$1" locked; end
unlocked again; step "$1" find
"#;

/// A command with a home of its own, so that nobody's keyring is touched.
fn alone(program: &str, home: &std::path::Path) -> Command {
    let mut command = Command::new(program);
    command.env("HOME", home).env("XDG_RUNTIME_DIR", home);
    for gone in ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY"] {
        command.env_remove(gone);
    }
    command
}

fn passed(output: &Output) -> bool {
    print!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    output.status.success()
}

#[test]
fn a_sign_in_is_found_again_by_the_next_run_until_it_is_forgotten() {
    let home = tempfile::tempdir().unwrap();
    let me = std::env::current_exe().unwrap();
    let mut command = alone("dbus-run-session", home.path());
    command.args(["--", "sh", "-c", WITH_A_KEYRING, "sh"]).arg(me);
    assert!(passed(&command.output().expect("dbus-run-session (package dbus) starts")));
}

#[test]
fn a_locked_keyring_is_told_once_and_costs_the_sign_in_only() {
    let home = tempfile::tempdir().unwrap();
    let me = std::env::current_exe().unwrap();
    let mut command = alone("dbus-run-session", home.path());
    command.args(["--", "sh", "-c", WITH_A_LOCKED_KEYRING, "sh"]).arg(me);
    assert!(passed(&command.output().expect("dbus-run-session (package dbus) starts")));
}

/// What the page is told of a locked keyring, and how often the log says so.
async fn locked() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = SettingsStore::open(folder.path().to_owned(), Some(SERVER.into()));
    for look in 0..3 {
        let asked = Instant::now();
        let view = store.view().await;
        println!("look {look}: {:?}", asked.elapsed());
        assert!(asked.elapsed() < Duration::from_secs(6), "the page does not wait for the keyring");
        assert_eq!(view.credential, CredentialState::None);
        let notice = view.notice.expect("it is told");
        assert_eq!(notice.code, "keyring_locked");
        assert!(notice.hint.contains("Unlock the keyring"), "{}", notice.hint);
    }
    // The proofs of being host go the same way.
    store.keep_host_key("3fa85f64-5717-4562-b3fc-2c963f66afa6", &SecretString::from(SECRET)).await;
    assert!(store.host_key("3fa85f64-5717-4562-b3fc-2c963f66afa6").await.is_none());
    // A sign-in counts for this run all the same.
    let saved = store.set_credential(SignIn::Cookie, SecretString::from("another")).await;
    assert_eq!(saved.map_err(|error| error.code).unwrap_err(), "keyring_refused");
    assert_eq!(store.view().await.credential, CredentialState::Cookie);
    let text = log.text();
    assert_eq!(text.matches("without it until it answers").count(), 1, "{text}");
    assert!(!text.contains("another") && !text.contains(SECRET), "{text}");
}

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn without_a_keyring_a_sign_in_lasts_for_the_run() {
    let home = tempfile::tempdir().unwrap();
    let mut command = alone(std::env::current_exe().unwrap().to_str().unwrap(), home.path());
    command.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}/none", home.path().display())).env(STEP, "none");
    assert!(passed(&command.args(["--ignored", "--exact", "step"]).output().unwrap()));
}

#[tokio::test]
#[ignore = "a step of the other tests"]
async fn step() {
    let credentials = Credentials::default();
    let credential = || Credential { kind: SignIn::Cookie, secret: SecretString::from(SECRET) };
    let found = async |credentials: &Credentials| {
        let found = credentials.get(SERVER).await;
        found.map(|credential| (credential.kind, credential.secret.expose_secret().to_owned()))
    };
    let step = std::env::var(STEP).unwrap();
    if step == "locked" {
        return locked().await;
    }
    let kept = Some((SignIn::Cookie, SECRET.to_owned()));
    assert_eq!(Credentials::keyring_available().await, step != "none");
    match step.as_str() {
        "keep" => credentials.set(SERVER, credential()).await.unwrap(),
        "find" => {
            assert_eq!(found(&credentials).await, kept);
            assert!(credentials.get("https://elsewhere.example/api").await.is_none(), "each server has its own");
        }
        "forget" => credentials.clear(SERVER).await.unwrap(),
        "miss" => assert_eq!(found(&credentials).await, None),
        "none" => {
            credentials.set(SERVER, credential()).await.unwrap();
            assert_eq!(found(&credentials).await, kept);
            credentials.clear(SERVER).await.unwrap();
            assert_eq!(found(&credentials).await, None);
        }
        other => panic!("no step {other}"),
    }
}
