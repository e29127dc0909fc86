//! Statistics of a track, two reports one after the other, and the figures made of them.
#![no_main]

use donfra_live_fuzz::session::statistics::measure::{ConnectionCounters, Counters, Known};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // Halves: what changes from one report to the next is what is measured.
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let (mut counters, mut connection) = (Counters::default(), ConnectionCounters::default());
    for part in [first, second, bytes] {
        let report = livekit::fuzzing::statistics(part);
        let measured = counters.measure(&report, Known { full_height: 720, ..Known::default() });
        assert!(measured.point.loss.is_finite() && (0.0..=100.0).contains(&measured.point.loss));
        let point = connection.measure(&report, &report);
        assert!(point.round_trip_ms.is_none_or(f32::is_finite));
    }
});
