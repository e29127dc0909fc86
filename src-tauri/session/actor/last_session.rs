//! The session to go back to, as the actor knows it.

use crate::error::UiError;
use crate::host::Host;
use crate::session::connect::{Admission, Wish};
use crate::session::invitation::Invitation;
use crate::session::last::{Choices, Last};
use crate::session::message::Answer;
use crate::session::state::{LastSession, LeftHow, Role};

use super::Actor;

impl Actor {
    /// Into the last session again.
    pub(super) fn rejoin(&mut self, reply: Answer) {
        match self.back.clone() {
            Some(Last { session_id, api, name, .. }) => {
                self.begin(Wish::Join(Invitation { session_id, api: Some(api), secret: None }), &name, reply);
            }
            None => {
                let error = UiError::new(
                    "no_last_session",
                    "There is no session to go back to.",
                    "Join with the session id that its host sent you.",
                );
                let _ = reply.send(Err(error));
            }
        }
    }

    /// The session to offer to go back to.
    pub(super) fn offered(&self) -> Option<LastSession> {
        if self.live.is_some() {
            return None;
        }
        self.back.as_ref().and_then(Last::offer)
    }

    /// In a session, or thrown out of it: also the next run shall know.
    pub(super) fn remember(&mut self, how: LeftHow) {
        let Some(live) = &self.live else { return };
        let Some(admission) = &live.admission else { return };
        let title = self.store.state().title.clone();
        let last = Last::new(admission, self.hosts(admission), live.choices(), title, live.name.clone(), Some(how));
        self.before = Some(admission.clone());
        self.keeper.keep(&last);
        self.back = Some(last);
    }

    /// Left on purpose: one can go back, and is not asked to.
    pub(super) fn left(&mut self) {
        let last = self.live.as_ref().and_then(|live| {
            let admission = live.admission.as_ref()?;
            let title = self.store.state().title.clone();
            Some(Last::new(admission, self.hosts(admission), live.choices(), title, live.name.clone(), None))
        });
        if last.is_some() {
            self.forget_last();
            self.before = self.live.as_ref().and_then(|live| live.admission.clone());
            self.back = last;
        }
    }

    /// There is nothing to go back to, or nobody wants to.
    pub(super) fn forget_last(&mut self) {
        self.keeper.forget();
        self.before = None;
        if let Some(last) = self.back.take()
            && last.role == Role::Host
        {
            let settings = self.settings.clone();
            tokio::spawn(async move { settings.forget_host_key(&last.session_id).await });
        }
    }

    /// Home lists it from now on. One that this app hosts ends with it, and nobody can go back there.
    pub(super) fn note_recent(&self) {
        let Some(admission) = self.live.as_ref().and_then(|live| live.admission.as_ref()) else { return };
        if self.host.as_ref().is_none_or(|host| host.base_url() != admission.api.base()) {
            let title = self.store.state().title.clone();
            self.recent.joined(&admission.session_id, title.as_deref(), admission.role, admission.api.base());
        }
    }

    /// Going into a session failed: one that is over is not offered again.
    pub(super) fn not_back(&mut self, error: &UiError) {
        let id = self.store.state().session_id.as_deref();
        if !matches!(error.code.as_str(), "session_ended" | "session_not_found") {
            return;
        }
        if let Some(id) = id {
            self.recent.forget(id);
        }
        if self.back.as_ref().is_some_and(|last| Some(last.session_id.as_str()) == id) {
            self.forget_last();
        }
    }

    /// Whether one was the host of this session when one was last in it.
    pub(super) fn was_host_of(&self, session_id: &str) -> bool {
        self.back.as_ref().is_some_and(|last| last.role == Role::Host && last.session_id == session_id)
    }

    /// The devices that are switched on in this session at first: those that were, where one comes back.
    pub(super) fn choices(&self, session_id: &str) -> Choices {
        let back = self.back.as_ref().filter(|last| last.session_id == session_id);
        back.map_or(Choices::default(), |last| last.choices)
    }

    /// Whether this computer hosted this session when one was last in it, and then whether on the network.
    pub(super) fn hosted(&self, session_id: &str) -> Option<bool> {
        self.back.as_ref().filter(|last| last.session_id == session_id)?.hosted
    }

    /// Whether this app's own session server gave this, and then whether it is on the network.
    fn hosts(&self, admission: &Admission) -> Option<bool> {
        self.host.as_ref().filter(|host| host.base_url() == admission.api.base()).map(Host::lan)
    }

    /// For coming back as the host after a crash.
    pub(super) fn keep_host_key(&self, admission: &Admission) {
        if let Some(key) = admission.host_key.clone() {
            let (settings, id) = (self.settings.clone(), admission.session_id.clone());
            tokio::spawn(async move { settings.keep_host_key(&id, &key).await });
        }
    }
}
