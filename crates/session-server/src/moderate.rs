//! What hosts and co-hosts may do beyond what LiveKit does for them, and what follows when the last host leaves.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::http::HeaderMap;
use secrecy::SecretString;

use crate::error::ApiError;
use crate::livekit::{LiveKitError, Present};
use crate::people::{People, WhenHostLeaves};
use crate::proof::bearer;
use crate::server::{App, AppState};
use crate::session::{HostPresence, Session};

impl App {
    /// Refuses who may not: the host key and a host's token prove a host, and the token of who was made one or a co-host
    /// what `may` says of them.
    pub(crate) fn require(
        &self,
        session: &Session,
        host_key: Option<&SecretString>,
        headers: &HeaderMap,
        may: fn(&People, &str) -> bool,
    ) -> Result<(), ApiError> {
        let by_token = || {
            let identity = bearer(headers).and_then(|token| self.tokens.identity(token, session.id()));
            identity.is_some_and(|identity| session.people(|people| may(people, &identity)))
        };
        if self.prove_host(session, host_key, headers)? || by_token() {
            Ok(())
        } else {
            Err(ApiError::HostProofRequired)
        }
    }

    /// Refuses who may not do something about this person: about a host only a host may.
    pub(crate) fn require_over(
        &self,
        session: &Session,
        host_key: Option<&SecretString>,
        headers: &HeaderMap,
        who: &str,
    ) -> Result<(), ApiError> {
        let may = if session.people(|people| people.is_host(who)) { People::is_host } else { People::moderates };
        self.require(session, host_key, headers, may)
    }

    /// Changes who is what, keeps it, and tells everybody in the room.
    pub(crate) async fn change_people<T>(
        &self,
        session: &Session,
        change: impl FnOnce(&mut People) -> T,
    ) -> Result<T, ApiError> {
        // One after the other: what is kept and told last is what holds.
        let _turn = session.turn().await;
        let result = session.change_people(change);
        self.registry.save_people(session).await?;
        self.livekit.set_metadata(session.id(), &session.metadata()).await?;
        Ok(result)
    }

    /// Tells everybody in a room that is another one than before who is what.
    pub(crate) async fn tell_people(&self, session: &Session) -> Result<(), LiveKitError> {
        let _turn = session.turn().await;
        self.livekit.set_metadata(session.id(), &session.metadata()).await
    }

    /// Has LiveKit let somebody publish, or not, as it is now written here. Who is not in the room gets it with the next
    /// token.
    pub(crate) async fn apply_stage(&self, session: &Session, identity: &str) -> Result<(), ApiError> {
        let may = session.may_publish(identity);
        let is_there = self.livekit.set_can_publish(session.id(), identity, may).await?;
        if is_there { Ok(()) } else { Err(ApiError::ParticipantNotFound) }
    }
}

/// For so long who comes and goes is looked at together: a class arrives at once.
const BURST: Duration = Duration::from_millis(200);

/// Looks at who is in the room, and puts right what is not as it should be, beside whatever else is done.
pub(crate) fn look(app: AppState, session: Arc<Session>) {
    if session.is_looked_at_soon.swap(true, Ordering::Relaxed) {
        return;
    }
    tokio::spawn(async move {
        tokio::time::sleep(BURST).await;
        let _turn = session.settling().await;
        session.is_looked_at_soon.store(false, Ordering::Relaxed);
        if let Err(error) = settle(&app, &session).await {
            tracing::warn!(%error, session = %session.id(), "who is in the room could not be put right");
        }
    });
}

async fn settle(app: &App, session: &Session) -> Result<(), ApiError> {
    if session.is_closed() {
        return Ok(());
    }
    let present = app.livekit.present(session.id()).await?;
    // Tokens outlive what they were given for.
    let (removed, mut rest): (Vec<_>, Vec<_>) =
        present.into_iter().partition(|person| session.people(|people| people.is_removed(&person.identity)));
    for person in removed {
        tracing::info!(session = %session.id(), "somebody who was removed came back with an old token");
        app.livekit.remove(session.id(), &person.identity).await?;
    }
    rest.retain(|person| !person.hidden);
    for person in &rest {
        if person.can_publish && !session.may_publish(&person.identity) {
            app.livekit.set_can_publish(session.id(), &person.identity, false).await?;
        }
    }
    succeed(app, session, &rest).await
}

/// When the last host is gone: the co-host who is one for longest follows at once, or what the creator chose after a while.
async fn succeed(app: &App, session: &Session, present: &[Present]) -> Result<(), ApiError> {
    let is_there = session.people(|people| present.iter().any(|person| people.is_host(&person.identity)));
    let gone_for = match session.host_is_there(is_there) {
        HostPresence::There | HostPresence::NotYet => return Ok(()),
        HostPresence::Gone(since) => since.elapsed(),
    };
    let identities: Vec<_> = present.iter().map(|person| person.identity.as_str()).collect();
    let by_rule = gone_for >= app.config.host_grace;
    let next = match (session.people(|people| people.oldest_co_host(&identities)), session.record.when_host_leaves) {
        (Some(co_host), _) => co_host,
        (None, WhenHostLeaves::Promote) if by_rule && !identities.is_empty() => identities[0].to_owned(),
        (None, WhenHostLeaves::End) if by_rule => {
            tracing::info!(session = %session.id(), "the last host is gone, and so the session ends");
            return app.end(session).await.map(drop);
        }
        _ => return Ok(()),
    };
    app.change_people(session, |people| people.add_host(&next)).await?;
    session.host_is_there(true);
    app.apply_stage(session, &next).await?;
    tracing::info!(session = %session.id(), "the last host is gone, another one took over");
    Ok(())
}
