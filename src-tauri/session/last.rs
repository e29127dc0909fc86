//! The session to go back to: after it was left or lost, and after a crash.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::connect::Admission;
use super::state::{EndReason, LastSession, LeftHow, Role};
use crate::api::BaseUrl;

/// Which session, and who one was in it.
#[derive(Clone, Debug)]
pub struct Last {
    /// Which session.
    pub session_id: String,
    /// Its title, if known.
    pub title: Option<String>,
    /// The own role.
    pub role: Role,
    /// The own name.
    pub name: String,
    /// The session server that has it.
    pub api: BaseUrl,
    at: OffsetDateTime,
    /// Why it is to be offered, if it is.
    how: Option<LeftHow>,
}

impl Last {
    /// What is to be remembered of a session that ended for this reason; nothing if there is nothing to go back to.
    pub fn after(admission: &Admission, title: Option<String>, name: String, reason: EndReason) -> Option<Self> {
        let how = match reason {
            EndReason::EndedByHost | EndReason::RoomGone | EndReason::Removed => return None,
            EndReason::Left | EndReason::DuplicateIdentity => None,
            EndReason::ConnectionLost | EndReason::ServerShutdown | EndReason::TokenRefused => Some(LeftHow::Lost),
        };
        Some(Self {
            session_id: admission.session_id.clone(),
            title,
            role: admission.role,
            name,
            api: admission.api.base().clone(),
            at: OffsetDateTime::now_utc(),
            how,
        })
    }

    /// As home offers it, where it is to be offered.
    pub fn offer(&self) -> Option<LastSession> {
        Some(LastSession {
            session_id: self.session_id.clone(),
            title: self.title.clone(),
            role: self.role,
            left_at: self.at.format(&Rfc3339).ok()?,
            how: self.how?,
        })
    }
}
