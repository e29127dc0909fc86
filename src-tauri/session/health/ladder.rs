//! Steps down while it is bad, steps up when it is well again: quickly, and ever more slowly where that does not last.

/// Bad observations in a row before each step down: four seconds.
const DOWN_AFTER: u32 = 2;

/// Good observations in a row before the first step up; each further step takes one more. With three steps: within
/// ten seconds.
const UP_AFTER: u32 = 2;

/// The most of them, after steps up that did not last.
const UP_AFTER_MOST: u32 = 16;

/// A step up that is taken back within this many observations did not last.
const LASTED: u32 = 10;

/// Where it stands: 0 is the top.
#[derive(Debug)]
pub struct Ladder {
    level: u8,
    bad: u32,
    good: u32,
    up_after: u32,
    since_up: u32,
}

impl Default for Ladder {
    fn default() -> Self {
        Self { level: 0, bad: 0, good: 0, up_after: UP_AFTER, since_up: u32::MAX }
    }
}

impl Ladder {
    /// The step it is on.
    pub fn level(&self) -> u8 {
        self.level
    }

    /// One observation: `severity` gives the step that it asks for; with `true` leniently, as it is asked when the
    /// question is whether to go up.
    pub fn step(&mut self, severity: impl Fn(bool) -> u8) {
        self.since_up = self.since_up.saturating_add(1);
        if severity(false) > self.level {
            self.good = 0;
            self.bad += 1;
            if self.bad >= DOWN_AFTER {
                self.bad = 0;
                self.level += 1;
                self.up_after = if self.since_up < LASTED { (self.up_after * 2).min(UP_AFTER_MOST) } else { UP_AFTER };
            }
        } else if severity(true) < self.level {
            self.bad = 0;
            self.good += 1;
            if self.good >= self.up_after {
                // The next step follows with the next good observation.
                self.good = self.up_after - 1;
                self.level -= 1;
                self.since_up = 0;
            }
        } else {
            (self.bad, self.good) = (0, 0);
        }
    }
}
