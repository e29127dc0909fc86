//! The library's log records, passed on to `tracing` with access tokens taken out.

use super::proto::{LogBatch, LogLevel};

/// Passes a batch of records on. Those of a level that nobody listens to cost nothing more: there are thousands a second.
pub(super) fn forward(batch: LogBatch) {
    macro_rules! pass {
        ($level:ident, $record:expr) => {
            if tracing::enabled!(target: "livekit::library", tracing::Level::$level) {
                let target = $record.target.as_str();
                tracing::event!(target: "livekit::library", tracing::Level::$level, target, "{}", redact(&$record.message));
            }
        };
    }
    for record in batch.records {
        match record.level() {
            LogLevel::LogError => pass!(ERROR, record),
            LogLevel::LogWarn => pass!(WARN, record),
            LogLevel::LogInfo => pass!(INFO, record),
            LogLevel::LogDebug => pass!(DEBUG, record),
            LogLevel::LogTrace => pass!(TRACE, record),
        }
    }
}

/// Replaces what looks like a JSON Web Token, and the value of an `access_token` parameter, by `<redacted>`.
pub(crate) fn redact(text: &str) -> String {
    const PARAMETER: &str = "access_token=";
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '%' | '~' | '+' | '/' | '=');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, keep)) =
        [rest.find(PARAMETER).map(|at| (at, PARAMETER.len())), rest.find("eyJ").map(|at| (at, 0))]
            .into_iter()
            .flatten()
            .min()
    {
        let (before, from) = rest.split_at(at + keep);
        out.push_str(before);
        out.push_str("<redacted>");
        rest = from.trim_start_matches(is_token);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn tokens_never_reach_the_log() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
        let text = redact(&format!("connecting to ws://h/rtc?access_token={jwt}&auto_subscribe=1, Bearer {jwt} sent"));
        assert_eq!(text, "connecting to ws://h/rtc?access_token=<redacted>&auto_subscribe=1, Bearer <redacted> sent");
        assert_eq!(redact("access_token=plain-secret rest"), "access_token=<redacted> rest");
        assert_eq!(redact("nothing here"), "nothing here");
    }
}
