//! The system's own notifications: what is written while the person looks elsewhere.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tauri::{AppHandle, Manager};

use crate::session::chat::Notice;
use crate::session::text;
use crate::settings::{Notifications, SettingsStore};

/// At most one in so long. What comes meanwhile is counted, and named by the next.
const PAUSE: Duration = Duration::from_secs(5);

/// Longest text of one, in characters.
const MAX_TEXT: usize = 140;

/// Longest name in one, in characters.
const MAX_NAME: usize = 60;

/// How long one stands where the system does not decide that, in ms.
const STANDS_MS: u32 = 8000;

/// Shows notices, now and then.
pub struct Notifier {
    handle: AppHandle,
    settings: Arc<SettingsStore>,
    pace: Mutex<Pace>,
}

impl Notifier {
    /// Nothing was shown yet.
    pub fn new(handle: AppHandle, settings: Arc<SettingsStore>) -> Arc<Self> {
        Arc::new(Self { handle, settings, pace: Mutex::default() })
    }

    /// Shows a notice, if the person wants that, looks elsewhere, and has not seen one just now.
    pub fn notice(self: &Arc<Self>, notice: Notice) {
        if self.settings.current().notifications == Notifications::Off {
            return;
        }
        let this = self.clone();
        // The window and the system's notification service answer when they like.
        tauri::async_runtime::spawn_blocking(move || {
            let window = this.handle.get_webview_window("main");
            if window.is_some_and(|window| window.is_focused().unwrap_or(false)) {
                return;
            }
            let Some(more) = this.pace.lock().take(Instant::now()) else { return };
            let (summary, body) = words(&notice, more);
            let mut notification = notify_rust::Notification::new();
            notification.appname("Donfra Live").summary(&summary).body(&body).icon("donfra-live");
            notification.timeout(notify_rust::Timeout::Milliseconds(STANDS_MS));
            #[cfg(all(unix, not(target_os = "macos")))]
            notification.hint(notify_rust::Hint::SuppressSound(true));
            if let Err(error) = notification.show() {
                tracing::debug!(%error, "no notification");
            }
        });
    }
}

/// When the last one was shown, and how many were not since.
#[derive(Debug, Default)]
struct Pace {
    last: Option<Instant>,
    held: u32,
}

impl Pace {
    /// Whether one may be shown now; then how many were held back before it.
    fn take(&mut self, now: Instant) -> Option<u32> {
        if self.last.is_some_and(|last| now.saturating_duration_since(last) < PAUSE) {
            self.held = self.held.saturating_add(1);
            return None;
        }
        self.last = Some(now);
        Some(std::mem::take(&mut self.held))
    }
}

/// The heading and the text.
fn words(notice: &Notice, more: u32) -> (String, String) {
    let name = text::shown(&notice.name, MAX_NAME);
    let summary = if notice.private { format!("{name}, to you only") } else { name };
    let mut body = text::shown(&notice.text, MAX_TEXT);
    if more > 0 {
        body.push_str(&format!(" (and {more} more)"));
    }
    (summary, escaped(&body))
}

/// Where the system reads markup, what was written is none.
fn escaped(text: &str) -> String {
    if cfg!(all(unix, not(target_os = "macos"))) {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_one_notification_now_and_then() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        let at = |ms: u64| start + Duration::from_millis(ms);
        let shown: Vec<_> = (0..100).filter_map(|number| pace.take(at(number * 100))).collect();
        assert_eq!(shown, [0, 49]);
        assert_eq!(pace.take(at(60_000)), Some(49));
    }

    #[test]
    fn a_notification_is_short_plain_text() {
        let notice = Notice { name: "Ada".into(), text: format!("<b>a & b</b>\n{}", "x".repeat(500)), private: true };
        let (summary, body) = words(&notice, 3);
        assert_eq!(summary, "Ada, to you only");
        assert!(!body.contains("<b>") && !body.contains('\n') && body.ends_with("… (and 3 more)"), "{body}");
        assert!(body.chars().count() < 2 * MAX_TEXT);
    }
}
