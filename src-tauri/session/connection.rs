//! The life of a connection: when it counts as lost, what is tried to restore it, and when it is given up. It has no
//! clock and no network of its own: it is told what is seen, and says what is to be done.

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use super::state::{EndReason, Phase, ReconnectStage};
use super::watch::Channel;

/// How long a lost connection is worked on. A room that everybody fell out of stays for two minutes
/// (`departure_timeout` of the session server): after that there is nothing to come back to.
pub const GIVES_UP: Duration = Duration::from_secs(120);

/// How long the SDK may take once LiveKit can be reached again. Where it restores the connection it takes one or two
/// seconds; where it does not, it tries again only every five.
const SDK_PATIENCE: Duration = Duration::from_secs(4);

/// How long the signal connection may stay silent while media arrives and LiveKit's port answers: then it is dead. Before,
/// it may only wait for the system to send again what was lost. (Where media does not arrive either, restoring the one
/// would disturb the other.)
const SIGNAL_PATIENCE: Duration = Duration::from_secs(1);

/// How long the SDK takes to make sure that media arrives, where only the signal connection was dead.
const SETTLING: Duration = Duration::from_secs(3);

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
    /// Tells the SDK that its signal connection is dead, which makes it restore the connection.
    Resume,
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
    /// Nothing arrives from LiveKit although something is sent: no media, no signals.
    silent: bool,
    deaf: bool,
    /// When the SDK was told to restore it.
    urged: Option<Instant>,
    /// Since when LiveKit answers again; known only while the connection is lost.
    reachable: Option<Instant>,
    /// Why it ends if it cannot be restored.
    reason: EndReason,
    /// How long it is worked on.
    gives_up: Duration,
}

impl Connection {
    /// A connection that just came about, and is worked on so long when it is lost.
    pub fn new(gives_up: Duration) -> Self {
        Self {
            state: State::Good,
            lost: None,
            silent: false,
            deaf: false,
            urged: None,
            reachable: None,
            reason: EndReason::ConnectionLost,
            gives_up,
        }
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
        let since = self.lost.map_or(Duration::ZERO, |lost| now.saturating_duration_since(lost));
        let left = self.gives_up.saturating_sub(since);
        let gives_up_in_s = u32::try_from(left.as_millis().div_ceil(1000)).unwrap_or(u32::MAX);
        Phase::Reconnecting { stage, attempt, gives_up_in_s }
    }

    /// Nothing arrives from LiveKit any more, or something does again.
    pub fn hears(&mut self, channel: Channel, heard: bool, now: Instant) {
        match channel {
            Channel::Media => self.silent = !heard,
            Channel::Signal => self.deaf = !heard,
        }
        match self.state {
            State::Good if self.silent || self.deaf => self.lose(State::Noticed, now),
            State::Noticed if !self.silent && !self.deaf => self.found(),
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

    /// Something came by the signal connection. Where the SDK was told to make another, this is it: what it still does, for
    /// three seconds, is to make sure of media, which arrives.
    pub fn signalled(&mut self) {
        if self.urged.is_some() && !self.silent && matches!(self.state, State::Resuming { .. }) {
            self.restored();
        }
    }

    /// The SDK has restored it, or the room was entered anew.
    pub fn restored(&mut self) {
        (self.silent, self.deaf) = (false, false);
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
        if now.saturating_duration_since(lost) >= self.gives_up {
            return Some(Order::End(self.reason));
        }
        match self.state {
            State::Noticed if self.deaf && !self.silent && self.urged.is_none() => {
                let since = self.reachable?.max(lost);
                (now.saturating_duration_since(since) >= SIGNAL_PATIENCE).then(|| {
                    self.urged = Some(now);
                    Order::Resume
                })
            }
            State::Noticed | State::Resuming { .. } => {
                let since = self.reachable?.max(lost).max(self.urged.map_or(lost, |urged| urged + SETTLING));
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
        *self = Self { silent: self.silent, deaf: self.deaf, ..Self::new(self.gives_up) };
    }
}

/// How long to wait after this attempt: twice as long each time, and up to half of it more or less.
fn pause(attempt: u32, jitter: f64) -> Duration {
    let doubled = PAUSE.0.saturating_mul(1 << attempt.saturating_sub(1).min(8));
    doubled.min(PAUSE.1).mul_f64(0.5 + jitter.clamp(0.0, 1.0))
}
