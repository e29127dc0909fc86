//! Running every test.

use crate::process::{cargo, command, npm, run, say};
use crate::run::{profile, with_tools};
use crate::setup::{self, Purpose};
use crate::workspace::{root, setup_dir};
use anyhow::{Context, Result};
use std::fs;
use std::process::Child;

/// Sets up and runs the web UI's tests, cargo's (unit, server and end-to-end), and the device tests.
pub fn test(release: bool) -> Result<()> {
    setup::prepare(Purpose::Test)?;
    say("Test the web UI");
    run(npm().arg("test"))?;
    say("Build the tests");
    // All of the workspace at once: its features, and so the artefacts, are those of the lints' and of the runs below.
    run(cargo().args(["test", "--workspace", "--no-run"]).args(profile(release)))?;
    let kernel = build_kernel()?;
    say("Test the crates, the app, and sessions from end to end");
    let mut tests = cargo();
    tests.args(["test", "--workspace", "--no-fail-fast"]).args(profile(release));
    if !cfg!(target_os = "linux") {
        say("The end-to-end tests need Xvfb and WebKitGTK's WebDriver: they run on Linux only");
        tests.args(["--lib", "--bins"]);
    }
    let tested = run(with_tools(&mut tests));
    if let Some(mut kernel) = kernel {
        // What went wrong there is said by the device tests, which build what is missing.
        kernel.wait()?;
        say("Test the camera and the microphone against the kernel's test devices");
        let mut devices = command("tests/devices/run");
        // Of the whole workspace, as the build above.
        run(with_tools(devices.arg("--workspace").args(profile(release)))).and(tested)
    } else {
        tested
    }
}

/// Builds the kernel of the device tests beside the other tests, which mostly wait: it takes only what they leave.
fn build_kernel() -> Result<Option<Child>> {
    let build = root().join("tests/devices/uml/build-kernel");
    if !cfg!(target_os = "linux") || !build.exists() {
        return Ok(None);
    }
    let log = fs::File::create(setup_dir().join("uml.log"))?;
    let mut build_it = command("nice");
    build_it.args(["-n", "19"]).arg(build).env("UML_CACHE", setup_dir().join("uml"));
    let started = build_it.stdout(log.try_clone()?).stderr(log).spawn();
    started.map(Some).context("the build of the device tests' kernel does not start")
}
