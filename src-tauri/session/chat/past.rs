//! What was written before one came, or while the connection was lost: others are asked for it, one after the other.
//!
//! One person is asked, a host first, then who is there the longest; who does not know the question or does not answer
//! in time is followed by the next. What is told is as true as who tells it: it is marked with that name, except what
//! that person wrote, and it never changes what came from its author. Messages to one person are never told. LiveKit does
//! not say whether a message without our mark of a private one went to others, too; such a message, from a client of
//! another make, counts as one to all.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use livekit::prelude::{LocalParticipant, ParticipantIdentity, PerformRpcData, RpcError};
use livekit::{SendTextOptions, StreamReader, TextStreamReader};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::actor::{Actor, Input, now_ms};
use super::hear::read;
use super::store::{New, Outcome, Store};
use super::types::{Audience, History};
use super::wire::{self, Ask};
use crate::session::people;

/// Most people who are asked, one after the other.
const MAX_ASKED: usize = 6;

/// Longest that the one who is asked may take to say whether there will be an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(4);

/// Longest that the answer may take from then on.
const TELL_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a lost connection may have been lost before that was seen.
const UNSEEN: Duration = Duration::from_secs(30);

/// An error of who has told too often lately.
const BUSY: u32 = 2001;

/// An error of a question that is none.
const NO_QUESTION: u32 = 2002;

/// Who is being asked.
#[derive(Debug)]
pub struct Asking {
    /// Counts the questions.
    number: u64,
    /// Whom to ask next.
    others: VecDeque<ParticipantIdentity>,
    /// Who is asked now.
    who: Option<ParticipantIdentity>,
    question: Ask,
}

/// What came of asking.
#[derive(Debug)]
pub enum Told {
    /// There will be an answer.
    Will,
    /// There is none, and there will be none.
    Nothing,
    /// The answer.
    Text(String),
}

impl Actor {
    /// Lets others ask.
    pub(super) fn serve_history(&self, me: &LocalParticipant) {
        let (number, post) = (self.number, self.post.clone());
        me.register_rpc_method(wire::HISTORY_METHOD.to_owned(), move |call| {
            let (reply, answer) = oneshot::channel();
            let asked = Input::Asked(number, call.caller_identity.to_string(), call.payload, reply);
            let asked = post.send(asked).is_ok();
            Box::pin(async move {
                let closing = || RpcError::new(BUSY, "closing".into(), None);
                if asked { answer.await.map_err(|_| closing())? } else { Err(closing()) }
            })
        });
    }

    /// Somebody asks.
    pub(super) fn asked(
        &mut self,
        number: u64,
        who: &str,
        payload: &str,
        reply: oneshot::Sender<Result<String, RpcError>>,
    ) {
        let refuse = |code, why: &str| Err(RpcError::new(code, why.to_owned(), None));
        let question = wire::ask(payload);
        let answer = match (question, self.me()) {
            (None, _) => refuse(NO_QUESTION, "no question"),
            // Who does not know it yet lets others tell.
            (Some(_), Some(_)) if self.asking.is_some() || number != self.number => refuse(BUSY, "asks itself"),
            (Some(question), Some(me)) if self.telling.take(who, Instant::now()) => {
                let text = tell(&self.store, &question, now_ms());
                let options = SendTextOptions::new_with_topic(wire::HISTORY_TOPIC)
                    .with_attribute(wire::ASKED, question.ask)
                    .with_destination_identity(who.to_owned());
                tokio::spawn(async move {
                    let sent = tokio::time::timeout(TELL_TIMEOUT, me.send_text(&text, options)).await;
                    if !matches!(sent, Ok(Ok(_))) {
                        tracing::warn!("the history could not be told");
                    }
                });
                Ok(String::new())
            }
            _ => refuse(BUSY, "busy"),
        };
        let _ = reply.send(answer);
    }

    /// Asks for what was written before one came, or while the connection was lost.
    pub(super) fn ask_for_missed(&mut self) {
        let lost = self.lost.take();
        let Some(room) = &self.room else { return };
        let mut others: Vec<_> = room.remote_participants().into_values().collect();
        let hosts_first = |host: bool| !host;
        others.sort_by_cached_key(|other| {
            let host = other.attributes().get(people::ROLE_ATTRIBUTE).is_some_and(|role| role == people::HOST_ROLE);
            (hosts_first(host), other.joined_at(), other.identity().to_string())
        });
        let others = others.into_iter().map(|other| other.identity()).take(MAX_ASKED).collect();
        let ago = lost.map(|lost| lost.elapsed() + UNSEEN);
        let ago_ms = ago.map(|ago| u64::try_from(ago.as_millis()).unwrap_or(u64::MAX));
        let question = Ask { ask: Uuid::new_v4().to_string(), ago_ms };
        self.asking = Some(Asking { number: 0, others, who: None, question });
        self.ask_next();
    }

    fn ask_next(&mut self) {
        self.asked += 1;
        let number = self.asked;
        let (Some(me), Some(asking)) = (self.me(), &mut self.asking) else { return };
        let Some(who) = asking.others.pop_front() else {
            self.asking = None;
            let told = matches!(self.state_history(), History::Told { .. });
            if !told {
                self.history(History::None);
            }
            return;
        };
        (asking.who, asking.number) = (Some(who.clone()), number);
        let payload = serde_json::to_string(&asking.question).unwrap_or_default();
        if !matches!(self.state_history(), History::Told { .. }) {
            self.history(History::Asking);
        }
        let (session, post) = (self.number, self.post.clone());
        tokio::spawn(async move {
            let data = PerformRpcData::new(who.to_string(), wire::HISTORY_METHOD)
                .with_payload(payload)
                .with_response_timeout(ANSWER_TIMEOUT);
            let told = match tokio::time::timeout(2 * ANSWER_TIMEOUT, me.perform_rpc(data)).await {
                Ok(Ok(_)) => Told::Will,
                Ok(Err(error)) => {
                    tracing::debug!(code = error.code, "the history is not told");
                    Told::Nothing
                }
                Err(_) => Told::Nothing,
            };
            let will = matches!(told, Told::Will);
            let _ = post.send(Input::Told(session, number, told));
            if will {
                tokio::time::sleep(TELL_TIMEOUT).await;
                let _ = post.send(Input::Told(session, number, Told::Nothing));
            }
        });
    }

    /// Somebody tells the history. It is read if it was asked for.
    pub(super) fn history_comes(&mut self, reader: TextStreamReader, from: &str) {
        let asked = reader.info().attributes().remove(wire::ASKED);
        let Some(asking) = &self.asking else { return };
        let by = asking.who.as_ref().is_some_and(|who| who.as_str() == from);
        if !by || asked.as_ref() != Some(&asking.question.ask) {
            return;
        }
        let (session, number, post) = (self.number, asking.number, self.post.clone());
        tokio::spawn(async move {
            let text = tokio::time::timeout(TELL_TIMEOUT, read(reader, 2 * wire::MAX_HISTORY)).await;
            let told = match text {
                Ok(Some(text)) => Told::Text(text),
                _ => Told::Nothing,
            };
            let _ = post.send(Input::Told(session, number, told));
        });
    }

    /// What came of asking.
    pub(super) fn told(&mut self, number: u64, told: Told) {
        let Some(asking) = self.asking.as_ref().filter(|asking| asking.number == number) else { return };
        match told {
            Told::Will => {}
            Told::Nothing => self.ask_next(),
            Told::Text(text) => {
                let (Some(who), missed) = (asking.who.clone(), asking.question.ago_ms.is_some()) else { return };
                self.asking = None;
                let (teller, me) = (self.name(who.as_str()), self.my_key());
                let names = |identity: &str| self.known_name(identity);
                let news = believed(wire::history(&text), who.as_str(), &teller, &me, names, now_ms());
                let mut all = Outcome::default();
                for new in news {
                    let Outcome { changed, dropped } = self.store.put(new);
                    all.changed.retain(|message| !dropped.contains(&message.key));
                    all.changed.extend(changed);
                    all.dropped.extend(dropped);
                }
                self.kept(all, missed);
                self.history(History::Told { by: teller });
            }
        }
    }

    /// Somebody left; who is being asked does not answer any more.
    pub(super) fn left(&mut self, identity: &str) {
        let asked = self.asking.as_ref().and_then(|asking| asking.who.as_ref());
        if asked.is_some_and(|who| who.as_str() == identity) {
            self.ask_next();
        }
    }

    /// What somebody in the room is called.
    fn known_name(&self, identity: &str) -> Option<String> {
        let here = self.me().is_some_and(|me| me.identity().as_str() == identity)
            || self.room.as_ref().is_some_and(|room| {
                room.remote_participants().contains_key(&ParticipantIdentity::from(identity.to_owned()))
            });
        here.then(|| self.name(identity))
    }
}

/// What is told to who asks: what everybody can read, of the last so many ms.
fn tell(store: &Store, question: &Ask, now: u64) -> String {
    let newest_first = store.kept().iter().rev().filter(|kept| {
        let message = &kept.message;
        let asked_for = question.ago_ms.is_none_or(|ago| message.sent_at >= now.saturating_sub(ago));
        message.to == Audience::Everyone && !message.deleted && asked_for
    });
    wire::history_text(newest_first.map(|kept| wire::Told {
        id: kept.id.clone(),
        from: kept.message.from.clone(),
        name: kept.message.name.clone(),
        age_ms: now.saturating_sub(kept.message.sent_at),
        text: kept.message.text.clone(),
        edited: kept.message.edited,
        file: kept.message.file.as_ref().map(|file| (file.name.clone(), file.size)),
    }))
}

/// The messages in what `who`, called `teller`, told.
fn believed(
    told: Vec<wire::Told>,
    who: &str,
    teller: &str,
    me: &str,
    name: impl Fn(&str) -> Option<String>,
    now: u64,
) -> Vec<New> {
    let who = people::key(who);
    let new = |told: wire::Told| {
        let from = people::key(&told.from);
        New {
            name: name(&told.from).unwrap_or_else(|| people::name(&told.name, &from)),
            is_local: from == me,
            to: Audience::Everyone,
            at: now.saturating_sub(told.age_ms),
            told_by: (from != who).then(|| teller.to_owned()),
            file: told.file.and_then(|(name, size)| wire::file(&name, size)),
            id: told.id,
            text: told.text,
            edited: told.edited,
            from,
        }
    };
    let worth = |new: &New| !new.text.is_empty() || new.file.is_some();
    told.into_iter().map(new).filter(worth).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(from: &str, id: &str, at: u64, to: Audience) -> New {
        New {
            id: id.into(),
            from: from.into(),
            name: from.to_uppercase(),
            is_local: false,
            to,
            at,
            text: format!("text {id}"),
            edited: false,
            told_by: None,
            file: wire::file("a.txt", 7),
        }
    }

    fn question(ago_ms: Option<u64>) -> Ask {
        Ask { ask: "q".into(), ago_ms }
    }

    #[test]
    fn private_and_deleted_messages_are_nobody_elses_history() {
        let mut store = Store::default();
        store.put(new("ada", "1", 1000, Audience::Everyone));
        store.put(new("ada", "2", 2000, Audience::Private { identity: "me".into(), name: "Me".into() }));
        store.put(new("bob", "3", 3000, Audience::Everyone));
        store.put(new("bob", "4", 4000, Audience::Everyone));
        store.delete("bob", "3");
        let ids = |text: &str| wire::history(text).into_iter().map(|told| told.id).collect::<Vec<_>>();
        assert_eq!(ids(&tell(&store, &question(None), 5000)), ["1", "4"]);
        assert_eq!(ids(&tell(&store, &question(Some(1500)), 5000)), ["4"]);
        assert!(ids(&tell(&store, &question(Some(0)), 5000)).is_empty());
    }

    #[test]
    fn hearsay_is_marked_and_the_tellers_own_words_are_not() {
        let mut store = Store::default();
        store.put(new("ada", "1", 1000, Audience::Everyone));
        store.put(new("bob", "2", 2000, Audience::Everyone));
        store.put(new("me", "3", 3000, Audience::Everyone));
        let told = wire::history(&tell(&store, &question(None), 5000));
        let name = |identity: &str| (identity == "ada").then(|| "Ada as she is called now".to_owned());
        // The other clock is an hour off.
        let news = believed(told, "bob", "Bob", "me", name, 3_605_000);
        let seen: Vec<_> = news.iter().map(|new| (new.name.as_str(), new.told_by.as_deref(), new.is_local)).collect();
        let bob = Some("Bob");
        assert_eq!(seen, [("Ada as she is called now", bob, false), ("BOB", None, false), ("ME", bob, true)]);
        assert_eq!(news.iter().map(|new| new.at).collect::<Vec<_>>(), [3_601_000, 3_602_000, 3_603_000]);
        assert_eq!(news[0].file, wire::file("a.txt", 7));
    }
}
