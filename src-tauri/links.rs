//! Opening links that others sent, in the system's own programs.

use std::ffi::OsString;
use std::path::PathBuf;

use url::Url;

use crate::error::UiError;

/// Longest link that is opened, in bytes.
const MAX_LINK: usize = 2048;

/// The link as it is handed to the system: of the web or a mail address, nothing that a system would run or open here.
fn checked(link: &str) -> Option<Url> {
    let url = Url::parse(link).ok().filter(|_| link.len() <= MAX_LINK)?;
    let usable = match url.scheme() {
        // A name and password before the host make one address look like another.
        "http" | "https" => url.has_host() && url.username().is_empty() && url.password().is_none(),
        // No subject, no attachments: an address.
        "mailto" => url.query().is_none() && url.path().contains('@'),
        _ => false,
    };
    usable.then_some(url)
}

/// Opens it in the browser or the mail program.
///
/// # Errors
/// It is of another kind, or the system has no program for it.
pub async fn open(link: &str) -> Result<(), UiError> {
    let Some(url) = checked(link) else {
        return Err(UiError::new(
            "link_not_opened",
            "This link is not opened: it is none to a web page or a mail address.",
            "Copy it, if you trust who sent it.",
        ));
    };
    let hint = "Copy it, and open it in your browser.";
    let none = UiError::new("no_browser", "The system has no program that opens this link.", hint);
    hand_over(url.to_string().into(), none).await
}

/// Shows a folder in the system's file manager.
///
/// # Errors
/// The system has no program for it.
pub async fn show(folder: PathBuf) -> Result<(), UiError> {
    let hint = format!("Look into {}.", folder.display());
    let none = UiError::new("no_file_manager", "The system has no program that shows this folder.", hint);
    hand_over(folder.into(), none).await
}

async fn hand_over(what: OsString, otherwise: UiError) -> Result<(), UiError> {
    let opened = tokio::task::spawn_blocking(move || open::that_detached(what)).await;
    opened.map_err(std::io::Error::other).flatten().map_err(|error| {
        tracing::warn!(%error, "the system did not open it");
        otherwise
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_and_mail_are_opened() {
        for link in ["https://example.org/a?b=c#d", "http://127.0.0.1:8080/", "mailto:ada@example.org"] {
            assert!(checked(link).is_some(), "{link}");
        }
        for link in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "ssh://host",
            "smb://host/share",
            "vscode://x",
            "https://bank.example@evil.example/",
            "mailto:ada@example.org?attach=/etc/passwd",
            "mailto:",
            "https://",
            "-rf",
            "/usr/bin/xterm",
            "",
        ] {
            assert!(checked(link).is_none(), "{link}");
        }
        assert!(checked(&format!("https://example.org/{}", "a".repeat(MAX_LINK))).is_none());
    }

    #[test]
    fn what_is_handed_over_is_one_plain_word() {
        let url = checked("https://example.org/a b\"'$(x);\n\tc").unwrap();
        assert!(!url.as_str().contains([' ', '"', '\n', '\t']), "{url}");
    }
}
