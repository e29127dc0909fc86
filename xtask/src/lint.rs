//! Checks that change nothing, and the generator whose result they compare.

use crate::process::{cargo, npm, run, say, works};
use crate::setup::{self, Purpose};
use anyhow::{Context, Result};

/// Format, clippy, the web UI's types and style, generated files.
pub fn lint() -> Result<()> {
    setup::prepare(Purpose::Run)?;
    say("Check the format");
    run(cargo().args(["fmt", "--all", "--check"])).context("run `cargo fmt --all`")?;
    say("Check the web UI's types and style");
    run(npm().args(["run", "check"]))?;
    run(npm().args(["run", "lint"]))?;
    say("Check the Rust code");
    run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))?;
    say("Check that the generated files are current");
    run(&mut generated_test()).context("generated files are stale: run `cargo xtask generate`")
}

/// Writes `ui/src/lib/bindings.ts` and `docs/troubleshooting.md` anew.
pub fn generate() -> Result<()> {
    setup::prepare(Purpose::Run)?;
    run(generated_test().env("DONFRA_LIVE_GENERATE", "1"))
}

/// The app's tests that compare what is generated with what is committed. Of the whole workspace, so that they share
/// their build with the other tests.
fn generated_test() -> std::process::Command {
    let mut command = cargo();
    command.args(["test", "--quiet", "--workspace", "--lib", "--", "bindings", "troubleshooting"]);
    command
}

/// Licences and advisories, as `deny.toml` says.
pub fn deny() -> Result<()> {
    if !works("cargo", &["deny", "--version"]) {
        say("Install cargo-deny (some minutes)");
        run(cargo().args(["install", "cargo-deny", "--locked"]))?;
    }
    let deny = |what: &[&str]| run(cargo().args(["deny", "--workspace", "check", "--hide-inclusion-graph"]).args(what));
    deny(&["licenses", "bans", "sources"])?;
    deny(&["advisories"]).context("an advisory applies, or the advisory database cannot be fetched")
}
