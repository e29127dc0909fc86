//! The connection doctor: checks the chain from the app to the media, one link after the other, and says which is the
//! first broken one, why, and what to do.

mod address;
mod answers;
mod candidates;
mod cause;
mod check;
pub mod cli;
mod clock;
mod context;
mod engine;
mod ice;
mod knowledge;
mod livekit_port;
mod livekit_token;
pub mod mask;
mod media;
mod probe;
mod report;
mod save;
mod server_url;
mod session;
mod session_api;
mod sign_in;
mod signal;
mod state;
#[cfg(test)]
mod testing;
mod token;
mod websocket;
#[cfg(test)]
mod whole_tests;

pub use cause::Cause;
pub use check::{CheckId, CheckResult, CheckState, Finding, Progress, Verdict};
pub use context::{Context, Room, Server, Target};
pub use engine::{Step, run};
pub use knowledge::{Knowledge, SENTENCES, Sentence, sentence};
pub use livekit_port::http_url;
pub use report::{Answer, AppInfo, DoctorReport, Subject, VERSION};
pub use save::save;
pub use state::{Doctor, DoctorChange, DoctorState, DoctorUpdate};

pub(crate) use livekit_token::cause_of_refused_token;
pub(crate) use probe::http::{Fault, fault};
pub(crate) use probe::proxy::before as proxy_before;
pub(crate) use session::cause as cause_of_refusal;
