//! With a real LiveKit server and a real session server.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use donfra_session_server::{Config, LiveKitUrls, Server};
use donfra_testbed::{LiveKit, LiveKitConfig};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::SecretString;

use super::*;
use crate::api::{ApiClient, BaseUrl};

/// A session server in this process, which serves until the test ends.
async fn session_server(livekit: &LiveKit) -> BaseUrl {
    let mut config = Config::new(livekit.key(), livekit.secret());
    config.listen = ([127, 0, 0, 1], 0).into();
    config.livekit = Some(LiveKitUrls::same(livekit.url()));
    let server = Server::bind(config).await.unwrap();
    let base = BaseUrl::parse(&server.base_url()).unwrap();
    tokio::spawn(server.run(std::future::pending()));
    base
}

/// The same token, but expired so many seconds ago.
fn expired(token: &SecretString, seconds: i64, secret: &str) -> SecretString {
    let parts: Vec<_> = token.expose_secret().split('.').collect();
    let mut claims: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    claims["nbf"] = (now - seconds - 600).into();
    claims["exp"] = (now - seconds).into();
    let signed = format!("{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())).into()
}

/// After a night's sleep: both tokens are of no use to LiveKit any more, and both people are let in without asking them.
#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let livekit = LiveKit::start(folder.path(), LiveKitConfig::default()).await;
    let api = ApiClient::new(session_server(&livekit).await, None);
    let created = api.create("Physics", "Ada").await.unwrap();
    let url = api.base().livekit_url(&created.server_url).unwrap();
    let host = Admission {
        encryption: None,
        identity: token::claims(&created.host_token).unwrap().sub,
        api: api.clone(),
        session_id: created.session_id.clone(),
        title: Some("Physics".into()),
        livekit: url,
        token: expired(&created.host_token, 8 * 3600, livekit.secret()),
        role: Role::Host,
        can_publish: true,
        host_key: created.host_key,
    };
    let joined = api.join(&created.session_id, "Grace", None).await.unwrap();
    let mut viewer = admission_of(api, joined, None).unwrap();
    viewer.token = expired(&viewer.token, 8 * 3600, livekit.secret());
    for (old, name) in [(&host, "Ada"), (&viewer, "Grace")] {
        let refused = Room::connect(old.livekit.as_str(), old.token.expose_secret(), room_options(old)).await;
        assert!(refused.is_err(), "LiveKit takes it no more");
        let entered = enter(old, name).await.unwrap_or_else(|setback| panic!("{name}: {setback:?}"));
        assert!(token::lasts(&entered.admission.token));
        assert_eq!((entered.admission.role, entered.admission.can_publish), (old.role, true));
        let me = entered.room.local_participant();
        assert_eq!((me.name().as_str(), me.identity().as_str()), (name, entered.admission.identity.as_str()));
        entered.room.close().await.unwrap();
    }
    // What has ended meanwhile is not gone back to.
    host.api.end(&host.session_id, host.host_key.as_ref(), &host.token).await.unwrap();
    assert_eq!(enter(&viewer, "Grace").await.err(), Some(Setback::Over(EndReason::EndedByHost)));
}

/// While the session server is gone, a token that lasts is used again, and with one that does not it is tried later.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_server_the_old_token_has_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let livekit = LiveKit::start(folder.path(), LiveKitConfig { auto_create: true, ..LiveKitConfig::default() }).await;
    let api = ApiClient::new(session_server(&livekit).await, None);
    let created = api.create("Physics", "Ada").await.unwrap();
    let joined = api.join(&created.session_id, "Grace", None).await.unwrap();
    let nowhere = format!("http://127.0.0.1:{}/api", donfra_testbed::free_port());
    let mut old = admission_of(api, joined, None).unwrap();
    old.api = ApiClient::new(BaseUrl::parse(&nowhere).unwrap(), None);
    let entered = enter(&old, "Grace").await.unwrap_or_else(|setback| panic!("{setback:?}"));
    assert_eq!(entered.admission.identity, old.identity);
    entered.room.close().await.unwrap();
    old.token = expired(&old.token, 600, livekit.secret());
    assert_eq!(enter(&old, "Grace").await.err(), Some(Setback::Again));
}
