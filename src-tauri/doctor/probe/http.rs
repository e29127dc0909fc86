//! HTTP requests whose failures are told apart, and whose answers are kept as they came.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use reqwest::{Client, ClientBuilder, Method, header};
use rustls::CertificateError;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use url::Url;

use super::proxy;
use super::tcp::is_own;
use crate::doctor::cause::Cause;
use crate::http_client;
use crate::settings::{Credential, SignIn};

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(8);

/// Most bytes read of an answer.
const MAX_BODY: usize = 256 * 1024;

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateFault {
    /// It has run out.
    Expired,
    /// It is not valid yet.
    NotYetValid,
    /// It is for another name.
    OtherName,
    /// Nobody whom this computer trusts made it.
    UnknownIssuer,
    /// It is damaged, revoked or otherwise wrong.
    Other,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The name is unknown.
    Unresolved,
    /// Nothing listens there.
    Refused,
    /// Nothing came back in time.
    Silent,
    /// The certificate is not to be trusted.
    Certificate(CertificateFault),
    /// It does not speak TLS.
    NotTls,
    /// It does not speak HTTP, or closes the connection.
    NotHttp,
    /// The proxy cannot be reached or does not let through.
    Proxy,
}

impl Fault {
    /// What it means at the session server, without a second look.
    pub fn at_session_server(self) -> Cause {
        match self {
            Self::Unresolved => Cause::ApiNameUnresolved,
            Self::Refused => Cause::ApiNotRunning,
            Self::Silent => Cause::ApiTimeout,
            Self::Certificate(_) => Cause::ApiCertificateBad,
            Self::NotTls => Cause::ApiWrongScheme,
            Self::NotHttp => Cause::ApiPortOtherProgram,
            Self::Proxy => Cause::ProxyRefuses,
        }
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type` without parameters, lower case.
    pub content_type: String,
    /// `Location`, resolved.
    pub location: Option<Url>,
    /// `Date` minus this computer's clock at that moment, s.
    pub clock: Option<i64>,
    /// The body, at most 256 KiB of it.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Whether it is a web page.
    pub fn is_html(&self) -> bool {
        let start = self.text().trim_start().chars().take(15).collect::<String>().to_lowercase();
        self.content_type == "text/html" || start.starts_with("<!doctype html") || start.starts_with("<html")
    }

    /// What it is, for a person: status and format.
    pub fn seen(&self) -> String {
        match self.content_type.as_str() {
            "" => format!("HTTP status {}", self.status),
            kind => format!("HTTP status {}, {kind}", self.status),
        }
    }
}

/// Asks one server.
#[derive(Clone, Debug)]
pub struct Asker {
    client: Client,
    credential: Option<Credential>,
}

impl Asker {
    /// Asks with `credential` where there is one; by the system's proxy, except for this computer's own addresses.
    pub fn new(url: &Url, credential: Option<Credential>) -> Self {
        Self { client: client(url, false), credential }
    }

    /// `GET`.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn get(&self, url: Url) -> Result<Answer, Fault> {
        self.ask(Method::GET, url, None, None).await
    }

    /// `GET` with another bearer token than the sign-in.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn get_with(&self, url: Url, bearer: &SecretString) -> Result<Answer, Fault> {
        self.ask(Method::GET, url, None, Some(bearer)).await
    }

    /// `POST` of JSON.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn post(&self, url: Url, body: &Value, bearer: Option<&SecretString>) -> Result<Answer, Fault> {
        self.ask(Method::POST, url, Some(body), bearer).await
    }

    async fn ask(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
        bearer: Option<&SecretString>,
    ) -> Result<Answer, Fault> {
        let by_proxy = proxy::before(&url).is_some() && !on_this_computer(&url);
        let mut request = self.client.request(method, url.clone());
        if let Some(body) = body {
            request = request.json(body);
        }
        request = match (bearer, &self.credential) {
            (Some(token), _) => request.bearer_auth(token.expose_secret()),
            (None, Some(Credential { kind: SignIn::Bearer, secret })) => request.bearer_auth(secret.expose_secret()),
            (None, Some(Credential { kind: SignIn::Cookie, secret })) => {
                request.header(header::COOKIE, format!("auth_token={}", secret.expose_secret()))
            }
            (None, None) => request,
        };
        let mut response = request.send().await.map_err(|error| fault(&error, by_proxy))?;
        let now = OffsetDateTime::now_utc();
        let head = |name: header::HeaderName| response.headers().get(name).and_then(|value| value.to_str().ok());
        let kind = head(header::CONTENT_TYPE).unwrap_or_default();
        let mut answer = Answer {
            status: response.status().as_u16(),
            content_type: kind.split(';').next().unwrap_or_default().trim().to_lowercase(),
            location: head(header::LOCATION).and_then(|location| url.join(location).ok()),
            clock: head(header::DATE)
                .and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok())
                .map(|date| (date - now).whole_seconds()),
            body: Vec::new(),
        };
        if answer.status == 407 {
            return Err(Fault::Proxy);
        }
        // What breaks off after the headers has answered all the same.
        while let Ok(Some(part)) = response.chunk().await {
            let left = MAX_BODY - answer.body.len();
            answer.body.extend_from_slice(&part[..part.len().min(left)]);
            if part.len() >= left {
                break;
            }
        }
        Ok(answer)
    }
}

/// A client for `url` that keeps to HTTP/1.1, as an upgrade to a WebSocket needs; its requests have no time limit.
pub fn upgrading_client(url: &Url) -> Client {
    http_client::build(|| builder(url).http1_only())
}

fn client(url: &Url, any_certificate: bool) -> Client {
    http_client::build(|| builder(url).timeout(TIMEOUT).tls_danger_accept_invalid_certs(any_certificate))
}

fn builder(url: &Url) -> ClientBuilder {
    let builder = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("donfra-live/", env!("CARGO_PKG_VERSION")));
    if on_this_computer(url) { builder.no_proxy() } else { builder }
}

/// The server's `Date` minus this computer's clock, s, whatever its certificate: a wrong clock makes good certificates
/// look expired. Nothing but the time is taken from the answer, and nothing is told.
pub async fn clock_behind_bad_certificate(url: &Url) -> Option<i64> {
    let asker = Asker { client: client(url, true), credential: None };
    asker.get(url.clone()).await.ok()?.clock
}

/// Whether the host is this computer's loopback, by address or by name.
pub fn on_this_computer(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => is_own(ip.into()),
        Some(url::Host::Ipv6(ip)) => is_own(ip.into()),
        None => false,
    }
}

/// Sorts what went wrong by its kind: the errors beneath, not their texts, as far as they go.
pub fn fault(error: &reqwest::Error, by_proxy: bool) -> Fault {
    let mut found = None;
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    let mut words = String::new();
    while let Some(error) = next {
        words = format!("{words} {error}");
        found = found.or_else(|| kind_of(error));
        // An io::Error hands out the source of what it holds, but not that itself.
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match held {
            Some(held) => Some(held as &(dyn Error + 'static)),
            None => error.source(),
        };
    }
    let words = words.to_lowercase();
    // With a proxy between, anything that fails before the server's own TLS is the proxy's doing.
    let tls = matches!(found, Some(Fault::Certificate(_) | Fault::NotTls));
    if by_proxy && error.is_connect() && !tls || words.contains("proxy") || words.contains("tunnel") {
        return Fault::Proxy;
    }
    match found {
        Some(fault) => fault,
        None if words.contains("dns error") || words.contains("failed to lookup") => Fault::Unresolved,
        None if error.is_timeout() => Fault::Silent,
        None if error.is_connect() => Fault::Silent,
        None => Fault::NotHttp,
    }
}

fn kind_of(error: &(dyn Error + 'static)) -> Option<Fault> {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(match error {
            rustls::Error::InvalidCertificate(fault) => Fault::Certificate(certificate_fault(fault)),
            _ => Fault::NotTls,
        });
    }
    match error.downcast_ref::<io::Error>()?.kind() {
        ErrorKind::ConnectionRefused => Some(Fault::Refused),
        ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => Some(Fault::Silent),
        ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe => Some(Fault::NotHttp),
        _ => None,
    }
}

fn certificate_fault(fault: &CertificateError) -> CertificateFault {
    match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => CertificateFault::NotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateFault::OtherName
        }
        CertificateError::UnknownIssuer => CertificateFault::UnknownIssuer,
        _ => CertificateFault::Other,
    }
}

impl CertificateFault {
    /// What it is, for a person, as the end of "the certificate …".
    pub fn seen(self) -> &'static str {
        match self {
            Self::Expired => "has run out",
            Self::NotYetValid => "is not valid yet",
            Self::OtherName => "is for another name",
            Self::UnknownIssuer => "was made by nobody whom this computer trusts",
            Self::Other => "is damaged or not one for a server",
        }
    }
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
