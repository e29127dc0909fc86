//! Create or join gives a token.

use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::answers;
use super::cause::Cause;
use super::check::Finding;
use super::clock;
use super::context::{Context, Entered};
use super::probe::http::Answer;
use crate::session::token;

/// The title of the doctor's own session, and the name it goes under.
const NAME: &str = "Connection check";

/// Enters the session that was asked for, or creates one of its own.
pub async fn check(context: &mut Context) -> Finding {
    match context.target.session.clone() {
        Some(session) => join(context, &session).await,
        None => create(context).await,
    }
}

async fn join(context: &mut Context, session: &str) -> Finding {
    let answer = match post(context, "live/join", join_body(session)).await {
        Ok(answer) => answer,
        Err(finding) => return finding,
    };
    if answer.status == 202 {
        // Whoever has a lobby decides who comes in: the check takes a session of its own.
        let mut finding = create(context).await;
        finding.seen = format!("The session has a lobby, so the check takes one of its own. {}", finding.seen);
        return finding;
    }
    match joined(&answer) {
        Some((token, server_url)) => {
            let seen = "Joining gives a token.";
            let can_publish = may_publish(&token);
            keep(context, session.to_owned(), server_url, token, None, None, can_publish);
            Finding::ok(seen)
        }
        None => refusal(context, &answer),
    }
}

async fn create(context: &mut Context) -> Finding {
    let body = json!({ "title": NAME, "owner_name": NAME, "listed": false });
    let answer = match post(context, "live/create", body).await {
        Ok(answer) => answer,
        Err(finding) => return finding,
    };
    let created = answer.json().filter(|_| answer.status < 300).and_then(|json| {
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        Some((text("session_id")?, text("server_url")?, text("host_token")?.into(), text("host_key")))
    });
    let Some((session, server_url, token, host_key)) = created else { return refusal(context, &answer) };
    let can_publish = may_publish(&token);
    let key = host_key.map(SecretString::from);
    keep(context, session.clone(), server_url, token, key, None, can_publish);
    // Another person for the media to go to; without one, only the way there is looked at.
    let second = post(context, "live/join", join_body(&session)).await.ok().as_ref().and_then(joined);
    let seen = if second.is_some() { "Create and join give tokens." } else { "Create gives a token, join does not." };
    if let (Some((second, _)), Some(entered)) = (second, &mut context.entered) {
        context.mask.add_secret(&second);
        entered.second = Some(second);
    }
    Finding::ok(seen)
}

fn join_body(session: &str) -> Value {
    json!({ "session_id": session, "user_name": NAME, "is_host": false, "is_hidden": false })
}

fn joined(answer: &Answer) -> Option<(SecretString, String)> {
    let json = answer.json().filter(|_| answer.status < 300)?;
    let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
    Some((text("access_token")?.into(), text("server_url")?))
}

fn may_publish(token: &SecretString) -> bool {
    token::claims(token).is_some_and(|claims| claims.video.can_publish.unwrap_or(true))
}

fn keep(
    context: &mut Context,
    session_id: String,
    server_url: String,
    token: SecretString,
    host_key: Option<SecretString>,
    second: Option<SecretString>,
    can_publish: bool,
) {
    context.mask.add_secret(&token);
    if let Some(key) = &host_key {
        context.mask.add_secret(key);
    }
    let own = context.target.session.as_ref() != Some(&session_id);
    context.entered = Some(Entered { session_id, server_url, token, second, host_key, own, can_publish });
}

async fn post(context: &Context, call: &str, body: Value) -> Result<Answer, Finding> {
    let (Some(base), Some(asker)) = (&context.base, &context.asker) else {
        return Err(Finding::skipped("There is no session server."));
    };
    let url: Url = base.call(call);
    match asker.post(url.clone(), &body, None).await {
        Ok(answer) => Ok(answer),
        Err(fault) => Err(answers::of_fault(context, &url, fault).await),
    }
}

fn refusal(context: &Context, answer: &Answer) -> Finding {
    let json = answer.json().unwrap_or_default();
    let text = |name: &str| json.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let cause = cause(answer.status, &text("code"), &text("error"), context.signed_in).unwrap_or(match answer.status {
        // The id has the right form here and is not taken there.
        400 | 422 if context.target.session.is_some() => Cause::SessionNotFound,
        200..=399 => Cause::NotASessionApi,
        _ => Cause::ApiFailed,
    });
    let seen = format!("The session server refuses: {}.", answer.seen());
    if let (Cause::ApiLivekitRefusesKey, Some(about)) = (cause, wrong_clock(context.api_clock)) {
        return Finding::failed(Cause::ClockOff, seen).about(about);
    }
    Finding::failed(cause, seen).about(context.api_host())
}

/// A session server whose clock is ahead asks LiveKit with tokens that are not valid yet: LiveKit refuses them like
/// those of a wrong key.
fn wrong_clock(api_clock: Option<i64>) -> Option<String> {
    let off = api_clock.filter(|off| off.abs() > clock::MAX_OFF)?;
    Some(clock::words("the session server's", off, "this computer's"))
}

/// What a refusal of a call means for the connection, if it is one of the connection.
pub fn cause(status: u16, code: &str, text: &str, signed_in: bool) -> Option<Cause> {
    if text.to_lowercase().contains("secret is too short") {
        return Some(Cause::SecretTooShort);
    }
    let signed = if signed_in { Cause::SignInRefused } else { Cause::SignInRequired };
    Some(match (code, status) {
        ("livekit_unreachable", _) => Cause::ApiLivekitUnreachable,
        ("livekit_refused", _) => Cause::ApiLivekitRefusesKey,
        ("session_not_found", _) => Cause::SessionNotFound,
        ("session_ended", _) => Cause::SessionEnded,
        ("session_full", _) => Cause::SessionFull,
        ("rate_limited", _) => Cause::RateLimited,
        ("sign_in_required", _) => signed,
        ("not_found" | "method_not_allowed", _) => Cause::NotASessionApi,
        (_, 500..) => Cause::ApiFailed,
        // Any other code says something of the request.
        (code, _) if !code.is_empty() => return None,
        (_, 401 | 403) => signed,
        (_, 404 | 405) => Cause::NotASessionApi,
        (_, 409) => Cause::SessionFull,
        (_, 410) => Cause::SessionEnded,
        (_, 429) => Cause::RateLimited,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_ahead_looks_like_a_wrong_key() {
        assert_eq!(wrong_clock(Some(3600)).unwrap(), "the session server's is 1 h ahead of this computer's");
        assert_eq!(wrong_clock(Some(-20)), None);
        assert_eq!(wrong_clock(None), None);
    }

    #[test]
    fn refusals_have_their_causes() {
        for (status, code, text, expected) in [
            (503, "livekit_unreachable", "", Cause::ApiLivekitUnreachable),
            (503, "livekit_refused", "", Cause::ApiLivekitRefusesKey),
            (500, "", "secret is too short", Cause::SecretTooShort),
            (404, "session_not_found", "", Cause::SessionNotFound),
            (404, "", "", Cause::NotASessionApi),
            (410, "", "", Cause::SessionEnded),
            (409, "", "", Cause::SessionFull),
            (429, "", "", Cause::RateLimited),
            (401, "sign_in_required", "", Cause::SignInRequired),
            (500, "", "", Cause::ApiFailed),
        ] {
            assert_eq!(cause(status, code, text, false), Some(expected), "{status} {code}");
        }
        assert_eq!(cause(401, "", "", true), Some(Cause::SignInRefused));
        assert_eq!(cause(400, "invalid_title", "", false), None, "that is about the request");
    }
}
