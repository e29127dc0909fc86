//! How good the connection is, whose it is when it is bad, and what is done about it. Decided here, without doing
//! anything: one observation in every two seconds, one verdict out.

mod ladder;

#[cfg(test)]
mod tests;

use super::state::{Blame, Health, Measure, Quality};

use ladder::Ladder;

/// Observations in a row after which another blame is believed: six seconds.
const STEADY: u32 = 3;

/// What was measured in one interval.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observation {
    /// Lost of what was sent, per cent; none while nothing is sent.
    pub loss_sent: Option<f32>,
    /// Lost on the way from LiveKit to here, per cent; none while nothing is received that tells.
    pub loss_received: Option<f32>,
    /// Time to LiveKit and back, ms.
    pub round_trip_ms: Option<f32>,
    /// The estimate of what could be sent, kbit/s, while it holds the pictures back.
    pub held_to_kbps: Option<u32>,
    /// Received pictures stood still, or the server held some back for want of bandwidth.
    pub starved: bool,
    /// The own connection as LiveKit sees it.
    pub own: Quality,
    /// The others' connections as LiveKit sees them.
    pub others: Vec<(String, Quality)>,
}

/// What to send and to receive: 0 is all, 3 the least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    /// Of the own camera: 1 fewer frames, 2 also smaller, 3 a few small ones.
    pub sending: u8,
    /// Of the others' pictures: 1 the smallest layers, 2 one picture only, 3 none. Sound is always received.
    pub receiving: u8,
}

/// Decides. One for each session.
#[derive(Debug, Default)]
pub struct Decider {
    up: Ladder,
    down: Ladder,
    held: Ladder,
    blame: Steady,
}

impl Decider {
    /// Takes one observation in.
    pub fn observe(&mut self, seen: &Observation) -> (Health, Levels) {
        self.up.step(|lenient| severity_up(seen, lenient));
        self.down.step(|lenient| severity_down(seen, lenient));
        self.held.step(|_| u8::from(is_held(seen)));
        let levels = Levels { sending: self.up.level(), receiving: self.down.level() };
        let own = worse(measured(seen), seen.own);
        let health = Health {
            own,
            blame: self.blame.take(blame(own, &seen.others)),
            measure: measure(levels, self.held.level() > 0),
        };
        (health, levels)
    }
}

/// The worse of two qualities; unknown is no quality.
pub fn worse(a: Quality, b: Quality) -> Quality {
    if rank(a) >= rank(b) { a } else { b }
}

/// Whether `a` is worse than `b`.
pub fn is_worse(a: Quality, b: Quality) -> bool {
    rank(a) > rank(b)
}

fn rank(quality: Quality) -> u8 {
    match quality {
        Quality::Unknown => 0,
        Quality::Good => 1,
        Quality::Fair => 2,
        Quality::Poor => 3,
        Quality::Lost => 4,
    }
}

fn is_bad(quality: Quality) -> bool {
    matches!(quality, Quality::Poor | Quality::Lost)
}

/// Which step a value asks for: each threshold that it reaches. Leaving a step takes less than half of what led there.
fn steps(value: Option<f32>, thresholds: [f32; 3], lenient: bool) -> u8 {
    let factor = if lenient { 0.5 } else { 1.0 };
    value.map_or(0, |value| thresholds.iter().filter(|threshold| value >= **threshold * factor).count() as u8)
}

/// Loss, per cent, from which less is sent or received. What is lost below that is sent again in time.
const LOSS: [f32; 3] = [8.0, 18.0, 35.0];

/// Bandwidth, kbit/s, below which a camera that it holds back is visibly worse.
const HELD: u32 = 350;

// Where bandwidth is short WebRTC itself sends less, and finds out that there is more only by what it sends.
fn severity_up(seen: &Observation, lenient: bool) -> u8 {
    steps(seen.loss_sent, LOSS, lenient)
}

fn is_held(seen: &Observation) -> bool {
    seen.held_to_kbps.is_some_and(|kbps| kbps < HELD)
}

fn severity_down(seen: &Observation, lenient: bool) -> u8 {
    steps(seen.loss_received, LOSS, lenient).max(u8::from(seen.starved))
}

/// The own connection by the own measures.
fn measured(seen: &Observation) -> Quality {
    let loss = [seen.loss_sent, seen.loss_received].into_iter().flatten().reduce(f32::max);
    let trip = seen.round_trip_ms;
    if loss.is_none() && trip.is_none() {
        return Quality::Unknown;
    }
    let at_least = |value: Option<f32>, limit: f32| value.is_some_and(|value| value >= limit);
    if at_least(loss, LOSS[0]) || at_least(trip, 800.0) || is_held(seen) {
        Quality::Poor
    } else if at_least(loss, 3.0) || at_least(trip, 400.0) || seen.starved {
        Quality::Fair
    } else {
        Quality::Good
    }
}

/// Whose connection is bad. All at once is the server's doing: each person is measured between them and the server.
fn blame(own: Quality, others: &[(String, Quality)]) -> Blame {
    let bad: Vec<String> =
        others.iter().filter(|(_, quality)| is_bad(*quality)).map(|(identity, _)| identity.clone()).collect();
    match (is_bad(own), bad.is_empty()) {
        (true, false) if bad.len() == others.len() => Blame::Server,
        (true, _) => Blame::Own,
        (false, false) => Blame::Others { identities: bad },
        (false, true) => Blame::None,
    }
}

fn measure(levels: Levels, held: bool) -> Measure {
    match levels {
        Levels { receiving: 3, .. } => Measure::AudioOnly,
        Levels { receiving: 1.., .. } => Measure::ReceivingLess,
        Levels { sending: 1.., .. } => Measure::SendingLess,
        Levels { .. } if held => Measure::SendingLess,
        Levels { .. } => Measure::None,
    }
}

/// A blame that does not flicker: another kind of it is believed when it has been seen for a while.
#[derive(Debug, Default)]
struct Steady {
    shown: Blame,
    other: Blame,
    seen: u32,
}

impl Steady {
    fn take(&mut self, blame: Blame) -> Blame {
        if same_kind(&blame, &self.shown) {
            self.seen = 0;
            self.shown = blame;
            return self.shown.clone();
        }
        self.seen = if same_kind(&blame, &self.other) { self.seen + 1 } else { 1 };
        self.other = blame;
        if self.seen >= STEADY {
            self.seen = 0;
            self.shown = self.other.clone();
        }
        self.shown.clone()
    }
}

fn same_kind(a: &Blame, b: &Blame) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}
