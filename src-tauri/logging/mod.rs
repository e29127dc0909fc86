//! What the app writes down: to stderr and to files of bounded size, the last few kept. Secrets are kept out by their
//! types (`SecretString`, `Credential`), not by care.

mod file;

use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

/// What is logged where `RUST_LOG` does not say otherwise: this app's doings, and others' warnings. (The sound server's client
/// calls every connection that is closed an error; devices report their own.)
const DEFAULT_FILTER: &str = "warn,donfra_live=info,donfra_session_server=info,pulseaudio=off";

/// Writes out what is still in the queue when it is dropped, at the end of the program.
#[must_use]
pub struct LogGuard(#[expect(dead_code, reason = "held for its drop")] Option<WorkerGuard>);

/// Starts logging to stderr and to `folder/donfra-live.YYYY-MM-DD.log`, and has panics logged, each once. A folder that
/// cannot be written costs the file, never the start; so does a full disk, and only while it is full.
pub fn start(folder: &Path) -> LogGuard {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let stderr = fmt::layer().with_writer(std::io::stderr);
    let (layer, guard, failure) = match file::LogFile::open(folder) {
        Ok(file) => {
            let (writer, guard) = tracing_appender::non_blocking(file);
            (Some(fmt::layer().with_ansi(false).with_writer(writer)), Some(guard), None)
        }
        Err(error) => (None, None, Some(error)),
    };
    tracing_subscriber::registry().with(filter).with(stderr).with(layer).init();
    if let Some(error) = failure {
        tracing::warn!(%error, folder = %folder.display(), "no log file");
    }
    std::panic::set_hook(Box::new(log_panic));
    LogGuard(guard)
}

/// Instead of the usual text on stderr, which would be there twice.
fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let thread = std::thread::current();
    let message = panic.payload_as_str().unwrap_or("no message");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(message, place, thread = thread.name().unwrap_or("unnamed"), "panicked");
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use parking_lot::Mutex;
    use secrecy::SecretString;
    use tracing_subscriber::fmt::MakeWriter;

    use crate::settings::{Credential, SignIn};

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Page {
        type Writer = Self;
        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn secrets_do_not_reach_the_log() {
        let page = Page::default();
        let subscriber =
            tracing_subscriber::fmt().with_writer(page.clone()).with_max_level(tracing::Level::TRACE).finish();
        tracing::subscriber::with_default(subscriber, || {
            let token = SecretString::from("eyJhbGciOi");
            let credential = Credential { kind: SignIn::Bearer, secret: token.clone() };
            let joined: crate::api::Joined = serde_json::from_value(serde_json::json!({
                "session_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
                "access_token": "eyJhbGciOi",
                "server_url": "ws://localhost:7880",
            }))
            .unwrap();
            tracing::info!(?token, ?credential, ?joined, "signed in");
        });
        let text = String::from_utf8(page.0.lock().clone()).unwrap();
        assert!(text.contains("signed in"));
        assert!(text.contains("ws://localhost:7880"));
        assert!(!text.contains("eyJhbGciOi"), "{text}");
    }
}
