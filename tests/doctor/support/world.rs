//! A LiveKit server and a session server that fit, to be broken.

use donfra_testbed::{LiveKit, LiveKitConfig, Namespace, SessionServer, SessionServerConfig};
use serde_json::{Value, json};
use std::net::IpAddr;

/// Secret of the LiveKit servers; must be told nowhere.
pub const SECRET: &str = "a-secret-of-the-doctor-with-more-than-32-characters";

/// Both servers.
pub struct World {
    pub livekit: LiveKit,
    pub server: SessionServer,
    /// Their configuration files and logs.
    _folder: tempfile::TempDir,
}

impl World {
    /// Both on loopback, and everything right.
    pub async fn well() -> Self {
        Self::with(|_, _| {}).await
    }

    /// The same with the session server's configuration changed, knowing LiveKit.
    pub async fn with(change: impl FnOnce(&mut SessionServerConfig, &LiveKit)) -> Self {
        Self::at(IpAddr::from([127, 0, 0, 1]), None, change).await
    }

    /// The same at an address, in a namespace.
    pub async fn at(
        ip: IpAddr,
        namespace: Option<&Namespace>,
        change: impl FnOnce(&mut SessionServerConfig, &LiveKit),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let livekit = livekit(folder.path(), ip, namespace).await;
        let mut config = SessionServerConfig::of(&livekit);
        change(&mut config, &livekit);
        let server = SessionServer::start(folder.path(), config).await;
        Self { livekit, server, _folder: folder }
    }

    /// Calls the session server.
    pub async fn post(&self, call: &str, body: Value) -> Value {
        let url = format!("{}/live/{call}", self.server.api());
        reqwest::Client::new().post(url).json(&body).send().await.unwrap().json().await.unwrap()
    }

    /// Creates a session.
    pub async fn create(&self) -> Value {
        self.post("create", json!({ "title": "Algebra", "owner_name": "Ada" })).await
    }
}

/// A LiveKit server that knows [`SECRET`].
pub async fn livekit(folder: &std::path::Path, ip: IpAddr, namespace: Option<&Namespace>) -> LiveKit {
    let config = LiveKitConfig { secret: SECRET.into(), bind: ip, namespace: namespace.cloned(), ..Default::default() };
    LiveKit::start(folder, config).await
}

/// A field of an answer.
pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}"))
}
