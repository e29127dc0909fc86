//! The settings file, which a person may edit and a crash may cut.
#![no_main]

use donfra_live_fuzz::settings::{parse, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    if let Ok(settings) = parse(input) {
        let written = text(&settings).expect("what was read can be written");
        assert_eq!(parse(&written).expect("what was written can be read"), settings);
    }
});
