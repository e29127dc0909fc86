//! Fuzzing the parsers of what others wrote.

use crate::process::{cargo, run, say, works};
use crate::workspace::root;
use anyhow::{Context, Result, bail};
use std::fs;
use std::process::{Child, Command};

/// The installer's version; it builds with the project's own toolchain.
const CARGO_FUZZ: &str = "cargo-fuzz@0.13.2";

/// The fuzz targets: `fuzz/fuzz_targets/NAME.rs`, each beginning with `fuzz/seeds/NAME/`.
const TARGETS: [&str; 8] =
    ["invitation", "api_answer", "peer_text", "chat", "settings", "library_event", "statistics", "candidates"];

/// So many run side by side: two for each core of the smallest machine of the project, so that all take two minutes.
const SIDE_BY_SIDE: usize = 4;

/// Most memory of one target, MiB: what needs more has no bound.
const MEMORY_MIB: u32 = 1024;

/// Longest that one input may take, s.
const SLOWEST_S: u32 = 5;

/// Runs every target for so many seconds. What breaks one is kept under `target/fuzz/found/`.
pub fn fuzz(seconds: u32) -> Result<()> {
    if !works("cargo", &["fuzz", "--version"]) {
        say("Install cargo-fuzz (a minute or two)");
        run(cargo().args(["install", CARGO_FUZZ, "--locked"]))?;
    }
    say("Build the fuzz targets");
    // Without a sanitizer: the parsers have no unsafe code, and so the project's own toolchain does.
    run(cargo_fuzz("build").args(["--sanitizer", "none"]))?;
    for targets in TARGETS.chunks(SIDE_BY_SIDE) {
        say(&format!("Fuzz {} for {seconds} s", targets.join(", ")));
        let running: Vec<_> = targets.iter().map(|target| start(target, seconds)).collect::<Result<_>>()?;
        let mut broken = Vec::new();
        for (target, mut child) in targets.iter().zip(running) {
            if !child.wait()?.success() {
                broken.push(*target);
            }
        }
        if !broken.is_empty() {
            bail!("{} broke: fix it, and make a test of the input under target/fuzz/found/", broken.join(" and "));
        }
    }
    Ok(())
}

/// Starts a target on its seeds and on what earlier runs found interesting.
fn start(target: &str, seconds: u32) -> Result<Child> {
    let work = root().join("target/fuzz");
    let (corpus, found) = (work.join("corpus").join(target), work.join("found"));
    fs::create_dir_all(&corpus)?;
    fs::create_dir_all(&found)?;
    let mut command = cargo_fuzz("run");
    command.args(["--sanitizer", "none", target]).arg(corpus).arg(root().join("fuzz/seeds").join(target));
    command.arg("--").arg(format!("-artifact_prefix={}/{target}-", found.display()));
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-rss_limit_mb={MEMORY_MIB}"));
    command.arg(format!("-timeout={SLOWEST_S}")).args(["-max_len=4096", "-print_final_stats=1", "-verbosity=0"]);
    command.spawn().with_context(|| format!("the fuzz target {target} does not start"))
}

/// A command of cargo-fuzz, its artefacts beside the others.
fn cargo_fuzz(what: &str) -> Command {
    let mut command = cargo();
    command.current_dir(root()).args(["fuzz", what, "--target-dir"]).arg(root().join("target/fuzz/build"));
    command
}
