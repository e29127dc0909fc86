//! Bounds on texts: on what a person types, and on what others send to be shown.

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

/// Longest text of others that is looked at, in characters: one that begins with more nothing than that is nothing.
const MAX_LOOKED_AT: usize = 4096;

/// Most accents on one letter. Scripts that stack them need fewer; a hundred of them paint over the lines around.
const MAX_MARKS: usize = 4;

/// A text that somebody else chose (a name, a title, a server's words), fit to be shown: one line of at most `max`
/// characters, the rest cut off with an ellipsis; nothing invisible or empty in it, nothing that turns the direction of
/// the text around it, and no towers of accents. Empty where nothing is left.
pub fn shown(text: &str, max: usize) -> String {
    let mut line = String::new();
    let (mut length, mut marks) = (0, 0);
    let mut space = false;
    for character in text.chars().take(MAX_LOOKED_AT) {
        if character.is_whitespace() || is_blank(character) {
            space = true;
            continue;
        }
        if character.is_control() || is_invisible(character) {
            continue;
        }
        marks = if is_mark(character) { marks + 1 } else { 0 };
        // A joiner joins something: an emoji's parts, letters. Marks stand on something.
        let hangs_on = is_joiner(character) || is_selector(character) || marks > 0;
        let before = line.chars().next_back().filter(|_| !space);
        let alone = before.is_none_or(|before| is_joiner(before) || (is_selector(before) && is_selector(character)));
        if marks > MAX_MARKS || (hangs_on && alone) {
            continue;
        }
        let parted = std::mem::take(&mut space) && !line.is_empty();
        length += 1 + usize::from(parted);
        if length > max {
            line.truncate(line.trim_end_matches(is_joiner).len());
            line.push('…');
            return line;
        }
        if parted {
            line.push(' ');
        }
        line.push(character);
    }
    line.truncate(line.trim_end_matches(is_joiner).len());
    line
}

/// Most empty lines in a row of a text of several lines.
const MAX_EMPTY_LINES: usize = 2;

/// Most lines of one.
const MAX_LINES: usize = 500;

/// A text of several lines that somebody else wrote, fit to be shown: at most `max` bytes of UTF-8 and 500 lines, the
/// rest cut off with an ellipsis. Indentation stays, for code; otherwise as [`shown`].
pub fn shown_lines(text: &str, max: usize) -> String {
    let mut out = String::new();
    let (mut marks, mut lines, mut breaks) = (0, 1, 0);
    let mut cut = false;
    for character in text.chars() {
        let character = match character {
            '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
            '\t' => '\t',
            other if other.is_control() || is_invisible(other) => continue,
            other if other.is_whitespace() || is_blank(other) => ' ',
            other => other,
        };
        if character == '\n' {
            let kept = out.trim_end_matches(|c| c == ' ' || c == '\t' || is_joiner(c)).len();
            out.truncate(kept);
            if out.is_empty() || breaks > MAX_EMPTY_LINES {
                continue;
            }
            (breaks, lines, marks) = (breaks + 1, lines + 1, 0);
        } else {
            marks = if is_mark(character) { marks + 1 } else { 0 };
            let hangs_on = is_joiner(character) || is_selector(character) || marks > 0;
            let before = out.chars().next_back().filter(|before| !before.is_whitespace());
            let alone = before.is_none_or(|c| is_joiner(c) || (is_selector(c) && is_selector(character)));
            if marks > MAX_MARKS || (hangs_on && alone) {
                continue;
            }
            if !character.is_whitespace() {
                breaks = 0;
            }
        }
        if lines > MAX_LINES || out.len() + character.len_utf8() > max {
            cut = true;
            break;
        }
        out.push(character);
    }
    out.truncate(out.trim_end_matches(|c: char| c.is_whitespace() || is_joiner(c)).len());
    if cut {
        out.push('…');
    }
    out
}

/// What makes one sign of two, or keeps two apart.
fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

/// What chooses how a sign looks.
fn is_selector(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}')
}

/// Accents that stack.
fn is_mark(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Letters and signs that look like a space.
fn is_blank(character: char) -> bool {
    matches!(character, '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}')
}

/// What is not seen: marks of direction, spaces without width, tags, what no font has.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'
        | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_are_called_stays() {
        for name in ["Zoë", "李小龍", "O'Neil – 3rd", "👩‍👩‍👧 family", "محمد", "שרה", "नरेंद्र", "Nguyễn Thị", "❤️", "❤️‍🔥"]
        {
            assert_eq!(shown(name, 100), name);
        }
        assert_eq!(shown("  Ada \n\t Lovelace ", 100), "Ada Lovelace");
    }

    #[test]
    fn lines_stay_lines_and_code_keeps_its_indentation() {
        let code = "Look:\n```rust\nfn main() {\n    let a  = 1;\n\tb();\n}\n```\n\nDone";
        assert_eq!(shown_lines(code, 1000), code);
        assert_eq!(shown_lines("\n \n a\r\nb \u{2028}c\n\n\n\n\n\nd\n", 1000), " a\nb\nc\n\n\nd");
        assert_eq!(shown_lines("gnp\u{202e}exe\u{0}.\u{1b}[31m", 100), "gnpexe.[31m");
        assert_eq!(shown_lines("👩‍👩‍👧 ok\n\u{301}x", 100), "👩‍👩‍👧 ok\nx");
        assert_eq!(shown_lines("ääää", 5), "ää…");
        assert_eq!(shown_lines(&"x\n".repeat(5000), 100_000).lines().count(), MAX_LINES);
        assert_eq!(shown_lines("\u{200b} \n\t\u{3164}", 100), "");
    }

    proptest! {
        #[test]
        fn lines_of_anything_are_bounded_and_stay_as_they_are(text in "\\PC{0,60}[\n\t \u{301}\u{200d}\u{fe0f}]{0,9}\\PC{0,60}", max in 1usize..200) {
            let shown = shown_lines(&text, max);
            prop_assert!(shown.len() <= max + '…'.len_utf8());
            prop_assert_eq!(shown_lines(&shown, max + '…'.len_utf8()), shown);
        }
    }

    #[test]
    fn nothing_hides_turns_or_towers() {
        assert_eq!(shown("gnp\u{202e}exe.\u{2066}", 100), "gnpexe.");
        assert_eq!(shown("\u{feff}A\u{200b}d\u{ad}a\u{0}\u{1b}[31m", 100), "Ada[31m");
        assert_eq!(shown("\u{200d}\u{200d}A\u{200d}\u{200d}\u{200d}B\u{200d}", 100), "A\u{200d}B");
        assert_eq!(shown(&format!("Z{}", "\u{301}".repeat(500)), 100), format!("Z{}", "\u{301}".repeat(MAX_MARKS)));
        for nothing in ["", " \u{3164}\u{2800} ", "\u{200b}\u{202e}", "\u{301}\u{fe0f}"] {
            assert_eq!(shown(nothing, 100), "", "{nothing:?}");
        }
    }

    #[test]
    fn what_is_long_is_cut() {
        assert_eq!(shown(&"x".repeat(1024 * 1024), 5), "xxxxx…");
        assert_eq!(shown("xxxxx", 5), "xxxxx");
        // Found by fuzzing: the space that is the last to fit.
        assert_eq!(shown(&format!("xxxx {}", "y".repeat(1000)), 5), "xxxx…");
        assert_eq!(shown(&"\u{200b}".repeat(1024 * 1024), 5), "");
    }

    proptest! {
        #[test]
        fn whatever_comes_is_one_short_visible_line(text in any::<String>(), max in 1usize..200) {
            let line = shown(&text, max);
            prop_assert!(line.chars().count() <= max + 1);
            prop_assert!(!line.chars().any(|c| c.is_control() || is_invisible(c) || (c.is_whitespace() && c != ' ')));
            prop_assert!(!line.starts_with(' ') && !line.ends_with(' ') && !line.contains("  "));
            let again = shown(&line, max + 1);
            prop_assert_eq!(again, line);
        }
    }
}
