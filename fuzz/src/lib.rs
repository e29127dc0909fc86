//! The app's own sources that read what others wrote, by themselves: without the window and the media they are built in
//! seconds, with the fuzzer's instrumentation.

#![allow(dead_code, unused_imports)]

#[path = "../../src-tauri/address.rs"]
pub mod address;

#[path = "../../src-tauri/error.rs"]
pub mod error;

#[path = "../../src-tauri/api"]
pub mod api {
    mod base_url;
    mod types;

    pub use base_url::BaseUrl;
    pub use types::{Created, Joined, Listed};
}

#[path = "../../src-tauri/doctor"]
pub mod doctor {
    pub mod candidates;
    mod cause;
    mod knowledge;
    pub mod mask;

    pub use cause::Cause;
}

#[path = "../../src-tauri/media"]
pub mod media {
    mod choice;

    pub use choice::DeviceChoice;
}

#[path = "../../src-tauri/session"]
pub mod session {
    #[path = "../../src-tauri/session/encryption"]
    pub mod encryption {
        mod secret;

        pub use secret::Secret;
    }
    pub mod chat {
        pub mod files {
            pub mod name;
            pub mod types;
        }
        pub mod wire;
    }
    pub mod invitation;
    mod role;
    pub mod text;
    pub mod token;

    pub mod statistics {
        pub mod measure;
        pub mod types;
    }

    pub mod state {
        pub use super::role::Role;
    }
}

#[path = "../../src-tauri/settings"]
pub mod settings {
    mod file;
    mod preferences;

    pub use preferences::{SessionServer, Settings};

    /// Reads a settings file's text.
    pub fn parse(text: &str) -> Result<Settings, String> {
        file::parse(text)
    }

    /// Writes it.
    pub fn text(settings: &Settings) -> Option<String> {
        file::text(settings).ok()
    }
}

/// Longest text of an error: it is read by a person.
const MAX_WORDS: usize = 1000;

/// What a person is told must be readable, whatever it is about.
pub fn is_readable(error: &error::UiError) {
    let words = [Some(&error.message), Some(&error.hint), error.why.as_ref()];
    for text in words.into_iter().flatten() {
        assert!(text.chars().count() <= MAX_WORDS, "{} characters", text.chars().count());
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
}
