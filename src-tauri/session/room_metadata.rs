//! What the session server tells everybody in a room, as the room's metadata. Only it and who moderates can write there.

use serde_json::Value;

/// The format's version that is read here.
const VERSION: u64 = 1;

/// What is read of it.
#[derive(Debug, PartialEq, Eq)]
pub struct RoomMetadata {
    /// Whether the session is locked.
    pub locked: bool,
    /// Identities of the hosts.
    pub hosts: Vec<String>,
}

impl RoomMetadata {
    /// None where the session server tells nothing, or it is not this app's.
    pub fn read(text: &str) -> Option<Self> {
        let metadata: Value = serde_json::from_str(text).ok()?;
        if metadata.get("donfra_live")?.as_u64()? != VERSION {
            return None;
        }
        let hosts = metadata.get("hosts")?.as_array()?.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        Some(Self { locked: metadata.get("locked")?.as_bool()?, hosts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_session_server_wrote_counts() {
        let text = r#"{"donfra_live":1,"mode":"meeting","lobby":false,"locked":true,"hosts":["a",5],"co_hosts":[]}"#;
        assert_eq!(RoomMetadata::read(text), Some(RoomMetadata { locked: true, hosts: vec!["a".into()] }));
        for other in [
            "",
            "{}",
            "locked",
            r#"{"locked":true,"hosts":[]}"#,
            r#"{"donfra_live":2,"locked":true,"hosts":[]}"#,
            "[1,true]",
        ] {
            assert_eq!(RoomMetadata::read(other), None, "{other}");
        }
    }
}
