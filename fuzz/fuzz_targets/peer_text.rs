//! What peers call themselves and write, and what of it gets into a report.
#![no_main]

use donfra_live_fuzz::doctor::mask::Mask;
use donfra_live_fuzz::session::text::{checked, shown};
use libfuzzer_sys::fuzz_target;
use secrecy::SecretString;

/// Long enough for a secret of ours.
const SECRET: usize = 16;

fuzz_target!(|bytes: &[u8]| {
    // As the wire's readers make a text of whatever came.
    let text = String::from_utf8_lossy(bytes);
    let line = shown(&text, 100);
    assert!(line.chars().count() <= 101);
    assert_eq!(shown(&line, 101), line);
    assert!(!line.chars().any(|c| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')));
    if let Ok(name) = checked("name", &text) {
        assert!(!name.is_empty() && name.chars().count() <= 100);
    }
    if let Some((secret, rest)) = text.split_once('\n')
        && secret.len() >= SECRET
        && secret.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        let mut mask = Mask::default();
        mask.add_secret(&SecretString::from(secret));
        let masked = mask.apply(&format!("{rest}{secret}{rest}"));
        assert!(!masked.contains(secret), "{masked:?}");
    }
});
