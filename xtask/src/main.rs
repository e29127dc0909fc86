//! The project's commands: `cargo xtask run`, `cargo xtask test` and a few more. What cargo or npm does already, it calls.

mod fuzz;
mod lint;
mod official;
mod process;
mod run;
mod setup;
mod test;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The project's commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Set up what is missing, build the app and start it.
    Run {
        /// Build with optimisations.
        #[arg(long)]
        release: bool,
        /// Arguments for the app itself.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Set up what is missing and run every test.
    Test {
        /// Build with optimisations.
        #[arg(long)]
        release: bool,
    },
    /// Set up and build what is missing, then print where things are, as shell assignments.
    Env {
        /// Build with optimisations.
        #[arg(long)]
        release: bool,
    },
    /// Write the TypeScript types anew from the Rust ones.
    Generate,
    /// Check format, clippy, the web UI's types and style, and that generated files are current.
    Lint,
    /// Type-check the app against the official `livekit` crate, the workspace's patch left out.
    CheckOfficial,
    /// Fuzz the parsers of what others wrote (installs cargo-fuzz where it is missing).
    Fuzz {
        /// How long each target runs, s.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
    /// Check licences and advisories of all dependencies (installs cargo-deny where it is missing).
    Deny,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Task::Run { release, arguments } => run::run(release, &arguments),
        Task::Test { release } => test::test(release),
        Task::Env { release } => run::env(release),
        Task::Generate => lint::generate(),
        Task::Lint => lint::lint(),
        Task::CheckOfficial => official::check(),
        Task::Fuzz { seconds } => fuzz::fuzz(seconds),
        Task::Deny => lint::deny(),
    };
    // The chain of causes in one line: no backtrace, whatever RUST_BACKTRACE says.
    done.map_or_else(
        |error| {
            eprintln!("cargo xtask: {error:#}");
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    )
}
