//! The life of a connection: when it counts as lost, what is tried to restore it, and when it is given up. It has no
//! clock and no network of its own: it is told what is seen, and says what is to be done.

use std::time::{Duration, Instant};

use super::state::{EndReason, Phase, ReconnectStage};

/// How long a lost connection is worked on. A room that everybody fell out of stays for two minutes
/// (`departure_timeout` of the session server): after that there is nothing to come back to.
pub const GIVES_UP: Duration = Duration::from_secs(120);

/// How long the SDK may take once LiveKit can be reached again. Where it restores the connection it takes one or two
/// seconds; where it does not, it tries again only every five.
const SDK_PATIENCE: Duration = Duration::from_secs(4);

/// First and longest pause between two attempts to enter the room anew.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));

/// How much longer to wait while LiveKit's port does not answer.
const BLIND: Duration = Duration::from_secs(8);

/// What became of an attempt to enter the room anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setback {
    /// It may go better later.
    Again,
    /// It never will.
    Over(EndReason),
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Lets go of the room and enters it anew.
    Rejoin,
    /// The session is over.
    End(EndReason),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// All is well.
    Good,
    /// Nothing arrives.
    Noticed,
    /// The SDK says that it restores the connection.
    Resuming { attempt: u32 },
    /// The room is being entered anew; the next attempt begins then, if none is under way.
    Rejoining { attempt: u32, next: Option<Instant> },
}

/// A connection to a room.
#[derive(Debug)]
pub struct Connection {
    state: State,
    /// Since when it is lost.
    lost: Option<Instant>,
    /// Nothing arrives from LiveKit although something is sent.
    silent: bool,
    /// Since when LiveKit answers again; known only while the connection is lost.
    reachable: Option<Instant>,
    /// Why it ends if it cannot be restored.
    reason: EndReason,
}

impl Connection {
    /// A connection that just came about.
    pub fn new() -> Self {
        Self { state: State::Good, lost: None, silent: false, reachable: None, reason: EndReason::ConnectionLost }
    }

    /// Whether it is lost and being restored.
    pub fn is_lost(&self) -> bool {
        self.state != State::Good
    }

    /// As the UI is told.
    pub fn phase(&self, now: Instant) -> Phase {
        let (stage, attempt) = match self.state {
            State::Good => return Phase::Connected,
            State::Noticed => (ReconnectStage::Noticed, 0),
            State::Resuming { attempt } => (ReconnectStage::Resuming, attempt),
            State::Rejoining { attempt, .. } => (ReconnectStage::Rejoining, attempt),
        };
        let left = self.lost.map_or(GIVES_UP, |lost| GIVES_UP.saturating_sub(now.saturating_duration_since(lost)));
        let gives_up_in_s = u32::try_from(left.as_millis().div_ceil(1000)).unwrap_or(u32::MAX);
        Phase::Reconnecting { stage, attempt, gives_up_in_s }
    }

    /// Nothing arrives from LiveKit any more, or something does again.
    pub fn hears(&mut self, heard: bool, now: Instant) {
        self.silent = !heard;
        match self.state {
            State::Good if self.silent => self.lose(State::Noticed, now),
            State::Noticed if heard => self.found(),
            _ => {}
        }
    }

    /// Whether LiveKit's port answers.
    pub fn reaches(&mut self, reachable: bool, now: Instant) {
        self.reachable = if reachable { self.reachable.or(Some(now)) } else { None };
    }

    /// This computer, or the app, stood still for a while: whatever was going on, it starts from here.
    pub fn woke(&mut self, now: Instant) {
        self.reachable = None;
        match self.state {
            State::Good => self.lose(State::Noticed, now),
            State::Rejoining { attempt, next: Some(_) } => {
                self.lost = Some(now);
                // At once, even if nothing is known of LiveKit's port yet.
                self.state = State::Rejoining { attempt, next: Some(now.checked_sub(BLIND).unwrap_or(now)) };
            }
            _ => self.lost = Some(now),
        }
    }

    /// The SDK restores the connection.
    pub fn resuming(&mut self, now: Instant) {
        match self.state {
            State::Good | State::Noticed => self.lose(State::Resuming { attempt: 1 }, now),
            State::Resuming { attempt } => self.state = State::Resuming { attempt: attempt + 1 },
            State::Rejoining { .. } => {}
        }
    }

    /// The SDK has restored it, or the room was entered anew.
    pub fn restored(&mut self) {
        self.silent = false;
        self.found();
    }

    /// The SDK has left the room for good.
    pub fn ended(&mut self, reason: EndReason, now: Instant) -> Order {
        match reason {
            // Somebody wanted it so.
            EndReason::Left
            | EndReason::EndedByHost
            | EndReason::Removed
            | EndReason::DuplicateIdentity
            | EndReason::RoomGone
            | EndReason::HostFailed => Order::End(reason),
            // A server that shuts down may come back, and a token that was refused may have been too old.
            EndReason::TokenRefused | EndReason::ServerShutdown | EndReason::ConnectionLost => {
                self.reason = reason;
                self.rejoin(now)
            }
        }
    }

    /// An attempt to enter the room anew failed. `jitter` is from 0 to 1: those whom one outage threw out do not all
    /// come at the same moment.
    pub fn failed(&mut self, setback: Setback, jitter: f64, now: Instant) -> Option<Order> {
        match (setback, self.state) {
            (Setback::Over(reason), _) => Some(Order::End(reason)),
            (Setback::Again, State::Rejoining { attempt, .. }) => {
                self.state = State::Rejoining { attempt, next: Some(now + pause(attempt, jitter)) };
                None
            }
            (Setback::Again, _) => None,
        }
    }

    /// What is to be done now that time has passed.
    pub fn tick(&mut self, now: Instant) -> Option<Order> {
        let lost = self.lost?;
        if now.saturating_duration_since(lost) >= GIVES_UP {
            return Some(Order::End(self.reason));
        }
        match self.state {
            State::Noticed | State::Resuming { .. } => {
                let since = self.reachable?.max(lost);
                (now.saturating_duration_since(since) >= SDK_PATIENCE).then(|| self.rejoin(now))
            }
            // Without an answer from LiveKit's port there is little hope; but some networks answer only what they know.
            State::Rejoining { attempt, next: Some(next) }
                if now >= next && self.reachable.is_some() || now >= next + BLIND =>
            {
                self.state = State::Rejoining { attempt: attempt + 1, next: None };
                Some(Order::Rejoin)
            }
            State::Good | State::Rejoining { .. } => None,
        }
    }

    fn rejoin(&mut self, now: Instant) -> Order {
        self.lose(State::Rejoining { attempt: 1, next: None }, now);
        Order::Rejoin
    }

    fn lose(&mut self, state: State, now: Instant) {
        self.state = state;
        self.lost = self.lost.or(Some(now));
    }

    fn found(&mut self) {
        *self = Self { silent: self.silent, ..Self::new() };
    }
}

/// How long to wait after this attempt: twice as long each time, and up to half of it more or less.
fn pause(attempt: u32, jitter: f64) -> Duration {
    let doubled = PAUSE.0.saturating_mul(1 << attempt.saturating_sub(1).min(8));
    doubled.min(PAUSE.1).mul_f64(0.5 + jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(s: f64) -> Duration {
        Duration::from_secs_f64(s)
    }

    fn stage(connection: &Connection, now: Instant) -> Option<(ReconnectStage, u32)> {
        match connection.phase(now) {
            Phase::Reconnecting { stage, attempt, .. } => Some((stage, attempt)),
            _ => None,
        }
    }

    #[test]
    fn a_short_silence_passes_by_itself() {
        let (mut connection, start) = (Connection::new(), Instant::now());
        connection.hears(false, start);
        assert_eq!(stage(&connection, start), Some((ReconnectStage::Noticed, 0)));
        assert_eq!(connection.tick(start + seconds(1.)), None);
        connection.hears(true, start + seconds(1.));
        assert_eq!(connection.phase(start + seconds(1.)), Phase::Connected);
        assert_eq!(connection.tick(start + seconds(500.)), None, "what is over is not given up");
    }

    #[test]
    fn the_sdk_gets_its_time_once_livekit_answers_again() {
        let (mut connection, start) = (Connection::new(), Instant::now());
        connection.hears(false, start);
        connection.resuming(start + seconds(15.));
        assert_eq!(stage(&connection, start), Some((ReconnectStage::Resuming, 1)));
        assert_eq!(connection.tick(start + seconds(59.)), None, "no network: nothing else would do better");
        connection.reaches(true, start + seconds(60.));
        assert_eq!(connection.tick(start + seconds(63.)), None);
        connection.reaches(true, start + seconds(63.));
        assert_eq!(connection.tick(start + seconds(64.)), Some(Order::Rejoin));
        assert_eq!(connection.tick(start + seconds(64.)), None, "one attempt at a time");
        connection.restored();
        assert!(!connection.is_lost());
    }

    #[test]
    fn an_sdk_that_is_done_is_left_alone() {
        let (mut connection, start) = (Connection::new(), Instant::now());
        connection.resuming(start);
        connection.reaches(true, start);
        connection.restored();
        assert_eq!(connection.tick(start + seconds(10.)), None);
        // The next loss has all its time again.
        connection.resuming(start + seconds(200.));
        assert_eq!(connection.tick(start + seconds(201.)), None);
    }

    #[test]
    fn the_room_is_entered_anew_when_the_sdk_gives_up() {
        let (mut connection, mut now) = (Connection::new(), Instant::now());
        let start = now;
        assert_eq!(connection.ended(EndReason::ConnectionLost, now), Order::Rejoin);
        connection.reaches(true, now);
        let mut attempts = 1;
        while connection.failed(Setback::Again, 0.5, now).is_none() {
            assert_eq!(connection.tick(now), None, "there is a pause first");
            now += seconds(5.);
            match connection.tick(now) {
                Some(Order::Rejoin) => attempts += 1,
                order => {
                    assert_eq!(order, Some(Order::End(EndReason::ConnectionLost)));
                    break;
                }
            }
            assert_eq!(stage(&connection, now), Some((ReconnectStage::Rejoining, attempts)));
        }
        assert_eq!(now - start, GIVES_UP);
        assert_eq!(attempts, 24);
    }

    #[test]
    fn what_somebody_wanted_is_not_undone() {
        for reason in [EndReason::EndedByHost, EndReason::Removed, EndReason::DuplicateIdentity, EndReason::RoomGone] {
            assert_eq!(Connection::new().ended(reason, Instant::now()), Order::End(reason));
        }
        let mut connection = Connection::new();
        let now = Instant::now();
        connection.ended(EndReason::ConnectionLost, now);
        let over = Setback::Over(EndReason::EndedByHost);
        assert_eq!(connection.failed(over, 0., now), Some(Order::End(EndReason::EndedByHost)));
    }

    #[test]
    fn sleeping_does_not_count() {
        let (mut connection, start) = (Connection::new(), Instant::now());
        connection.woke(start);
        assert_eq!(stage(&connection, start), Some((ReconnectStage::Noticed, 0)));
        connection.ended(EndReason::ConnectionLost, start);
        connection.failed(Setback::Again, 1., start);
        let later = start + seconds(3600.);
        connection.woke(later);
        assert_eq!(connection.tick(later), Some(Order::Rejoin), "at once, not given up");
    }

    #[test]
    fn the_signal_may_be_lost_while_media_arrives() {
        let (mut connection, start) = (Connection::new(), Instant::now());
        connection.resuming(start);
        connection.hears(true, start + seconds(1.));
        assert!(connection.is_lost(), "who comes and goes is not known meanwhile");
        connection.reaches(true, start + seconds(1.));
        assert_eq!(connection.tick(start + seconds(6.)), Some(Order::Rejoin));
    }

    #[test]
    fn pauses_grow_to_their_bound() {
        assert_eq!(pause(1, 0.5), PAUSE.0);
        assert_eq!(pause(100, 0.5), PAUSE.1);
        assert!(pause(3, 0.) < pause(3, 1.));
    }
}
