//! A value that can be taken once, by whichever listener comes first.

use std::{
    fmt::{self, Debug, Formatter},
    sync::Arc,
};

use parking_lot::RwLock;

/// A value that can be taken once, by whichever listener comes first.
pub struct TakeCell<T> {
    value: Arc<RwLock<Option<T>>>,
}

impl<T> TakeCell<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { value: Arc::new(RwLock::new(Some(value))) }
    }

    /// The value, unless someone took it before.
    pub fn take(&self) -> Option<T> {
        self.value.write().take()
    }

    /// Whether someone took it.
    pub fn is_taken(&self) -> bool {
        self.value.read().is_none()
    }
}

impl<T> Clone for TakeCell<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone() }
    }
}

impl<T: Debug> Debug for TakeCell<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &*self.value.read() {
            Some(value) => f.debug_struct("TakeCell").field("value", value).finish(),
            None => f.debug_struct("TakeCell").field("value", &"<taken>").finish(),
        }
    }
}
