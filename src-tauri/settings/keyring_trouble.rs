//! A keyring that is there and does not answer: said once, asked again only after a while.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::error::UiError;

/// So long it is not asked again: each time a person may have to say no to the same question.
const PAUSE: Duration = Duration::from_secs(10);

/// What is known of the keyring's trouble.
#[derive(Default)]
pub struct KeyringTrouble(Mutex<Option<Instant>>);

impl KeyringTrouble {
    /// It did not do what it was asked to. The first time in a row is a line in the log.
    pub fn refused(&self, what: &str, error: &keyring::Error) {
        if self.0.lock().replace(Instant::now()).is_none() {
            tracing::warn!(%error, "the keyring did not {what}: without it until it answers");
        } else {
            tracing::debug!(%error, "the keyring did not {what}");
        }
    }

    /// It took longer than the page waits.
    pub fn waits(&self) {
        if self.0.lock().replace(Instant::now()).is_none() {
            tracing::warn!("the keyring waits to be unlocked: without it until it answers");
        }
    }

    /// It answered.
    pub fn answered(&self) {
        if self.0.lock().take().is_some() {
            tracing::info!("the keyring answers again");
        }
    }

    /// Whether it is to be left alone for now.
    pub fn is_fresh(&self) -> bool {
        self.0.lock().is_some_and(|last| last.elapsed() < PAUSE)
    }

    /// What a person is to know of it.
    pub fn notice(&self) -> Option<UiError> {
        self.0.lock().map(|_| {
            UiError::new(
                "keyring_locked",
                "The system's keyring is locked, so that sign-ins kept in it are not used.",
                "Unlock the keyring (by its own program, or by signing in to this computer again), then try again. \
                 Until then a sign-in counts for this run only.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_lasts_until_the_keyring_answers() {
        let trouble = KeyringTrouble::default();
        assert!(!trouble.is_fresh() && trouble.notice().is_none());
        trouble.refused("give the sign-in", &keyring::Error::NoEntry);
        assert!(trouble.is_fresh() && trouble.notice().is_some_and(|notice| notice.code == "keyring_locked"));
        trouble.answered();
        assert!(!trouble.is_fresh() && trouble.notice().is_none());
    }
}
