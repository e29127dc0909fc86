//! Running every test.

use crate::process::{cargo, command, npm, run, say};
use crate::run::{profile, with_tools};
use crate::setup::{self, Purpose};
use crate::workspace::root;
use anyhow::Result;

/// Sets up and runs the web UI's tests, the device tests and cargo's: unit, server and end-to-end.
pub fn test(release: bool) -> Result<()> {
    setup::prepare(Purpose::Test)?;
    say("Test the web UI");
    run(npm().arg("test"))?;
    say("Build the tests");
    // All of the workspace at once: its features, and so the artefacts, are those of the lints' and of the run below.
    run(cargo().args(["test", "--workspace", "--no-run"]).args(profile(release)))?;
    if cfg!(target_os = "linux") && root().join("tests/devices/run").exists() {
        say("Test the camera and the microphone against the kernel's test devices");
        let mut devices = command("tests/devices/run");
        // Of the whole workspace, as the build above.
        run(with_tools(devices.arg("--workspace").args(profile(release))))?;
    }
    say("Test the crates, the app, and sessions from end to end");
    let mut tests = cargo();
    tests.args(["test", "--workspace", "--no-fail-fast"]).args(profile(release));
    if !cfg!(target_os = "linux") {
        say("The end-to-end tests need Xvfb and WebKitGTK's WebDriver: they run on Linux only");
        tests.args(["--lib", "--bins"]);
    }
    run(with_tools(&mut tests))
}
