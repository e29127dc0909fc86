//! For the checks' own tests.

use std::sync::Arc;

use super::context::{Context, Entered, Server, Target};
use crate::api::BaseUrl;
use crate::settings::SettingsStore;

/// A context in which the session server `api` has let in and named `server_url`.
pub fn context(api: &str, server_url: &str) -> Context {
    let folder = tempfile::tempdir().unwrap();
    let settings = Arc::new(SettingsStore::open(folder.path().to_path_buf(), None));
    let target = Target { server: Server::At(api.into()), session: None };
    let mut context = Context::new(target, settings);
    context.base = Some(BaseUrl::parse(api).unwrap());
    context.entered = Some(Entered {
        session_id: "3fa85f64-5717-4562-b3fc-2c963f66afa6".into(),
        server_url: server_url.into(),
        token: "no token".into(),
        second: None,
        host_key: None,
        own: true,
        can_publish: true,
    });
    context
}
