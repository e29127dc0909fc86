//! The audio processing module: it cancels an echo, leaves a voice, and refuses what it cannot work on.

use livekit::webrtc::native::apm::AudioProcessingModule;

const RATE: usize = 48_000;
const STEP: usize = RATE / 100;

/// Noise in bursts like syllables (4 a second), from a fixed seed.
fn syllables(samples: usize, seed: u64) -> Vec<i16> {
    let mut state = seed;
    let mut smooth = 0.0f64;
    (0..samples)
        .map(|at| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let noise = (state >> 33) as f64 / f64::from(1u32 << 30) - 1.0;
            smooth += 0.3 * (noise - smooth);
            let envelope = (std::f64::consts::TAU * 4.0 * at as f64 / RATE as f64).sin().max(0.0);
            (smooth * envelope * 20_000.0) as i16
        })
        .collect()
}

fn energy(samples: &[i16]) -> f64 {
    samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64
}

/// Plays `far` with an echo of it 60 ms later at half the level into the microphone, beside `near`; gives what is left.
fn call(apm: &mut AudioProcessingModule, far: &[i16], near: &[i16]) -> Vec<i16> {
    let delay = RATE * 60 / 1000;
    let mut left = Vec::with_capacity(far.len());
    for start in (0..far.len()).step_by(STEP) {
        let mut played = far[start..start + STEP].to_vec();
        apm.process_reverse_stream(&mut played, RATE as i32, 1).expect("a far-end frame");
        let mut captured: Vec<i16> = (start..start + STEP)
            .map(|at| near[at].saturating_add(at.checked_sub(delay).map_or(0, |at| far[at] / 2)))
            .collect();
        apm.set_stream_delay_ms(60).expect("a delay");
        apm.process_stream(&mut captured, RATE as i32, 1).expect("a near-end frame");
        left.extend(captured);
    }
    left
}

#[test]
fn an_echo_is_cancelled_and_a_voice_is_kept() {
    let samples = RATE * 6;
    let far = syllables(samples, 1);
    let silence = vec![0; samples];

    let mut apm = AudioProcessingModule::new(true, false, false, false);
    let left = call(&mut apm, &far, &silence);
    let last = samples - 2 * RATE..;
    let echo: Vec<i16> = far.iter().map(|sample| sample / 2).collect();
    let reduction = 10.0 * (energy(&echo[last.clone()]) / energy(&left[last.clone()]).max(1e-9)).log10();
    assert!(reduction > 25.0, "the echo fell by {reduction:.1} dB");

    let mut apm = AudioProcessingModule::new(true, false, false, false);
    let voice = syllables(samples, 2);
    let kept = call(&mut apm, &silence, &voice);
    let loss = 10.0 * (energy(&voice[last.clone()]) / energy(&kept[last])).log10();
    assert!(loss.abs() < 3.0, "the voice changed by {loss:.1} dB");
}

#[test]
fn steady_noise_is_suppressed() {
    let mut apm = AudioProcessingModule::new(false, false, true, true);
    let mut state = 7u32;
    let mut left = Vec::new();
    let mut captured = Vec::new();
    for _ in 0..400 {
        let mut frame: Vec<i16> = (0..STEP)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((state >> 16) as i16) / 16
            })
            .collect();
        captured.extend_from_slice(&frame);
        apm.process_stream(&mut frame, RATE as i32, 1).expect("a frame");
        left.extend_from_slice(&frame);
    }
    let last = left.len() - RATE..;
    let reduction = 10.0 * (energy(&captured[last.clone()]) / energy(&left[last])).log10();
    assert!(reduction > 6.0, "noise fell by {reduction:.1} dB");
}

#[test]
fn several_steps_at_once_and_every_native_rate_are_taken() {
    let mut apm = AudioProcessingModule::new(true, true, true, true);
    for rate in [8_000, 16_000, 32_000, 48_000] {
        for channels in [1, 2] {
            let mut samples = vec![100; rate as usize / 100 * channels as usize * 3];
            apm.process_reverse_stream(&mut samples, rate, channels).expect("far end");
            apm.process_stream(&mut samples, rate, channels).expect("near end");
        }
    }
}

#[test]
fn what_would_abort_the_library_is_an_error() {
    let mut apm = AudioProcessingModule::new(true, true, true, true);
    let mut samples = vec![0i16; STEP];
    for (length, rate, channels) in [
        (STEP - 1, 48_000, 1),
        (0, 48_000, 1),
        (STEP, 0, 1),
        (STEP, -48_000, 1),
        (STEP, 48_000, 0),
        (STEP, 48_000, -1),
        (STEP, 48_000, 255),
        (STEP, 99, 1),
        (STEP, i32::MAX, 1),
        (STEP, 48_000, 2),
    ] {
        assert!(apm.process_stream(&mut samples[..length], rate, channels).is_err(), "{length} {rate} {channels}");
        assert!(
            apm.process_reverse_stream(&mut samples[..length], rate, channels).is_err(),
            "{length} {rate} {channels}"
        );
    }
    for delay in [i32::MIN, -1, 0, 500, 10_000, i32::MAX] {
        let _ = apm.set_stream_delay_ms(delay);
    }
    // Rates that WebRTC may or may not take: an error is fine, an abort is not.
    for rate in [8_100, 11_100, 22_100, 44_100, 96_000, 192_000] {
        let mut samples = vec![0i16; rate as usize / 100];
        let _ = apm.process_stream(&mut samples, rate, 1);
        let _ = apm.process_reverse_stream(&mut samples, rate, 1);
    }
    for channels in 1..=8 {
        let mut samples = vec![0i16; STEP * channels as usize];
        let _ = apm.process_stream(&mut samples, 48_000, channels);
        let _ = apm.process_reverse_stream(&mut samples, 48_000, channels);
    }
    apm.process_stream(&mut samples, 48_000, 1).expect("still in use");
}
