//! Watches the signal connection: it may be dead while media arrives, and the SDK notices that only after some fifteen
//! seconds.
//!
//! LiveKit is asked by it to change nothing of what one says of oneself, and answers by it. Questions that are on their
//! way together also make the system notice sooner which of its packets were lost.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use livekit::RoomError;
use livekit::prelude::{ConnectionState, Room};
use livekit_protocol::request_response::Reason;
use tokio::task::JoinSet;

use super::{Channel, Sign};

/// How often it is asked. Not less: on a busy computer the SDK overlooks one answer in twenty-five, where it comes before
/// it is waited for.
const INTERVAL: Duration = Duration::from_millis(300);

/// How long a question may go unanswered, and each later one too; it is seen at the fifth that does, 1.8 s after the
/// connection died at the latest.
const SILENCE: Duration = Duration::from_millis(1350);

/// A gap this long between two questions says nothing of the connection.
const STARVED: Duration = Duration::from_secs(1);

/// Longest that one answer is waited for.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);

/// Most questions on their way.
const MOST: usize = 10;

/// What became of a question.
enum Answer {
    /// There was one.
    Came,
    /// LiveKit does not take such questions of us, and would log each.
    Refused,
    /// There was none in time.
    None,
}

pub(super) async fn watch(room: Arc<Room>, tell: impl Fn(Sign) + Send + 'static) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut questions = JoinSet::new();
    // Since when nothing was answered that was asked.
    let (mut unanswered, mut silent): (Option<Instant>, bool) = (None, false);
    let mut last = Instant::now();
    loop {
        tokio::select! {
            Some(answer) = questions.join_next() => match answer {
                Ok(Answer::Came) => {
                    unanswered = None;
                    if std::mem::take(&mut silent) {
                        tell(Sign::Hears(Channel::Signal, true));
                    }
                }
                Ok(Answer::Refused) => {
                    tracing::debug!("the signal connection is not watched: this token may not ask");
                    return;
                }
                Ok(Answer::None) | Err(_) => {}
            },
            _ = ticks.tick() => {
                let since = std::mem::replace(&mut last, Instant::now()).elapsed();
                if since > STARVED {
                    // This computer was busy, or asleep: answers may have come that nobody has looked at.
                    unanswered = unanswered.map(|unanswered| unanswered + since);
                }
                if room.connection_state() != ConnectionState::Connected {
                    // The SDK is at it; what is asked now would wait in its queue.
                    questions = JoinSet::new();
                    unanswered = None;
                    continue;
                }
                if unanswered.is_some_and(|since| since.elapsed() >= SILENCE) {
                    silent = true;
                    tell(Sign::Hears(Channel::Signal, false));
                }
                if questions.len() < MOST {
                    questions.spawn(ask(room.clone()));
                    unanswered = unanswered.or(Some(Instant::now()));
                }
            }
        }
    }
}

async fn ask(room: Arc<Room>) -> Answer {
    let participant = room.local_participant();
    match tokio::time::timeout(ANSWER_TIMEOUT, participant.set_attributes(HashMap::new())).await {
        Ok(Ok(())) => Answer::Came,
        Ok(Err(RoomError::Request { reason: Reason::NotAllowed, .. })) => Answer::Refused,
        Ok(Err(RoomError::Request { .. })) => Answer::Came,
        Ok(Err(_)) | Err(_) => Answer::None,
    }
}
