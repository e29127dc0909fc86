//! What the session server tells everybody in a room, as the room's metadata. Only it and who moderates can write there.

use serde_json::Value;

/// The format's version that is read here.
const VERSION: u64 = 1;

/// Whether the session is locked; none where its session server says nothing of that.
pub fn locked(metadata: &str) -> Option<bool> {
    let metadata: Value = serde_json::from_str(metadata).ok()?;
    let known = metadata.get("donfra_live")?.as_u64()? == VERSION;
    metadata.get("locked")?.as_bool().filter(|_| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_session_server_wrote_counts() {
        assert_eq!(
            locked(r#"{"donfra_live":1,"mode":"meeting","lobby":false,"locked":true,"hosts":["a"]}"#),
            Some(true)
        );
        assert_eq!(locked(r#"{"donfra_live":1,"locked":false}"#), Some(false));
        for other in ["", "{}", "locked", r#"{"locked":true}"#, r#"{"donfra_live":2,"locked":true}"#, "[1,true]"] {
            assert_eq!(locked(other), None, "{other}");
        }
    }
}
