//! What LiveKit's library hands over of what peers and servers say.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| livekit::fuzzing::event(bytes));
