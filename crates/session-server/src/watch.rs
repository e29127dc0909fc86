//! Keeps what is known of LiveKit's rooms true, with or without webhooks: people counted, vanished rooms made again,
//! closed ones ended. One task asks LiveKit about all sessions at once, so a join rarely asks anything itself.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use crate::livekit::LiveKitError;
use crate::moderate;
use crate::server::AppState;
use crate::session::Session;

/// How often to ask while there are sessions.
const INTERVAL: Duration = Duration::from_secs(5);

/// How often to look for ended sessions to forget.
const FORGETTING: Duration = Duration::from_secs(600);

type Answer = oneshot::Sender<Result<(), LiveKitError>>;

/// Asks the watching task.
pub(crate) struct Watch {
    requests: mpsc::Sender<Answer>,
    checked: Mutex<Option<Instant>>,
}

impl Watch {
    /// And where the requests arrive, for [`run`].
    pub(crate) fn new() -> (Self, mpsc::Receiver<Answer>) {
        let (requests, received) = mpsc::channel(256);
        (Self { requests, checked: Mutex::default() }, received)
    }

    /// Makes sure that what is known of the rooms is not older than this.
    pub(crate) async fn ensure(&self, max_age: Duration) -> Result<(), LiveKitError> {
        if self.checked.lock().is_some_and(|checked| checked.elapsed() < max_age) {
            return Ok(());
        }
        let (answer, answered) = oneshot::channel();
        // The task ends only with the server.
        self.requests.send(answer).await.map_err(|_| LiveKitError::NotStarted)?;
        answered.await.map_err(|_| LiveKitError::NotStarted)?
    }

    /// Lets nobody rely on what was known: LiveKit is another one, or just started.
    pub(crate) fn forget(&self) {
        *self.checked.lock() = None;
    }
}

/// The watching task; ends at shutdown.
pub(crate) async fn run(app: AppState, mut requests: mpsc::Receiver<Answer>) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut forgetting = tokio::time::interval(FORGETTING.min(app.config.keep_ended));
    forgetting.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let mut answers: Vec<Answer> = Vec::new();
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            Some(answer) = requests.recv() => answers.push(answer),
            _ = forgetting.tick() => {
                forget_ended(&app).await;
                continue;
            }
            _ = ticks.tick() => {
                app.limiter.sweep();
                app.lobby.sweep(app.config.token_ttl);
            }
        }
        // Whoever asked by now shares this answer.
        while let Ok(answer) = requests.try_recv() {
            answers.push(answer);
        }
        let started = Instant::now();
        let result = check(&app).await;
        *app.watch.checked.lock() = result.is_ok().then_some(started);
        for answer in answers {
            // Who asked may be gone.
            let _ = answer.send(result);
        }
    }
}

/// Lets go of sessions that ended long ago: what is kept does not grow for ever.
async fn forget_ended(app: &AppState) {
    match app.registry.forget_ended(time::OffsetDateTime::now_utc() - app.config.keep_ended).await {
        Ok(0) => {}
        Ok(forgotten) => tracing::info!(forgotten, "sessions that ended long ago are forgotten"),
        Err(error) => tracing::error!(%error, "ended sessions cannot be forgotten"),
    }
}

async fn check(app: &AppState) -> Result<(), LiveKitError> {
    let sessions = app.registry.all();
    if sessions.is_empty() {
        return Ok(());
    }
    let names = sessions.iter().map(|session| session.id().to_string()).collect();
    let rooms: HashMap<_, _> = app.livekit.rooms(names).await?.into_iter().map(|r| (r.name.clone(), r)).collect();
    for session in sessions {
        match rooms.get(&session.id().to_string()) {
            Some(room) => {
                if session.seen(&room.sid, room.participants) {
                    app.tell_people(&session).await?;
                }
                if session.is_to_be_looked_at(room.participants) {
                    moderate::look(app.clone(), session);
                }
            }
            None => replace(app, &session).await?,
        }
    }
    Ok(())
}

/// The room is gone, and no webhook has told why.
async fn replace(app: &AppState, session: &Session) -> Result<(), LiveKitError> {
    if session.is_abandoned(app.config.empty_timeout, app.config.departure_timeout) {
        app.end_closed_by_livekit(session).await;
    } else if !session.is_closed() {
        let sid = app.livekit.create_room(session.id(), session.metadata()).await?;
        session.recreated(&sid);
        tracing::info!(session = %session.id(), "LiveKit had lost the room, it was made again");
        if session.is_closed() {
            // Ended while the room was being made.
            app.livekit.delete_room(session.id()).await?;
        }
    }
    Ok(())
}
