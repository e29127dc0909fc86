//! All remote voices, mixed to one: a short buffer for each, its volume, and a limiter over the sum.

use std::collections::HashMap;
use std::sync::Arc;

use rtrb::{Consumer, Producer, RingBuffer};

use super::level::Level;
use super::limiter::Limiter;
use super::{FRAME, RATE};

/// Samples of a track that can wait; more are dropped as they come (newest first): 200 ms.
const CAPACITY: usize = RATE as usize / 5;
/// Samples that wait before a track begins or begins again, and that the clock's correction aims at: 30 ms. Frames
/// come every 10 ms, give or take a scheduler's delay.
const TARGET: usize = 3 * FRAME;
/// Where a track runs dry, 10 ms more are kept waiting from then on, up to this: 80 ms.
const MOST_TARGET: usize = 8 * FRAME;
/// Frames without running dry after which a track gives 10 ms of that back: 20 s.
const CALM: u32 = 2000;
/// Samples above which the oldest are dropped down to the target: 120 ms. Only after something stood still.
const MOST: usize = 12 * FRAME;

/// Where a track's sound goes in: 48 kHz, mono.
pub struct TrackInput {
    samples: Producer<i16>,
}

impl TrackInput {
    /// Appends samples; those that find no place are dropped. Returns whether anybody still listens.
    pub fn push(&mut self, samples: &[i16]) -> bool {
        let fit = samples.len().min(self.samples.slots());
        if let Ok(chunk) = self.samples.write_chunk_uninit(fit) {
            chunk.fill_from_iter(samples.iter().copied());
        }
        !self.samples.is_abandoned()
    }
}

struct Track {
    id: String,
    identity: String,
    samples: Consumer<i16>,
    /// Enough has been waiting since it last ran dry.
    playing: bool,
    /// Samples to keep waiting.
    target: usize,
    /// Frames since it last ran dry.
    calm: u32,
    level: Arc<Level>,
}

impl Track {
    /// Adds 10 ms of this track to the mix. Returns whether it had any.
    fn add_to(&mut self, mix: &mut [f32; FRAME], volume: f32) -> bool {
        let waiting = self.samples.slots();
        if waiting > MOST
            && let Ok(late) = self.samples.read_chunk(waiting - self.target)
        {
            late.commit_all();
        }
        let ran_dry = self.playing && waiting < FRAME;
        self.playing = if self.playing { !ran_dry } else { waiting >= self.target };
        self.calm += 1;
        if ran_dry {
            (self.target, self.calm) = ((self.target + FRAME).min(MOST_TARGET), 0);
        } else if self.calm == CALM {
            (self.target, self.calm) = ((self.target - FRAME).max(TARGET), 0);
        }
        let frame = self.playing.then(|| self.samples.read_chunk(FRAME).ok()).flatten();
        let Some(frame) = frame else {
            self.level.add([0.0].into_iter());
            return false;
        };
        let (first, second) = frame.as_slices();
        let samples = || first.iter().chain(second).map(|sample| f32::from(*sample) / 32_768.0);
        let mut heard = [0.0; FRAME];
        for ((mixed, kept), sample) in mix.iter_mut().zip(&mut heard).zip(samples()) {
            *mixed += sample * volume;
            *kept = sample;
        }
        frame.commit_all();
        self.level.add(heard.into_iter());
        true
    }
}

/// The mixer. One thread pulls frames out of it.
#[derive(Default)]
pub struct Mixer {
    tracks: Vec<Track>,
    volumes: HashMap<String, f32>,
    limiter: Limiter,
    /// Samples waiting in the tracks that play, beyond their targets, averaged over time.
    excess: f32,
}

impl Mixer {
    /// Nothing to mix yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a track of this participant in, in place of one of the same id.
    pub fn add(&mut self, identity: &str, id: &str) -> TrackInput {
        self.remove(id);
        let (producer, samples) = RingBuffer::new(CAPACITY);
        let (id, identity) = (id.to_owned(), identity.to_owned());
        self.tracks.push(Track {
            id,
            identity,
            samples,
            playing: false,
            target: TARGET,
            calm: 0,
            level: Arc::default(),
        });
        TrackInput { samples: producer }
    }

    /// Forgets a track.
    pub fn remove(&mut self, id: &str) {
        self.tracks.retain(|track| track.id != id);
    }

    /// How loud a participant is played: 1 is as sent, 0 is silence.
    pub fn set_volume(&mut self, identity: &str, volume: f32) {
        self.volumes.insert(identity.to_owned(), volume.clamp(0.0, 4.0));
    }

    /// How loud each participant is, 0 (silence) to 1, before the volume.
    pub fn levels(&self) -> Vec<(String, f32)> {
        let mut levels: Vec<(String, f32)> = Vec::new();
        for track in &self.tracks {
            let level = track.level.get();
            match levels.iter_mut().find(|(identity, _)| *identity == track.identity) {
                Some((_, most)) => *most = most.max(level),
                None => levels.push((track.identity.clone(), level)),
            }
        }
        levels
    }

    /// Whether there is any track.
    pub fn is_empty(&self) -> bool {
        self.tracks.is_empty()
    }

    /// The next 10 ms: silence where nothing is there.
    pub fn mix(&mut self, mix: &mut [f32; FRAME]) {
        mix.fill(0.0);
        // An ended track plays out what it has.
        self.tracks.retain(|track| !track.samples.is_abandoned() || track.samples.slots() >= FRAME);
        let (mut excess, mut playing) = (0.0, 0);
        for track in &mut self.tracks {
            let volume = self.volumes.get(&track.identity).copied().unwrap_or(1.0);
            if track.add_to(mix, volume) {
                excess += track.samples.slots() as f32 - track.target as f32;
                playing += 1;
            }
        }
        let now = if playing == 0 { 0.0 } else { excess / playing as f32 };
        self.excess += (now - self.excess) * 0.01;
        self.limiter.process(mix);
    }

    /// How much more sound the device is to be given than it nominally takes for what it is sent, because its clock
    /// and the senders' differ: positive where the tracks run dry, negative where they pile up. A part of one, e.g.
    /// 0.0001.
    pub fn drift(&self) -> f64 {
        f64::from(-self.excess) / f64::from(RATE) * 0.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixed(mixer: &mut Mixer) -> [f32; FRAME] {
        let mut mix = [1.0; FRAME];
        mixer.mix(&mut mix);
        mix
    }

    #[test]
    fn voices_add_up_by_their_volumes() {
        let mut mixer = Mixer::new();
        let (mut a, mut b) = (mixer.add("ann", "TR_1"), mixer.add("bob", "TR_2"));
        mixer.set_volume("bob", 0.5);
        a.push(&[3277; TARGET]);
        b.push(&[6554; TARGET]);
        let mix = mixed(&mut mixer);
        assert!((mix[100] - 0.2).abs() < 0.001, "{}", mix[100]);
        let levels = mixer.levels();
        assert_eq!(levels.iter().map(|(identity, _)| identity.as_str()).collect::<Vec<_>>(), ["ann", "bob"]);
        assert!(levels[1].1 > levels[0].1 && levels[0].1 > 0.5, "{levels:?}");
    }

    #[test]
    fn many_loud_voices_do_not_clip() {
        let mut mixer = Mixer::new();
        let mut inputs: Vec<_> = (0..9).map(|i| mixer.add("x", &format!("TR_{i}"))).collect();
        for _ in 0..30 {
            inputs.iter_mut().for_each(|input| _ = input.push(&[i16::MAX; FRAME]));
            assert!(mixed(&mut mixer).iter().all(|sample| sample.abs() <= 1.0));
        }
    }

    #[test]
    fn a_track_waits_until_it_has_enough_and_drops_what_is_late() {
        let mut mixer = Mixer::new();
        let mut input = mixer.add("ann", "TR_1");
        input.push(&[1000; FRAME]);
        assert_eq!(mixed(&mut mixer), [0.0; FRAME], "one frame is too little to begin with");
        input.push(&[1000; CAPACITY]);
        assert!(mixed(&mut mixer)[0] > 0.0);
        assert!(mixer.tracks[0].samples.slots() <= TARGET, "what piled up is dropped");
        (0..5).for_each(|_| _ = mixed(&mut mixer));
        assert_eq!(mixed(&mut mixer), [0.0; FRAME]);
    }

    #[test]
    fn a_track_that_runs_dry_is_given_more_time() {
        let mut mixer = Mixer::new();
        let mut input = mixer.add("ann", "TR_1");
        input.push(&[1000; TARGET]);
        (0..4).for_each(|_| _ = mixed(&mut mixer));
        input.push(&[1000; TARGET]);
        assert_eq!(mixed(&mut mixer), [0.0; FRAME], "30 ms were too little");
        input.push(&[1000; FRAME]);
        assert!(mixed(&mut mixer)[0] > 0.0, "40 ms are tried next");
    }

    #[test]
    fn removed_and_ended_tracks_go() {
        let mut mixer = Mixer::new();
        let mut gone = mixer.add("ann", "TR_1");
        drop(mixer.add("bob", "TR_2"));
        mixer.remove("TR_1");
        mixed(&mut mixer);
        assert!(mixer.is_empty() && !gone.push(&[0]));
    }

    #[test]
    fn drift_answers_what_piles_up() {
        let mut mixer = Mixer::new();
        let mut input = mixer.add("ann", "TR_1");
        input.push(&[1; 8 * FRAME]);
        (0..200).for_each(|_| {
            input.push(&[1; FRAME]);
            mixed(&mut mixer);
        });
        assert!(mixer.drift() < -0.001, "{}", mixer.drift());
    }
}
