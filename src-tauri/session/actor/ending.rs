//! How a session ends: for everyone, for this person, or with the program.

use std::time::Duration;

use tokio::task::JoinHandle;

use super::Actor;
use crate::error::UiError;
use crate::session::connect::Admission;
use crate::session::message::{Answer, Message};
use crate::session::state::{Change, EndReason, LeftHow, Phase, Role, SessionState};

/// Longest that leaving a room is waited for in the background.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Longest that the program's end waits for each thing to be tidied up.
const SHUT_DOWN_TIMEOUT: Duration = Duration::from_secs(3);

impl Actor {
    pub(super) fn end(&mut self, reply: Answer) {
        let Some((number, admission)) =
            self.live.as_ref().and_then(|live| Some((live.number, live.admission.clone()?)))
        else {
            let error = UiError::new("not_in_session", "You are in no session.", "There is nothing to end.");
            let _ = reply.send(Err(error));
            return;
        };
        if admission.role != Role::Host {
            let error =
                UiError::new("not_host", "Only the host can end the session for everyone.", "Leave it instead.");
            let _ = reply.send(Err(error));
            return;
        }
        let post = self.post.clone();
        tokio::spawn(async move {
            let Admission { api, session_id, host_key, token, .. } = admission;
            let result = api.end(&session_id, host_key.as_ref(), &token).await.map_err(UiError::from);
            let _ = post.send(Message::Ended(number, result, reply));
        });
    }

    /// The session is over: devices off first, then the room, then the UI.
    pub(super) fn finish(&mut self, reason: EndReason) {
        if let Some((_, reply)) = self.live.as_mut().and_then(|live| live.attempt.take()) {
            let _ = reply.send(Err(UiError::new("cancelled", "You left before it connected.", "Join again.")));
        }
        let before = self.store.state().clone();
        match reason {
            EndReason::EndedByHost | EndReason::RoomGone | EndReason::Removed | EndReason::HostFailed => {
                self.forget_last();
            }
            EndReason::Left | EndReason::DuplicateIdentity => self.left(),
            EndReason::ConnectionLost | EndReason::ServerShutdown | EndReason::TokenRefused => {
                self.remember(LeftHow::Lost);
            }
        }
        self.release();
        if matches!(reason, EndReason::EndedByHost | EndReason::RoomGone | EndReason::HostFailed)
            && let Some(id) = &before.session_id
        {
            self.proofs.remove(id);
            self.recent.forget(id);
            let (settings, id) = (self.settings.clone(), id.clone());
            tokio::spawn(async move { settings.forget_session_key(&id).await });
        }
        let mut state = SessionState::idle(0);
        state.phase = Phase::Ended { reason };
        state.session_id = before.session_id;
        state.title = before.title;
        state.role = before.role;
        self.store.change(Change::Reset { state });
    }

    /// This computer's LiveKit does not run any more: what it hosted is over, and the next session hosts anew.
    pub(super) fn host_failed(&mut self) {
        let Some(host) = self.host.take_if(|host| host.has_failed()) else { return };
        let hosted = self.live.as_ref().and_then(|live| live.admission.as_ref());
        if hosted.is_some_and(|admission| admission.api.base() == host.base_url()) {
            self.finish(EndReason::HostFailed);
        }
        self.proofs.retain(|_, proof| !proof.here);
        tokio::spawn(host.stop());
    }

    /// Lets go of everything of the session.
    pub(super) fn release(&mut self) -> Option<JoinHandle<()>> {
        self.events = None;
        self.chat.end();
        let live = self.live.take()?;
        if let Some((task, _)) = live.attempt {
            task.abort();
        }
        self.frames.clear();
        Some(tokio::spawn(async move {
            let devices = live.devices;
            let closed = tokio::task::spawn_blocking(move || drop(devices));
            drop((live.publisher, live.receiving, live.sampling));
            if let Some(room) = live.room {
                match tokio::time::timeout(CLOSE_TIMEOUT, room.close()).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::debug!(%error, "the room was closed already"),
                    Err(_) => tracing::warn!("the room does not close in time"),
                }
            }
            let _ = closed.await;
        }))
    }

    /// The program ends: sessions of this computer end for everyone, since their server goes.
    pub(super) async fn shut_down(&mut self) {
        tracing::info!("closing");
        if self.live.is_some() {
            self.forget_last();
        }
        let ends = self.proofs.iter().filter(|(_, proof)| proof.here).map(async |(id, proof)| {
            let end = proof.api.end(id, proof.host_key.as_ref(), &proof.token);
            let _ = tokio::time::timeout(SHUT_DOWN_TIMEOUT, end).await;
        });
        futures_util::future::join_all(ends).await;
        if let Some(released) = self.release() {
            let _ = tokio::time::timeout(SHUT_DOWN_TIMEOUT, released).await;
        }
        if let Some(host) = self.host.take() {
            let _ = tokio::time::timeout(SHUT_DOWN_TIMEOUT, host.stop()).await;
        }
    }
}
