//! Bounds on what a person types.

use crate::error::UiError;

/// Longest title and name, in characters; session servers take about this.
const MAX_TEXT: usize = 100;

/// A title or name, trimmed.
pub fn checked(what: &str, text: &str) -> Result<String, UiError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(UiError::new(
            format!("{what}_missing"),
            format!("The {what} is empty."),
            format!("Type a {what} first."),
        ));
    }
    if text.chars().count() > MAX_TEXT || text.chars().any(char::is_control) {
        return Err(UiError::new(
            format!("{what}_unusable"),
            format!("This {what} is too long or has characters that cannot be shown."),
            format!("Use at most {MAX_TEXT} plain characters."),
        ));
    }
    Ok(text.to_owned())
}
