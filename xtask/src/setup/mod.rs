//! Sets up what is missing, says what it does, skips what is done.

mod python;
mod sdk;
mod server;
mod system;
mod ui;

pub use python::interpreter as test_python;
pub use server::program as livekit_server;

use anyhow::Result;

/// What the set-up is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Building and running the app.
    Run,
    /// That, and every test.
    Test,
}

/// Sets up what is missing.
pub fn prepare(purpose: Purpose) -> Result<()> {
    system::install(purpose)?;
    sdk::fetch()?;
    server::build()?;
    ui::build()?;
    if purpose == Purpose::Test {
        python::install()?;
    }
    Ok(())
}

/// Path of LiveKit's compiled library.
pub use sdk::library as livekit_library;
