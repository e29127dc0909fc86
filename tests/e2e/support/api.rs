//! The session server's API, as somebody without our app calls it.

use serde_json::{Value, json};

/// Joins as a viewer: the answer with `server_url` and `access_token`.
pub async fn join(api: &str, session: &str, name: &str) -> Value {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let body = json!({ "session_id": session, "user_name": name });
    client.post(format!("{api}/live/join")).json(&body).send().await.unwrap().json().await.unwrap()
}
