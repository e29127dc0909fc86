//! Why this computer does not host, and what a person can do about it.

use std::path::PathBuf;

use crate::doctor::{self, Cause};
use crate::error::{Action, UiError};

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

impl HostError {
    /// What the doctor knows about it.
    pub fn cause(&self) -> Cause {
        match self {
            Self::LiveKitMissing => Cause::LivekitProgramMissing,
            Self::Exited { said } if said.contains("address already in use") => Cause::HostPortTaken,
            // LiveKit says in its last words what it does not like.
            Self::Exited { said } => doctor::sentence(said)
                .and_then(|sentence| sentence.causes.first().copied())
                .filter(|cause| *cause == Cause::SecretTooShort)
                .unwrap_or(Cause::HostFailed),
            Self::Server(donfra_session_server::ServerError::Listen { source, .. })
                if source.kind() == std::io::ErrorKind::AddrInUse =>
            {
                Cause::HostPortTaken
            }
            _ => Cause::HostFailed,
        }
    }
}

impl From<HostError> for UiError {
    fn from(error: HostError) -> Self {
        tracing::warn!(%error, "hosting");
        let known = Self::of_hosting(error.cause(), "this computer");
        match error {
            HostError::NoNetwork => Self::new(
                "no_network",
                "This computer is on no network, so that nobody could join.",
                "Connect it to the network, or switch off \"Let people on my network join\".",
            )
            .because("The settings let people on the network join, and there is no network address to give them.")
            .offering(Action::OpenSettings),
            HostError::Start { program, source } => {
                let program = program.display();
                let why = format!("The system does not start {program}: {source}.");
                Self { hint: format!("Check that {program} is a program for this computer."), ..known.because(why) }
            }
            HostError::NotReady { seconds } => known.because(format!("LiveKit does not answer after {seconds} s.")),
            _ => known,
        }
    }
}
