//! Packages of the operating system.

use super::Purpose;
use crate::process::{command, run_quietly, say, works};
use anyhow::{Context, Result, bail};
use std::collections::HashSet;

/// Debian and Ubuntu packages to build and run the app, each with what it is for.
const RUN: &[(&str, &str)] = &[
    ("build-essential", "the C compiler and linker"),
    ("pkg-config", "finds the system's libraries"),
    ("libwebkit2gtk-4.1-dev", "the webview that shows the UI"),
    ("libasound2-dev", "sound through ALSA"),
    ("libclang-dev", "the camera's V4L2 bindings are made with it"),
    ("clang", "headers for libclang"),
    ("libpipewire-0.3-dev", "screen capture on Wayland"),
    ("libdbus-1-dev", "the desktop portal and the keyring"),
    ("libgbm-dev", "screen capture"),
    ("libegl-dev", "screen capture"),
    ("libxcb1-dev", "screen capture on X11"),
    ("libxcb-randr0-dev", "lists the monitors"),
    ("libxcb-shm0-dev", "screen capture on X11"),
    ("libxrandr-dev", "lists the monitors"),
    ("python3-pip", "fetches LiveKit's library"),
];

/// More of them for the tests.
const TEST: &[(&str, &str)] = &[
    ("python3-venv", "keeps the test peer's packages apart"),
    ("xvfb", "a screen for the windows under test"),
    ("openbox", "a window manager on it"),
    ("dbus", "a session bus, which GTK asks for"),
    ("gnome-keyring", "a keyring on it"),
    ("webkit2gtk-driver", "drives the windows by WebDriver"),
    ("fonts-dejavu-core", "letters on that screen"),
    ("linux-source", "a kernel with test cameras is built from it"),
    ("flex", "builds that kernel"),
    ("bison", "builds that kernel"),
    ("bc", "builds that kernel"),
    ("libelf-dev", "builds that kernel"),
    ("libssl-dev", "builds that kernel"),
    ("xz-utils", "unpacks its source"),
    ("v4l-utils", "steers the test cameras"),
    ("pulseaudio", "sound devices for the tests"),
    ("pulseaudio-utils", "steers them"),
    ("x11-xserver-utils", "paints the screen that is captured"),
    ("xauth", "lets tests onto that screen"),
    ("libfaketime", "clocks that are wrong, for programs under test"),
    ("iproute2", "networks between programs under test, and of the kernel with cameras"),
];

/// Installs the packages that are missing, where this system has apt; else says what is needed.
pub fn install(purpose: Purpose) -> Result<()> {
    for (program, use_, remedy) in [
        ("python3", "fetches LiveKit's library", "Install Python 3.9 or newer."),
        ("go", "builds livekit-server", "Install Go 1.24 or newer from the Go project's download page."),
        ("node", "builds the web UI", "Install Node.js 20 or newer."),
        ("npm", "builds the web UI", "Install npm; Node.js brings it along."),
    ] {
        let argument = if program == "go" { "version" } else { "--version" };
        let found = if program == "npm" {
            crate::process::npm()
                .current_dir(crate::workspace::root())
                .arg(argument)
                .output()
                .is_ok_and(|output| output.status.success())
        } else {
            works(program, &[argument])
        };
        if !found {
            bail!("{program} is missing ({use_}). {remedy}");
        }
    }

    let mut wanted = RUN.to_vec();
    if purpose == Purpose::Test {
        wanted.extend(TEST);
    }
    if cfg!(target_os = "macos") {
        if !works("xcode-select", &["-p"]) {
            bail!("Apple's command line tools are missing (compiler and linker). Run `xcode-select --install`.");
        }
        return Ok(());
    }
    if cfg!(windows) {
        say("Needed and not installed from here: Visual Studio Build Tools (C++), LLVM, the WebView2 runtime");
        return Ok(());
    }
    if !works("apt-get", &["--version"]) {
        say("This system has no apt. What these Debian packages hold has to be there:");
        wanted.iter().for_each(|(name, use_)| eprintln!("      {name}: {use_}"));
        return Ok(());
    }
    if purpose == Purpose::Test && !works("chromedriver", &["--version"]) {
        // Debian's; Ubuntu has both only as snaps.
        if works("apt-cache", &["show", "chromium-driver"]) {
            wanted.extend([("chromium", "a web client in the tests"), ("chromium-driver", "drives it")]);
        } else {
            say("Needed and not installed from here: Chromium and chromedriver (a web client in the tests)");
        }
    }
    let installed = installed()?;
    let missing: Vec<_> = wanted.into_iter().filter(|(name, _)| !installed.contains(*name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    say("Install system packages:");
    missing.iter().for_each(|(name, use_)| eprintln!("      {name}: {use_}"));
    let names: Vec<_> = missing.iter().map(|(name, _)| *name).collect();
    let by_hand = || format!("system packages are missing. Install them: apt-get install {}", names.join(" "));
    run_quietly(apt()?.arg("update")).with_context(by_hand)?;
    run_quietly(apt()?.args(["install", "-y", "--no-install-recommends"]).args(&names)).with_context(by_hand)
}

/// Names of the packages that are installed.
fn installed() -> Result<HashSet<String>> {
    let output = command("dpkg-query")
        .args(["--show", "--showformat=${db:Status-Status} ${Package}\\n"])
        .output()
        .context("dpkg-query does not start")?;
    let lines = String::from_utf8_lossy(&output.stdout);
    Ok(lines.lines().filter_map(|line| line.strip_prefix("installed ").map(str::to_owned)).collect())
}

/// apt-get, with the rights it needs, asking nothing.
fn apt() -> Result<std::process::Command> {
    let id = command("id").arg("-u").output().context("id does not start")?;
    let mut apt = if id.stdout.starts_with(b"0") {
        command("apt-get")
    } else {
        let mut sudo = command("sudo");
        sudo.args(["--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
        sudo
    };
    apt.env("DEBIAN_FRONTEND", "noninteractive").args(["-q", "-o", "DPkg::Lock::Timeout=300"]);
    Ok(apt)
}
