//! Why this computer does not host, and what a person can do about it.

use std::path::PathBuf;

use crate::error::UiError;

/// Why this computer does not host.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// There is no LiveKit server on this computer.
    #[error("no livekit-server was found")]
    LiveKitMissing,
    /// It is to be on the network, and there is none.
    #[error("this computer has no network address")]
    NoNetwork,
    /// LiveKit's process cannot be started.
    #[error("{program} cannot be started: {source}")]
    Start {
        /// Which.
        program: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// LiveKit ended at once.
    #[error("LiveKit ended at its start: {said}")]
    Exited {
        /// Its last words.
        said: String,
    },
    /// LiveKit does not answer.
    #[error("LiveKit does not answer after {seconds} s")]
    NotReady {
        /// How long it was waited for.
        seconds: u64,
    },
    /// The system gives no ports.
    #[error("no free port: {0}")]
    Ports(std::io::Error),
    /// The session server does not start.
    #[error("the session server does not start: {0}")]
    Server(#[from] donfra_session_server::ServerError),
}

impl From<HostError> for UiError {
    fn from(error: HostError) -> Self {
        tracing::warn!(%error, "hosting");
        match error {
            HostError::LiveKitMissing => Self::new(
                "livekit_missing",
                "This computer has no LiveKit server, which it needs to host a session.",
                "Install livekit-server 1.13 onto PATH (or run `cargo xtask env` in the sources), or set a session server \
                 in the settings.",
            ),
            HostError::NoNetwork => Self::new(
                "no_network",
                "This computer is on no network, so that nobody could join.",
                "Connect it to the network, or switch off \"Let people on my network join\".",
            ),
            HostError::Start { program, .. } => Self::new(
                "livekit_failed",
                "The LiveKit server of this computer cannot be started.",
                format!("Check that {} is a program for this computer.", program.display()),
            ),
            HostError::Exited { .. } => Self::new(
                "livekit_failed",
                "The LiveKit server of this computer ended at its start.",
                "The log says why; another version of livekit-server may be needed (1.13).",
            ),
            HostError::NotReady { seconds } => Self::new(
                "livekit_failed",
                format!("The LiveKit server of this computer does not answer after {seconds} s."),
                "Try again; if it stays so, look whether a firewall blocks it.",
            ),
            HostError::Ports(_) | HostError::Server(_) => Self::new(
                "host_failed",
                "This computer cannot host a session now.",
                "Close other programs and try again; the log says more.",
            ),
        }
    }
}
