//! The key of an encrypted session, as the actor knows it: who has which, and going over to another one.

use std::time::{Duration, Instant};

use livekit::prelude::{DataPacket, RemoteParticipant};

use super::Actor;
use crate::error::UiError;
use crate::session::encryption::{self, Encrypted, Encryption, Secret};
use crate::session::message::{Answer, Message};
use crate::session::people;
use crate::session::publisher::Order;
use crate::session::state::{Change, Role};

/// How often the others' keys are looked at.
const INTERVAL: Duration = Duration::from_secs(1);

/// How long a difference has to last until it is told: while a new key goes round, all have another one for a moment.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is known of the others' keys.
#[derive(Default)]
pub(super) struct Lock {
    looked: Option<Instant>,
    /// What differs from what was told, and since when.
    news: Option<(Encrypted, Instant)>,
}

impl Actor {
    fn encryption(&self) -> Option<Encryption> {
        self.live.as_ref()?.admission.as_ref()?.encryption.clone()
    }

    /// Looks who has which key, and tells what has lasted.
    pub(super) fn look_at_keys(&mut self) {
        let Some(encryption) = self.encryption() else { return };
        let Some(live) = &mut self.live else { return };
        let (Some(room), Some(admission)) = (live.room.clone(), &live.admission) else { return };
        let role = admission.role;
        if live.lock.looked.is_some_and(|looked| looked.elapsed() < INTERVAL) {
            return;
        }
        live.lock.looked = Some(Instant::now());
        let told = self.store.state().encrypted.clone();
        let seen = encryption::examine(&encryption, &room, role, |person| live.hosts.has(person));
        let lasts = match (&told, &live.lock.news) {
            (Some(told), _) if *told == seen => {
                live.lock.news = None;
                return;
            }
            (_, Some((news, since))) if *news == seen => since.elapsed() >= PATIENCE,
            _ => {
                live.lock.news = Some((seen.clone(), Instant::now()));
                false
            }
        };
        let code = &seen.code;
        let known = told.as_ref().is_some_and(|told| told.other_key);
        let encrypted = match told {
            _ if lasts => seen,
            // The code is one's own, and counts at once.
            Some(told) if told.code == *code => return,
            Some(told) => Encrypted { code: code.clone(), ..told },
            None => Encrypted { code: code.clone(), other_key: false, others: Vec::new(), unencrypted: Vec::new() },
        };
        if encrypted.other_key && !known {
            tracing::warn!("the host has another key");
        }
        self.store.change(Change::Encrypted { encrypted });
    }

    /// Other key words, because these were wrong.
    pub(super) fn use_key(&mut self, words: &str, reply: Answer) {
        match Secret::parse(words) {
            Ok(secret) => self.go_over_to(secret, std::future::ready(()), Some(reply)),
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    /// A new key for everybody who is there with the old one, but not for somebody who had to go.
    pub(super) fn renew_key(&mut self, without: Option<&str>, reply: Answer) {
        let not_here = || {
            UiError::new(
                "not_host",
                "Only the host of an encrypted session can change its key.",
                "Ask the host to do it.",
            )
        };
        let host =
            self.live.as_ref().and_then(|live| live.admission.as_ref()).is_some_and(|own| own.role == Role::Host);
        let room = self.live.as_ref().and_then(|live| live.room.clone());
        let (Some(encryption), Some(room), true) = (self.encryption(), room, host) else {
            let _ = reply.send(Err(not_here()));
            return;
        };
        let secret = Secret::random();
        let boxes: Vec<_> = room
            .remote_participants()
            .into_values()
            .filter(|person| Some(people::key(person.identity().as_str()).as_str()) != without)
            .filter_map(|person| {
                let attributes = person.attributes();
                let identity = person.identity();
                let same = encryption.is_shown_by(identity.as_str(), &attributes);
                Some((identity, same.then(|| encryption.seal(&secret, &attributes))??))
            })
            .collect();
        tracing::info!(people = boxes.len(), "a new key goes round");
        let participant = room.local_participant();
        let sending = async move {
            for (identity, payload) in boxes {
                let packet = DataPacket {
                    payload,
                    topic: Some(encryption::RENEWAL_TOPIC.into()),
                    reliable: true,
                    destination_identities: vec![identity],
                };
                if let Err(error) = participant.publish_data(packet).await {
                    tracing::warn!(%error, "somebody did not get the new key");
                }
            }
        };
        self.go_over_to(secret, sending, Some(reply));
    }

    /// A new key from a host.
    pub(super) fn renewal(&mut self, packet: &[u8], from: Option<&RemoteParticipant>) {
        let (Some(encryption), Some(from), Some(live)) = (self.encryption(), from, &self.live) else { return };
        let attributes = from.attributes();
        if !live.hosts.has(from) || !encryption.is_shown_by(from.identity().as_str(), &attributes) {
            tracing::warn!("a new key from somebody who is no host with the old one: left aside");
            return;
        }
        match encryption.open(packet, &attributes) {
            Some(secret) => self.go_over_to(secret, std::future::ready(()), None),
            None => tracing::warn!("a new key that does not open: left aside"),
        }
    }

    /// Uses another secret, after something else.
    fn go_over_to(&mut self, secret: Secret, first: impl Future<Output = ()> + Send + 'static, reply: Option<Answer>) {
        let Some(encryption) = self.encryption() else {
            if let Some(reply) = reply {
                let error = UiError::new("not_encrypted", "This session is not encrypted.", "It needs no key words.");
                let _ = reply.send(Err(error));
            }
            return;
        };
        let Some(live) = &self.live else { return };
        let (number, post) = (live.number, self.post.clone());
        let session = live.admission.as_ref().map(|admission| admission.session_id.clone()).unwrap_or_default();
        let settings = self.settings.clone();
        tokio::spawn(async move {
            first.await;
            let result = encryption.renew(secret).await;
            if result.is_ok() {
                settings.keep_session_key(&session, encryption.secret().words()).await;
            }
            let _ = post.send(Message::KeyUsed(number, result, reply));
        });
    }

    /// Another key is in use: the others are shown that one has it.
    pub(super) fn key_used(&mut self, number: u64, result: Result<(), UiError>, reply: Option<Answer>) {
        if self.is_current(number)
            && result.is_ok()
            && let Some(live) = &mut self.live
        {
            tracing::info!("another key is in use");
            live.lock.looked = None;
            if let Some(publisher) = &live.publisher {
                publisher.order(Order::Show(live.attributes()));
            }
        }
        match reply {
            Some(reply) => drop(reply.send(result)),
            None => {
                if let Err(error) = result {
                    tracing::error!(%error, "the new key is not used");
                }
            }
        }
    }
}
