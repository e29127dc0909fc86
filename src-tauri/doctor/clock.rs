//! The clocks agree.

use super::cause::Cause;
use super::check::Finding;
use super::context::Context;

/// Most that clocks may differ, s. LiveKit gives tokens about a minute.
pub const MAX_OFF: i64 = 60;

/// From where on a certificate's dates are blamed on this computer's clock, s.
pub const MAX_OFF_CERTIFICATE: i64 = 3600;

/// Compares this computer's clock with the session server's.
pub fn check(context: &mut Context) -> Finding {
    match context.api_clock {
        Some(off) => of(off),
        None => Finding::skipped("The session server does not say its time."),
    }
}

/// `off` is the session server's clock minus this computer's. While LiveKit takes the token, it does no harm.
fn of(off: i64) -> Finding {
    if off.abs() <= MAX_OFF {
        return Finding::ok(format!("This computer's and the session server's agree within {} s.", off.abs().max(1)));
    }
    let about = words("this computer's", -off, "the session server's");
    Finding::warning(Cause::ClockOff, format!("They differ by {}.", duration(off))).about(about)
}

/// `one` is so many seconds ahead of or behind `other`, in words.
pub fn words(one: &str, ahead: i64, other: &str) -> String {
    let side = if ahead >= 0 { "ahead of" } else { "behind" };
    format!("{one} is {} {side} {other}", duration(ahead))
}

/// A time in its two largest units, e.g. `2 h 5 min`. The sign is left out.
pub fn duration(seconds: i64) -> String {
    let seconds = seconds.unsigned_abs();
    let units = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (length, name) in units {
        let count = rest / length;
        rest %= length;
        if count > 0 {
            parts.push(format!("{count} {name}"));
        } else if !parts.is_empty() {
            break;
        }
        if parts.len() == 2 {
            break;
        }
    }
    if parts.is_empty() { "0 s".into() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_clock_is_told_with_its_amount_and_side() {
        assert_eq!(of(3).cause, None);
        let finding = of(-7500);
        assert_eq!(finding.cause, Some(Cause::ClockOff));
        assert_eq!(finding.about.unwrap(), "this computer's is 2 h 5 min ahead of the session server's");
        assert!(of(3600).about.unwrap().contains("1 h behind"));
    }

    #[test]
    fn durations_have_two_units_at_most() {
        for (seconds, text) in
            [(0, "0 s"), (59, "59 s"), (600, "10 min"), (-3661, "1 h 1 min"), (90_000, "1 d 1 h"), (86_460, "1 d")]
        {
            assert_eq!(duration(seconds), text);
        }
    }
}
