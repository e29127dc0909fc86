//! The servers of this computer, started where a session wants them.

use std::path::PathBuf;

use secrecy::SecretString;

use super::connect::News;
use super::state::ConnectStep;
use crate::api::BaseUrl;
use crate::doctor::Cause;
use crate::error::UiError;
use crate::host::Host;
use crate::settings::folders;

/// For a new session: started if they do not run as wanted.
///
/// # Errors
/// They do not start.
pub async fn as_wanted(host: Option<Host>, lan: bool, news: &impl Fn(News)) -> Result<BaseUrl, UiError> {
    let host = match host {
        Some(host) if host.lan() == lan && !host.has_failed() => host,
        other => {
            news(News::Step(ConnectStep::StartingHost));
            if let Some(host) = other {
                host.stop().await;
            }
            start(lan).await?
        }
    };
    let base = host.base_url().clone();
    news(News::Hosting(host));
    Ok(base)
}

/// For a session that they have or had before a crash: started if they do not run, and with a proof of being its host
/// unless there is one already. `None` where they do not have it.
///
/// # Errors
/// They do not start.
pub async fn of(
    host: Option<Host>,
    lan: bool,
    session_id: &str,
    host_key: Option<SecretString>,
    news: &impl Fn(News),
) -> Result<(BaseUrl, Option<SecretString>), UiError> {
    let host = match host {
        Some(host) => host,
        None => {
            news(News::Step(ConnectStep::StartingHost));
            start(lan).await?
        }
    };
    let key = match host_key {
        Some(key) => Some(key),
        None => host.host_key(session_id).await,
    };
    let base = host.base_url().clone();
    news(News::Hosting(host));
    Ok((base, key))
}

async fn start(lan: bool) -> Result<Host, UiError> {
    Ok(Host::start_keeping(lan, executable()?, folders::sessions()).await?)
}

fn executable() -> Result<PathBuf, UiError> {
    std::env::current_exe().map_err(|error| {
        tracing::error!(%error, "the app does not know its own executable");
        UiError::of_hosting(Cause::HostFailed, "this computer")
    })
}
