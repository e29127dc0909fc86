//! Certificates that are not to be trusted, and TLS where there should be none, or the reverse.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::support::{Doctor, Proxy, Route, StandIn, World};

/// An authority that the doctor is told to trust.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: PathBuf,
}

impl Authority {
    fn new(folder: &Path) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Authority of the tests");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let file = folder.join("authority.pem");
        std::fs::write(&file, issuer.pem()).unwrap();
        Self { issuer, file }
    }

    /// A certificate for a name or address, with something changed.
    fn certify(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Arc<ServerConfig> {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        config(certificate.der().clone(), &key)
    }
}

fn self_signed(name: &str) -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([name.to_owned()]).unwrap().self_signed(&key).unwrap();
    config(certificate.der().clone(), &key)
}

fn config(certificate: tokio_rustls::rustls::pki_types::CertificateDer<'static>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap())
}

async fn behind(tls: Arc<ServerConfig>, route: Route) -> std::net::SocketAddr {
    Proxy { routes: vec![route], tls: Some(tls), ..Default::default() }.serve().await
}

#[tokio::test]
async fn certificates_of_the_session_server() {
    let world = World::well().await;
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path());
    let past = |params: &mut CertificateParams| {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2020, 2, 1);
    };
    for (tls, seen) in [
        (self_signed("127.0.0.1"), "whom"),
        (authority.certify("127.0.0.1", past), "run out"),
        (authority.certify("live.example.org", |_| {}), "name"),
    ] {
        let address = behind(tls, Route::all(world.server.address())).await;
        let doctor = Doctor::of(&format!("https://{address}/api"));
        let report = doctor.env("SSL_CERT_FILE", authority.file.to_str().unwrap()).run().await;
        let result = report.fails("api_answers", "api_certificate_bad").check("api_answers");
        let told = result["seen"].as_str().unwrap();
        println!("{seen}: {told}");
    }
}

#[tokio::test]
async fn tls_and_everything_right() {
    let world = World::with(|config, _| config.livekit_public_url = "/".into()).await;
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path());
    let api = Route { prefix: "/api", to: world.server.address(), strip: false };
    let livekit = Route { prefix: "/rtc", to: world.livekit.address(), strip: false };
    let root = Route { prefix: "/", to: world.livekit.address(), strip: false };
    let proxy = Proxy {
        routes: vec![api, livekit, root],
        tls: Some(authority.certify("127.0.0.1", |_| {})),
        ..Default::default()
    };
    let address = proxy.serve().await;
    let doctor = Doctor::of(&format!("https://{address}/api")).env("SSL_CERT_FILE", authority.file.to_str().unwrap());
    let report = doctor.run().await;
    for check in ["api_answers", "session", "livekit_port", "livekit_token"] {
        assert_eq!(report.check(check)["verdict"], "ok", "{:#}", report.json);
    }
}

#[tokio::test]
async fn a_certificate_of_livekits() {
    let world = World::well().await;
    let address = behind(self_signed("127.0.0.1"), Route::all(world.livekit.address())).await;
    let api = StandIn::of(&format!("wss://{address}")).serve().await;
    Doctor::of(&api).run().await.fails("livekit_port", "livekit_certificate_bad");
}

#[tokio::test]
async fn https_where_there_is_none_and_the_reverse() {
    let world = World::well().await;
    let api = world.server.api().replace("http:", "https:");
    Doctor::of(&api).run().await.fails("api_answers", "api_wrong_scheme");
    let address = behind(self_signed("127.0.0.1"), Route::all(world.server.address())).await;
    Doctor::of(&format!("http://{address}/api")).run().await.fails("api_answers", "api_wrong_scheme");
    let api = StandIn::of(&world.livekit.url().replace("ws:", "wss:")).serve().await;
    Doctor::of(&api).run().await.fails("livekit_port", "server_url_wrong_scheme");
    let api = StandIn::of("localhost:7880").serve().await;
    Doctor::of(&api).run().await.fails("server_url", "server_url_wrong_scheme");
}
