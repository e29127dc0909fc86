//! One test's own world: a screen, folders, the evidence when it fails.

use super::screen::{Area, Screen, share_changed, share_of_hue};
use donfra_testbed::eventually;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};

/// Tests run one after the other: two windows and their media are enough for a small machine.
static TURN: Mutex<()> = Mutex::const_new(());

/// A test's world.
pub struct Stage {
    /// The screen on which all its windows are.
    pub screen: Screen,
    /// Where its logs, settings and recordings are.
    pub folder: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

impl Stage {
    /// Waits for the test's turn and sets it up. The folder `target/e2e/<name>` is emptied first.
    pub async fn set(name: &str) -> Self {
        let turn = TURN.lock().await;
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("e2e").join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self { screen: Screen::start(&folder), folder, _turn: turn }
    }
}

impl Stage {
    /// Waits until a part of the screen shows a moving picture, mostly of this hue (degrees).
    pub async fn shows_moving(&self, area: Area, hue: f32, what: &str) {
        eventually(what, async || moving(&self.screen, area, hue).await).await;
    }
}

/// Whether a part of the screen shows a moving picture, mostly of this hue (degrees).
pub async fn moving(screen: &Screen, area: Area, hue: f32) -> Option<()> {
    let before = screen.pixels(area);
    tokio::time::sleep(Duration::from_millis(400)).await;
    let after = screen.pixels(area);
    let moves = share_changed(&before, &after) > 0.01;
    (moves && share_of_hue(&before, hue) > 0.3 && share_of_hue(&after, hue) > 0.3).then_some(())
}

impl Drop for Stage {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.screen.save(&self.folder.join("screen.png"));
            eprintln!("screen and logs: {}", self.folder.display());
            self.print_logs();
        }
    }
}

impl Stage {
    /// The end of what each window wrote down: where only a test's output is kept, it says what happened.
    fn print_logs(&self) {
        let windows = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for log in windows.map(|window| window.path().join("app.log")) {
            let Ok(text) = std::fs::read_to_string(&log) else { continue };
            let lines: Vec<_> = text.lines().filter(|line| !line.contains("livekit::library")).collect();
            eprintln!("the end of {}:", log.display());
            for line in &lines[lines.len().saturating_sub(40)..] {
                eprintln!("  {}", line.chars().take(240).collect::<String>());
            }
        }
    }
}
