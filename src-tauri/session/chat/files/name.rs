//! Names of files that others chose: safe to be given to a file here, and honest about what they are.

use crate::session::text::shown;

/// Longest name in characters, the ending included. In bytes it then fits into every file system's 255.
const MAX_NAME: usize = 60;

/// Longest ending that is kept when a long name is shortened, in characters.
const MAX_ENDING: usize = 12;

/// Longest name that is looked at, in characters: the ending of a longer one is lost.
const MAX_LOOKED_AT: usize = 4096;

/// Endings of what a computer may run when it is opened, on any system.
const PROGRAMS: &[&str] = &[
    "apk",
    "app",
    "appimage",
    "appref-ms",
    "appx",
    "bash",
    "bat",
    "bin",
    "cmd",
    "com",
    "command",
    "cpl",
    "csh",
    "deb",
    "desktop",
    "dll",
    "dmg",
    "docm",
    "dylib",
    "elf",
    "exe",
    "flatpak",
    "flatpakref",
    "gadget",
    "hta",
    "htm",
    "html",
    "inf",
    "iso",
    "jar",
    "jnlp",
    "js",
    "jse",
    "ksh",
    "lnk",
    "mjs",
    "mobileconfig",
    "msc",
    "msi",
    "msix",
    "msp",
    "pif",
    "pkg",
    "pl",
    "ppam",
    "pptm",
    "ps1",
    "psm1",
    "py",
    "pyw",
    "pyz",
    "rb",
    "reg",
    "rpm",
    "run",
    "scf",
    "scr",
    "sct",
    "service",
    "settingcontent-ms",
    "sh",
    "shtml",
    "snap",
    "so",
    "svg",
    "sys",
    "url",
    "vb",
    "vbe",
    "vbs",
    "webloc",
    "workflow",
    "ws",
    "wsf",
    "wsh",
    "xhtml",
    "xlsm",
    "xpi",
    "zsh",
];

/// Names that are devices on Windows, whatever their ending.
const DEVICES: &[&str] = &[
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// The file name in what somebody sent as one: the last part of a path, without what no system takes, not hidden, not
/// too long, its ending kept. Never empty.
pub fn safe(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let line: String = shown(last, MAX_LOOKED_AT).chars().filter(|c| !"<>:\"|?*…".contains(*c)).collect();
    let line = line.trim_start_matches(['.', ' ', '~', '-']).trim_end_matches(['.', ' ']);
    let (stem, ending) = match line.rsplit_once('.') {
        Some((stem, ending)) if ending.chars().count() <= MAX_ENDING => (stem.trim_end_matches(['.', ' ']), ending),
        _ => (line, ""),
    };
    let room = MAX_NAME - if ending.is_empty() { 0 } else { ending.chars().count() + 1 };
    let stem: String = stem.chars().take(room).collect();
    let mut stem = stem.trim_end_matches(['.', ' ']).to_owned();
    if stem.is_empty() {
        stem = "file".into();
    }
    let first = stem.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    if DEVICES.contains(&first.as_str()) {
        stem.insert(0, '_');
    }
    if ending.is_empty() { stem } else { format!("{stem}.{ending}") }
}

/// Whether a file of this name may run something when it is opened.
pub fn is_program(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    PROGRAMS.contains(&ending.as_str())
}

/// Whether a file that begins like this is a program, whatever its name.
pub fn begins_like_program(head: &[u8]) -> bool {
    const MACH: [[u8; 4]; 5] = [
        [0xfe, 0xed, 0xfa, 0xce],
        [0xfe, 0xed, 0xfa, 0xcf],
        [0xce, 0xfa, 0xed, 0xfe],
        [0xcf, 0xfa, 0xed, 0xfe],
        [0xca, 0xfe, 0xba, 0xbe],
    ];
    let starts = |magic: &[u8]| head.starts_with(magic);
    starts(b"\x7fELF") || starts(b"MZ") || starts(b"#!") || MACH.iter().any(|magic| starts(magic))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn usual_names_stay() {
        for name in ["report.pdf", "Ada’s notes (2).txt", "写真.jpeg", "archive.tar.gz", "no ending", "a.b.c"] {
            assert_eq!(safe(name), name);
        }
    }

    #[test]
    fn no_name_leaves_the_folder_or_misleads() {
        for (name, expected) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\system32\\evil.exe", "evil.exe"),
            (".bashrc", "bashrc"),
            ("..", "file"),
            ("", "file"),
            ("a<b>:\"|?*.txt", "ab.txt"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("nul.txt", "_nul.txt"),
            ("COM1", "_COM1"),
            ("trailing. . .", "trailing"),
            ("photo.jpg\u{0}\n.exe", "photo.jpg.exe"),
            ("-rf", "rf"),
        ] {
            assert_eq!(safe(name), expected, "{name:?}");
        }
        let long = safe(&format!("{}.exe", "very long ".repeat(100)));
        assert!(long.ends_with(".exe") && long.chars().count() <= MAX_NAME, "{long}");
    }

    #[test]
    fn programs_are_told_by_name_and_by_content() {
        for name in ["setup.EXE", "run.sh", "x.tar.AppImage", "page.html", "m.docm", "photo.jpg .exe"] {
            assert!(is_program(name), "{name}");
        }
        for name in ["photo.jpg", "notes.txt", "exe", "song.mp3", "archive.zip"] {
            assert!(!is_program(name), "{name}");
        }
        assert!(
            begins_like_program(b"\x7fELF\x02") && begins_like_program(b"MZ\x90") && begins_like_program(b"#!/bin/sh")
        );
        assert!(!begins_like_program(b"%PDF-1.7") && !begins_like_program(b"") && !begins_like_program(b"M"));
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_one_plain_name(name in "\\PC{0,80}[./\\\\:\\x00-\\x20]{0,5}\\PC{0,20}") {
            let safe = super::safe(&name);
            prop_assert!(!safe.is_empty() && safe.chars().count() <= MAX_NAME + 1);
            prop_assert!(!safe.contains(['/', '\\', ':', '\0', '\n']) && !safe.starts_with('.') && !safe.ends_with(['.', ' ']));
            prop_assert_eq!(is_program(&safe), is_program(safe.trim()));
        }
    }
}
