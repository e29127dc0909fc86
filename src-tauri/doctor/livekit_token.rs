//! LiveKit takes the token: asked over plain HTTP, where it says why not.

use super::cause::Cause;
use super::check::Finding;
use super::clock;
use super::context::{Context, Room};
use super::livekit_port::http_url;
use super::probe::http::{Answer, Asker, Fault, on_this_computer};
use super::probe::proxy;
use super::signal::Offered;

/// Most that the servers' clocks may differ before a token's time is blamed on them, s.
const MAX_OFF: i64 = 30;

/// Asks `/rtc/validate`, and puts what the checks of the media start from into the context.
pub async fn check(context: &mut Context) -> Finding {
    let (Some(livekit), Some(entered)) = (&context.livekit, &context.entered) else {
        return Finding::skipped("There is no token.");
    };
    let url = http_url(livekit, "rtc/validate");
    let answer = match Asker::new(&url, None).get_with(url.clone(), &entered.token).await {
        Ok(answer) => answer,
        Err(fault) => return of_fault(fault).about(context.livekit_host()),
    };
    let finding = of_answer(&answer, context.api_clock, answer.clock.or(context.livekit_clock));
    if finding.cause.is_none() {
        context.room = Some(Room {
            proxy: proxy::before(livekit).is_some() && !on_this_computer(livekit),
            livekit: livekit.clone(),
            addresses: context.livekit_addresses.clone(),
            token: entered.token.clone(),
            second: entered.second.clone(),
            own: entered.own,
            can_publish: entered.can_publish,
            offered: Offered::default(),
            connected: None,
        });
    }
    finding
}

fn of_fault(fault: Fault) -> Finding {
    match fault {
        Fault::Refused => Finding::failed(Cause::LivekitNotRunning, "It was there a moment ago, and refuses now."),
        _ => Finding::failed(Cause::LivekitPortFiltered, "It was there a moment ago, and does not answer now."),
    }
}

/// `api_clock` and `livekit_clock` are theirs minus this computer's, s.
fn of_answer(answer: &Answer, api_clock: Option<i64>, livekit_clock: Option<i64>) -> Finding {
    // The text may quote the token or the key: it is read, never shown.
    let text = answer.text().to_lowercase();
    let status = answer.status;
    let refused =
        |cause: Cause| Finding::failed(cause, format!("LiveKit {} (HTTP status {status}).", says(cause, &text)));
    match status {
        200..=299 => Finding::ok("LiveKit answers \"success\" in plain text, as is normal for /rtc/validate."),
        400 if text.contains("no room") => refused(Cause::TokenMayNotJoin),
        404 if text.contains("room") => refused(Cause::LivekitRoomMissing),
        429 | 503 if text.contains("limit") || text.contains("full") => refused(Cause::LivekitRoomFull),
        401 | 403 => match cause_of_refused_token(&text) {
            None => refused(Cause::LivekitTokenRefused),
            Some(Cause::TokenExpired | Cause::ClockOff) => {
                match api_clock.zip(livekit_clock).map(|(api, livekit)| api - livekit) {
                    Some(off) if off.abs() > MAX_OFF => {
                        refused(Cause::ClockOff).about(clock::words("the session server's", off, "LiveKit's"))
                    }
                    _ if text.contains("expired") => refused(Cause::TokenExpired),
                    _ => refused(Cause::LivekitTokenRefused),
                }
            }
            Some(cause) => refused(cause),
        },
        // The way in is the WebSocket, and not every version and proxy answers here.
        _ => Finding::ok(format!(
            "An odd answer (HTTP status {status}), as is normal over plain HTTP: the WebSocket decides."
        )),
    }
}

/// What LiveKit's words for refusing a token mean, in lower case. A token of another time is [`Cause::TokenExpired`], or
/// [`Cause::ClockOff`] if its time has not come.
pub fn cause_of_refused_token(text: &str) -> Option<Cause> {
    let has = |words: &str| text.contains(words);
    if has("invalid api key") {
        Some(Cause::LivekitKeyUnknown)
    } else if has("signature") {
        Some(Cause::LivekitSecretWrong)
    } else if has("expired") {
        Some(Cause::TokenExpired)
    } else if has("not valid yet") || has("used before issued") {
        Some(Cause::ClockOff)
    } else if has("permission") {
        Some(Cause::TokenMayNotJoin)
    } else {
        None
    }
}

/// What LiveKit said, in our words: its own may quote the token.
fn says(cause: Cause, text: &str) -> &'static str {
    match cause {
        Cause::LivekitKeyUnknown => "says that it does not know the key",
        Cause::LivekitSecretWrong => "says that the signature does not fit",
        Cause::TokenMayNotJoin => "says that a room or a permission is missing",
        Cause::LivekitRoomMissing => "says that there is no such room",
        Cause::LivekitRoomFull => "says that its limit is reached",
        _ if text.contains("expired") => "says that it has run out",
        _ if text.contains("not valid yet") || text.contains("before issued") => "says that it is not valid yet",
        _ => "refuses it without saying why",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::Verdict;

    fn of(status: u16, text: &str) -> Finding {
        let answer =
            Answer { status, content_type: "text/plain".into(), location: None, clock: None, body: text.into() };
        of_answer(&answer, Some(0), Some(0))
    }

    /// The texts of livekit-server 1.13.5, as it gave them.
    #[test]
    fn livekits_words_are_told_apart() {
        for (status, text, cause) in [
            (401, "invalid API key: other", Cause::LivekitKeyUnknown),
            (
                401,
                "invalid token: eyJ.eyJ.x, error: token signature is invalid: signature is invalid",
                Cause::LivekitSecretWrong,
            ),
            (401, "invalid token: eyJ.eyJ.x, error: token has invalid claims: token is expired", Cause::TokenExpired),
            (401, "permissions denied", Cause::TokenMayNotJoin),
            (401, "invalid authorization token", Cause::LivekitTokenRefused),
            (400, "no room name", Cause::TokenMayNotJoin),
            (404, "requested room does not exist", Cause::LivekitRoomMissing),
        ] {
            let finding = of(status, text);
            assert_eq!((finding.verdict, finding.cause), (Verdict::Failed, Some(cause)), "{text}");
            assert!(!finding.seen.contains("eyJ") && !finding.seen.contains("other"), "{}", finding.seen);
        }
    }

    #[test]
    fn a_plain_answer_is_normal() {
        for (status, text) in [(200, "success"), (404, ""), (426, "Upgrade Required"), (405, "")] {
            let finding = of(status, text);
            assert_eq!(finding.verdict, Verdict::Ok);
            assert!(finding.seen.contains("normal"), "{}", finding.seen);
        }
    }

    #[test]
    fn times_are_blamed_on_the_clock_that_is_wrong() {
        let expired = "invalid token: x, error: token has invalid claims: token is expired";
        let early = "invalid token: x, error: token has invalid claims: token is not valid yet";
        let answer = |text: &str| Answer {
            status: 401,
            content_type: "text/plain".into(),
            location: None,
            clock: None,
            body: text.into(),
        };
        let finding = of_answer(&answer(expired), Some(-7200), Some(1));
        assert_eq!(finding.cause, Some(Cause::ClockOff));
        assert_eq!(finding.about.unwrap(), "the session server's is 2 h behind LiveKit's");
        assert_eq!(of_answer(&answer(early), Some(3600), Some(0)).cause, Some(Cause::ClockOff));
        assert_eq!(of_answer(&answer(early), None, None).cause, Some(Cause::LivekitTokenRefused));
    }
}
