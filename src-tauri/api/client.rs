//! The calls.

use std::time::Duration;

use futures_util::Stream;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::types::{Created, Joined, Listed, SessionEvent};
use super::{ApiError, BaseUrl, events};
use crate::doctor::{self, Fault};
use crate::http_client;
use crate::settings::{Credential, SignIn};

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a whole call may take: creating a room has the server ask LiveKit first.
const TIMEOUT: Duration = Duration::from_secs(15);

/// How long one stream of events is listened to; then a new one is asked for.
const MAX_STREAM: Duration = Duration::from_secs(24 * 3600);

/// Most bytes read of an answer. A list of a thousand sessions is a fifth of it.
const MAX_ANSWER: usize = 1024 * 1024;

/// Speaks to one session server.
#[derive(Clone, Debug)]
pub struct ApiClient {
    base: BaseUrl,
    credential: Option<Credential>,
    /// By what the server knows this copy of the app again.
    client_id: Option<String>,
    http: Client,
    /// Failures are no news to the log: the same is asked again and again.
    quiet: bool,
}

/// An error as the contract has it.
#[derive(Deserialize)]
struct ErrorBody {
    error: String,
    #[serde(default)]
    code: Option<String>,
}

impl ApiClient {
    /// A client of the session server at `base`, signing in with `credential` where there is one.
    pub fn new(base: BaseUrl, credential: Option<Credential>) -> Self {
        let http = http_client::build(|| {
            let builder = Client::builder()
                .connect_timeout(CONNECT_TIMEOUT)
                .timeout(TIMEOUT)
                // A redirect turns POST into GET and would carry the sign-in elsewhere: the address itself must be right.
                .redirect(reqwest::redirect::Policy::none())
                .user_agent(concat!("donfra-live/", env!("CARGO_PKG_VERSION")));
            if base.is_loopback() { builder.no_proxy() } else { builder }
        });
        Self { base, credential, client_id: None, http, quiet: false }
    }

    /// The same, known to the server by `client_id`: 16 to 128 letters, digits and hyphens.
    pub fn known_as(self, client_id: Option<String>) -> Self {
        Self { client_id, ..self }
    }

    /// The same, leaving it to its user what of failures the log is told.
    pub fn quiet(self) -> Self {
        Self { quiet: true, ..self }
    }

    /// Where it speaks to.
    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// `POST /live/create`.
    ///
    /// # Errors
    /// [`ApiError`] as for every call.
    pub async fn create(&self, title: &str, owner_name: &str) -> Result<Created, ApiError> {
        let mut body = json!({ "title": title, "owner_name": owner_name });
        self.sign(&mut body);
        self.post("live/create", &body, None).await
    }

    /// `POST /live/join`; with a host key as the host.
    ///
    /// # Errors
    /// [`ApiError`] as for every call; [`ApiError::Lobby`] where the host lets people in one by one.
    pub async fn join(
        &self,
        session_id: &str,
        user_name: &str,
        host_key: Option<&SecretString>,
    ) -> Result<Joined, ApiError> {
        self.post("live/join", &self.join_body(session_id, user_name, host_key), None).await
    }

    /// `POST /live/join` of who was in the session before, with the token of then: servers that know this give one of
    /// the same identity.
    ///
    /// # Errors
    /// [`ApiError`] as for every call.
    pub async fn join_again(
        &self,
        session_id: &str,
        user_name: &str,
        host_key: Option<&SecretString>,
        previous: &SecretString,
    ) -> Result<Joined, ApiError> {
        let mut body = self.join_body(session_id, user_name, host_key);
        body["previous_token"] = Value::from(previous.expose_secret());
        self.post("live/join", &body, None).await
    }

    /// `POST /live/end`, proved by the host key, else by the host's token.
    ///
    /// # Errors
    /// [`ApiError`] as for every call.
    pub async fn end(
        &self,
        session_id: &str,
        host_key: Option<&SecretString>,
        host_token: &SecretString,
    ) -> Result<(), ApiError> {
        self.as_host("live/end", json!({ "session_id": session_id }), host_key, host_token).await
    }

    /// `POST /live/lock`, proved likewise.
    ///
    /// # Errors
    /// [`ApiError`] as for every call.
    pub async fn lock(
        &self,
        session_id: &str,
        host_key: Option<&SecretString>,
        host_token: &SecretString,
        locked: bool,
    ) -> Result<(), ApiError> {
        self.as_host("live/lock", json!({ "session_id": session_id, "locked": locked }), host_key, host_token).await
    }

    /// `POST /live/remove`: takes somebody out of the session and keeps them out, proved likewise.
    ///
    /// # Errors
    /// [`ApiError`] as for every call; `participant_not_found` where they have gone.
    pub async fn keep_out(
        &self,
        session_id: &str,
        host_key: Option<&SecretString>,
        host_token: &SecretString,
        identity: &str,
    ) -> Result<(), ApiError> {
        let body = json!({ "session_id": session_id, "identity": identity, "keep_out": true });
        self.as_host("live/remove", body, host_key, host_token).await
    }

    /// Says by what the server knows this copy of the app.
    fn sign(&self, body: &mut Value) {
        if let Some(client_id) = &self.client_id {
            body["client_id"] = Value::from(client_id.as_str());
        }
    }

    fn join_body(&self, session_id: &str, user_name: &str, host_key: Option<&SecretString>) -> Value {
        let mut body = json!({
            "session_id": session_id,
            "user_name": user_name,
            "is_host": host_key.is_some(),
            "is_hidden": false,
        });
        self.sign(&mut body);
        prove(&mut body, host_key);
        body
    }

    async fn as_host(
        &self,
        path: &str,
        mut body: Value,
        host_key: Option<&SecretString>,
        host_token: &SecretString,
    ) -> Result<(), ApiError> {
        prove(&mut body, host_key);
        // Where there is a sign-in, older services want that one; the host key needs no second proof.
        let bearer = (host_key.is_none() && self.credential.is_none()).then_some(host_token);
        self.post::<Value>(path, &body, bearer).await.map(drop)
    }

    /// `GET /live/sessions`: the title of one of the sessions that the server lists.
    ///
    /// # Errors
    /// [`ApiError`] as for every call.
    pub async fn title(&self, session_id: &str) -> Result<Option<String>, ApiError> {
        let sessions = self.sessions().await?;
        Ok(sessions.into_iter().find(|listed| listed.session_id == session_id).and_then(|listed| listed.title))
    }

    /// `GET /live/sessions`: the sessions that the server lists, in its order.
    ///
    /// # Errors
    /// [`ApiError`] as for every call.
    pub async fn sessions(&self) -> Result<Vec<Listed>, ApiError> {
        #[derive(Deserialize)]
        struct Sessions {
            #[serde(default)]
            sessions: Vec<Listed>,
        }
        let request = self.http.request(Method::GET, self.base.call("live/sessions"));
        self.call::<Sessions>(request, None).await.map(|list| list.sessions)
    }

    /// `GET /live/sessions/stream`: what begins and ends from now on.
    ///
    /// # Errors
    /// [`ApiError`] as for every call; [`ApiError::NotSessionApi`] where the service has no such stream.
    pub async fn session_events(&self) -> Result<impl Stream<Item = SessionEvent> + Send + use<>, ApiError> {
        let request = self.http.request(Method::GET, self.base.call("live/sessions/stream"));
        // It is meant to go on; who reads it notices silence.
        let request = request.header(header::ACCEPT, events::TYPE).timeout(MAX_STREAM);
        let response = self.signed(request, None).send().await.map_err(|error| self.failure(&error))?;
        let status = response.status();
        if status.is_success() && !events::are_in(&response) {
            return Err(ApiError::NotSessionApi { host: self.base.host(), status: status.as_u16() });
        }
        if !status.is_success() {
            let body = self.body(response).await?;
            return Err(match self.read::<Value>(status, &body) {
                Err(error) => error,
                Ok(_) => ApiError::NotSessionApi { host: self.base.host(), status: status.as_u16() },
            });
        }
        Ok(events::read(response.bytes_stream()))
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
        bearer: Option<&SecretString>,
    ) -> Result<T, ApiError> {
        self.call(self.http.request(Method::POST, self.base.call(path)).json(body), bearer).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        bearer: Option<&SecretString>,
    ) -> Result<T, ApiError> {
        let response = self.signed(request, bearer).send().await.map_err(|error| self.failure(&error))?;
        let status = response.status();
        let body = self.body(response).await?;
        self.read(status, &body)
    }

    fn signed(&self, request: RequestBuilder, bearer: Option<&SecretString>) -> RequestBuilder {
        match (bearer, &self.credential) {
            (Some(token), _) => request.bearer_auth(token.expose_secret()),
            (None, Some(Credential { kind: SignIn::Bearer, secret })) => request.bearer_auth(secret.expose_secret()),
            (None, Some(Credential { kind: SignIn::Cookie, secret })) => {
                request.header(header::COOKIE, format!("auth_token={}", secret.expose_secret()))
            }
            (None, None) => request,
        }
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, ApiError> {
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await.map_err(|error| self.failure(&error))? {
            if body.len() + part.len() > MAX_ANSWER {
                return Err(ApiError::NotSessionApi { host: self.base.host(), status });
            }
            body.extend_from_slice(&part);
        }
        Ok(body)
    }

    fn read<T: DeserializeOwned>(&self, status: StatusCode, body: &[u8]) -> Result<T, ApiError> {
        let host = self.base.host();
        let status_number = status.as_u16();
        let signed_in = self.credential.is_some();
        if status == StatusCode::ACCEPTED {
            return Err(ApiError::Lobby);
        }
        if status.is_success() {
            return serde_json::from_slice(body).map_err(|error| {
                // The parser's words may quote the answer, and there may be a token in it.
                if !self.quiet {
                    tracing::warn!(
                        host,
                        line = error.line(),
                        column = error.column(),
                        "an answer is not the session API's"
                    );
                }
                ApiError::NotSessionApi { host, status: status_number }
            });
        }
        match serde_json::from_slice::<ErrorBody>(body) {
            Ok(ErrorBody { error, code }) => {
                Err(ApiError::Refused { host, status: status_number, code, text: error, signed_in })
            }
            // A sign-in page and a full or failing server answer in other formats, too.
            Err(_) if matches!(status_number, 401 | 403 | 429 | 500..) => {
                Err(ApiError::Refused { host, status: status_number, code: None, text: String::new(), signed_in })
            }
            Err(_) => Err(ApiError::NotSessionApi { host, status: status_number }),
        }
    }

    fn failure(&self, error: &reqwest::Error) -> ApiError {
        let host = self.base.host();
        let url = self.base.call("");
        let fault = doctor::fault(error, doctor::proxy_before(&url).is_some() && !self.base.is_loopback());
        if !self.quiet {
            tracing::warn!(host, ?fault, "session API");
        }
        match fault {
            Fault::Silent if error.is_timeout() && !error.is_connect() => ApiError::TimedOut { host },
            fault => {
                let cause = fault.at_session_server();
                let host = if fault == Fault::Unresolved { url.host_str().unwrap_or_default().into() } else { host };
                ApiError::Unreachable { host, cause }
            }
        }
    }
}

/// The proof of being the host, where there is one.
fn prove(body: &mut Value, host_key: Option<&SecretString>) {
    if let Some(key) = host_key {
        body["host_key"] = Value::from(key.expose_secret());
    }
}
