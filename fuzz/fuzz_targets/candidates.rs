//! The addresses that LiveKit names for media, in descriptions and candidates.
#![no_main]

use donfra_live_fuzz::doctor::candidates::Candidates;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut candidates = Candidates::default();
    candidates.description(&text);
    candidates.trickled(&text);
    candidates.trickled(&serde_json::json!({ "candidate": text }).to_string());
    assert!(candidates.0.len() <= 64 && candidates.addresses().len() <= candidates.0.len());
});
