//! What to hand out so that others come: a link, and the same as a QR code.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::encryption::Secret;
use super::invitation::Invitation;
use crate::api::BaseUrl;

/// Who can come with the session's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Only who sits at this computer.
    ThisComputer,
    /// Who reaches the session server by its address.
    Server,
}

/// A square of light and dark modules, drawn as one SVG path of dark ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Code {
    /// Modules of an edge; the quiet zone around it is not counted.
    pub size: u32,
    /// The path's `d`, a unit a module.
    pub path: String,
}

/// An invitation to the session that one is in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Invite {
    /// The session's id, a UUID.
    pub session_id: String,
    /// Who can come with it.
    pub reach: Reach,
    /// The session server's base URL, for who sets it by hand.
    pub server: String,
    /// The link that opens the app and joins. None where nobody elsewhere could use it.
    pub link: Option<String>,
    /// The link as a QR code.
    pub code: Option<Code>,
    /// The key words of an encrypted session. They are in the link already.
    pub key_words: Option<String>,
}

impl Invite {
    /// To this session of the server at `api`.
    pub fn new(session_id: &str, api: &BaseUrl, secret: Option<Secret>) -> Self {
        let reach = if api.is_loopback() { Reach::ThisComputer } else { Reach::Server };
        let key_words = secret.as_ref().map(|secret| secret.reveal().replace('-', " "));
        let session_id = session_id.to_owned();
        let invitation = Invitation { session_id: session_id.clone(), api: Some(api.clone()), secret };
        let link = (reach == Reach::Server).then(|| invitation.link());
        let code = link.as_deref().and_then(code);
        Self { session_id, reach, server: api.as_str().to_owned(), link, code, key_words }
    }
}

/// None where the text is too long for one.
fn code(text: &str) -> Option<Code> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let size = code.width();
    let modules = code.to_colors();
    let mut path = String::new();
    for (row, modules) in modules.chunks(size).enumerate() {
        let mut column = 0;
        for run in modules.chunk_by(|one, other| one == other) {
            if run.first() == Some(&Color::Dark) {
                // Writing to a string does not fail.
                let _ = write!(path, "M{column} {row}h{0}v1h-{0}z", run.len());
            }
            column += run.len();
        }
    }
    Some(Code { size: u32::try_from(size).ok()?, path })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::invitation;

    const ID: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";

    #[test]
    fn a_link_is_given_where_others_can_use_it() {
        let api = BaseUrl::parse("https://live.example/api").unwrap();
        let secret = Secret::random();
        let invite = Invite::new(ID, &api, Some(secret.clone()));
        let found = invitation::parse(invite.link.as_deref().unwrap()).unwrap();
        assert_eq!((found.session_id.as_str(), found.api), (ID, Some(api)));
        assert_eq!(found.secret, Some(secret.clone()));
        assert_eq!(Secret::parse(&invite.key_words.unwrap()), Ok(secret));
        let here = Invite::new(ID, &BaseUrl::parse("http://127.0.0.1:8080/api").unwrap(), None);
        assert_eq!((here.reach, here.link, here.code), (Reach::ThisComputer, None, None));
    }

    #[test]
    fn the_code_has_its_finders() {
        let code = code("donfra://join/x").unwrap();
        assert!(code.size >= 21);
        // The upper left corner begins with a run of seven, the upper right one ends with one.
        assert!(code.path.starts_with("M0 0h7v1h-7z"));
        assert!(code.path.contains(&format!("M{} 0h7v1h-7z", code.size - 7)));
        assert_eq!(super::code(&"x".repeat(5000)), None);
    }
}
