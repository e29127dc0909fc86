//! Bounds on what people type: length, and no characters that disturb a log, a list or a terminal.

use uuid::Uuid;

use crate::error::ApiError;

/// Longest title, in characters.
pub(crate) const MAX_TITLE: usize = 200;
/// Longest name of a person, in characters.
pub(crate) const MAX_NAME: usize = 100;

/// The title of a session, trimmed.
pub(crate) fn title(text: &str) -> Result<String, ApiError> {
    bounded(text, MAX_TITLE, "invalid_title", "title")
}

/// The name of a person, trimmed. `field` is the JSON field it came in.
pub(crate) fn name(text: &str, field: &'static str) -> Result<String, ApiError> {
    bounded(text, MAX_NAME, "invalid_name", field)
}

/// The id of a session.
pub(crate) fn session_id(text: &str) -> Result<Uuid, ApiError> {
    Uuid::parse_str(text.trim()).map_err(|_| ApiError::InvalidSessionId)
}

/// By what an app is known: 16 to 128 letters, digits and hyphens. What comes is only compared, never shown.
pub(crate) fn client_id(text: &str) -> Result<String, ApiError> {
    let fits =
        (16..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let message = || "client_id is 16 to 128 letters, digits and hyphens.".to_owned();
    if fits {
        Ok(text.to_owned())
    } else {
        Err(ApiError::InvalidText { code: "invalid_client_id", message: message() })
    }
}

fn bounded(text: &str, max: usize, code: &'static str, field: &'static str) -> Result<String, ApiError> {
    let text = text.trim();
    let refuse = |why: String| Err(ApiError::InvalidText { code, message: format!("{field} {why}") });
    if text.is_empty() {
        return refuse("is empty: give one.".into());
    }
    if text.chars().nth(max).is_some() {
        return refuse(format!("is too long: at most {max} characters."));
    }
    if text.chars().any(unprintable) {
        return refuse("holds control characters: write it in one line of plain text.".into());
    }
    Ok(text.into())
}

/// Control characters, line breaks, and what reverses the direction of the text around it.
fn unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_people_are_called() {
        for text in ["Zoë", "李小龍", "O'Neil – 3rd", "👩‍👩‍👧 family"] {
            assert_eq!(name(&format!("  {text} "), "user_name").unwrap(), text);
        }
        assert_eq!(title(&"ü".repeat(MAX_TITLE)).unwrap().chars().count(), MAX_TITLE);
    }

    #[test]
    fn refuses_the_empty_the_long_and_the_unprintable() {
        for text in ["", "  \t", "a\nb", "a\0b", "\u{202e}gnp", "\u{1b}[31mred"] {
            assert_eq!(name(text, "user_name").unwrap_err().code(), "invalid_name", "{text:?}");
        }
        assert_eq!(title(&"x".repeat(MAX_TITLE + 1)).unwrap_err().code(), "invalid_title");
    }

    #[test]
    fn reads_session_ids() {
        let id = Uuid::new_v4();
        assert_eq!(session_id(&format!(" {id}\n")).unwrap(), id);
        assert_eq!(session_id("not-an-id").unwrap_err().code(), "invalid_session_id");
    }
}
