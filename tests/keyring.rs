//! Sign-ins in a real keyring (gnome-keyring, on a session bus of the test's own), and where there is none.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::process::{Command, Output};

use donfra_live::settings::credential::{Credential, Credentials, SignIn};
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
    let kept = Some((SignIn::Cookie, SECRET.to_owned()));
    let step = std::env::var(STEP).unwrap();
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
