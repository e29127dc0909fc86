//! How often somebody may do something: a bucket of tokens for each, and one for all.

use std::collections::HashMap;
use std::time::Instant;

/// Most people who are told apart. Beyond that those who were quiet for long are forgotten: their buckets are full.
const MOST: usize = 1000;

/// So many at once, and so many a second in the long run.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Most at once.
    pub burst: f64,
    /// As many come back each second.
    pub per_second: f64,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    since: Instant,
}

impl Bucket {
    fn new(rate: Rate, now: Instant) -> Self {
        Self { tokens: rate.burst, since: now }
    }

    fn fill(&mut self, rate: Rate, now: Instant) {
        let passed = now.saturating_duration_since(self.since).as_secs_f64();
        self.tokens = (self.tokens + passed * rate.per_second).min(rate.burst);
        self.since = now;
    }
}

/// Limits on what comes from each, and on what comes from all together.
#[derive(Debug)]
pub struct Limits {
    each: Rate,
    all: Rate,
    together: Option<Bucket>,
    buckets: HashMap<String, Bucket>,
}

impl Limits {
    /// Nobody has done anything yet.
    pub fn new(each: Rate, all: Rate) -> Self {
        Self { each, all, together: None, buckets: HashMap::new() }
    }

    /// Whether `who` may do it once more now; if so, it is counted.
    pub fn take(&mut self, who: &str, now: Instant) -> bool {
        let together = self.together.get_or_insert_with(|| Bucket::new(self.all, now));
        together.fill(self.all, now);
        if !self.buckets.contains_key(who) {
            if self.buckets.len() >= MOST {
                let each = self.each;
                self.buckets.retain(|_, bucket| {
                    bucket.fill(each, now);
                    bucket.tokens < each.burst
                });
                if self.buckets.len() >= MOST {
                    return false;
                }
            }
            self.buckets.insert(who.to_owned(), Bucket::new(self.each, now));
        }
        let Some(bucket) = self.buckets.get_mut(who) else { return false };
        bucket.fill(self.each, now);
        if bucket.tokens < 1. || together.tokens < 1. {
            return false;
        }
        bucket.tokens -= 1.;
        together.tokens -= 1.;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn limits() -> Limits {
        Limits::new(Rate { burst: 3., per_second: 1. }, Rate { burst: 100., per_second: 50. })
    }

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let (mut limits, start) = (limits(), Instant::now());
        let taken = |limits: &mut Limits, at: u64| limits.take("a", start + Duration::from_millis(at));
        let first: Vec<bool> = (0..5).map(|_| taken(&mut limits, 0)).collect();
        assert_eq!(first, [true, true, true, false, false]);
        assert!(!taken(&mut limits, 900));
        assert!(taken(&mut limits, 1100));
        assert!(!taken(&mut limits, 1200));
        // Others are not held up by it.
        assert!(limits.take("b", start));
        // A long silence gives no more than a burst.
        let later: Vec<bool> = (0..4).map(|_| taken(&mut limits, 3_600_000)).collect();
        assert_eq!(later, [true, true, true, false]);
    }

    #[test]
    fn a_crowd_is_held_to_what_all_may_together() {
        let (mut limits, now) = (limits(), Instant::now());
        let passed = (0..5000).filter(|number| limits.take(&number.to_string(), now)).count();
        assert_eq!(passed, 100);
        assert!(limits.buckets.len() <= MOST);
        // Whoever was quiet since is forgotten where room is needed.
        assert!((0..2000).any(|number| limits.take(&format!("new {number}"), now + Duration::from_secs(60))));
        assert!(limits.buckets.len() <= MOST);
    }
}
