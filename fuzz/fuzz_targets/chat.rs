//! What peers send as chat: messages, older clients' packets, told histories, questions, files' names.
#![no_main]

use std::collections::HashMap;

use donfra_live_fuzz::session::chat::files::name;
use donfra_live_fuzz::session::chat::wire::{self, MAX_FILE, MAX_HISTORY, MAX_TEXT, MAX_TOLD};
use libfuzzer_sys::fuzz_target;

/// Longest text that is shown, in bytes: with the ellipsis of one that was cut.
const SHOWN: usize = MAX_TEXT + '…'.len_utf8();

fn is_clean(text: &str) {
    assert!(text.len() <= SHOWN);
    let bad = |c: char| (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!text.chars().any(bad), "{text:?}");
}

fn is_plain_name(name: &str) {
    assert!(!name.is_empty() && name.chars().count() <= 61, "{name:?}");
    assert!(!name.contains(['/', '\\', ':', '\0', '\n']) && !name.starts_with('.') && !name.ends_with(['.', ' ']), "{name:?}");
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let shown = wire::text(&text);
    is_clean(&shown);
    if shown.len() <= MAX_TEXT {
        assert_eq!(wire::text(&shown), shown);
    }
    if let Some(legacy) = wire::legacy(bytes) {
        is_clean(&legacy.text);
        assert!(!legacy.id.is_empty());
    }
    is_plain_name(&name::safe(&text));
    let attributes = HashMap::from([(wire::TO.to_owned(), text.to_string()), (wire::FILE.to_owned(), text.to_string())]);
    if let Some(heading) = wire::heading(&text, &attributes)
        && let Some(file) = heading.file
    {
        is_plain_name(&file.name);
        assert!(file.size <= MAX_FILE);
        assert_eq!(file.program, name::is_program(&file.name));
    }
    let told = wire::history(&text);
    assert!(told.len() <= MAX_TOLD);
    told.iter().for_each(|told| is_clean(&told.text));
    // What was read is told on as it is.
    let again = wire::history_text(told.iter().rev().cloned());
    assert!(again.len() <= MAX_HISTORY);
    if told.iter().all(|told| told.text.len() <= MAX_TEXT && !told.name.ends_with('…')) {
        assert_eq!(wire::history(&again), told);
    }
    wire::ask(&text);
    wire::reaction(bytes);
    if let Some(call) = wire::file_call(&text) {
        assert_eq!(wire::file_call(&wire::file_call_text(&call)), Some(call));
    }
});
