//! The disk of the settings is full while a window is open.

use std::path::{Path, PathBuf};
use std::process::Command;

use donfra_testbed::eventually;

use crate::logs::Logs;
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id};

/// A small file system of the test's own; unmounted with it.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: &Path) -> Self {
        std::fs::create_dir_all(at).unwrap();
        let mut mount = Command::new("mount");
        let status = mount.args(["-t", "tmpfs", "-o", "size=256k", "none"]).arg(at).status().unwrap();
        assert!(status.success(), "a file system can be mounted: that needs root");
        Self(at.to_owned())
    }

    /// Fills it to the last byte.
    fn fill(&self) {
        use std::io::Write;
        let mut file = std::fs::File::create(self.0.join("filler")).unwrap();
        for size in [4096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

const KEPT: &str = "version = 1\nname = \"Ada of before\"\ntheme = \"dark\"\n";

#[tokio::test]
async fn settings_that_cannot_be_saved_leave_the_old_ones_and_are_told() {
    let stage = Stage::set("fault_disk_full").await;
    let config = stage.folder.join("ada/config");
    let disk = Disk::mount(&config);
    let file = config.join("settings.toml");
    std::fs::write(&file, KEPT).unwrap();
    let start = Start { name: "ada", hue: 120., tone: 480, arguments: &[], x: 0 };
    let ada = Window::start(&stage, start).await;
    ada.sees(&id("home")).await;
    disk.fill();
    ada.click(&id("open-settings")).await;
    ada.fill("#settings-name", "Ada of now").await;
    ada.click(&id("save-settings")).await;
    ada.sees("[data-testid=error][data-code=settings_not_saved]").await;
    let said = ada.text(&id("error")).await;
    assert!(said.contains(config.to_str().unwrap()) && said.contains("space"), "{said}");
    stage.screen.save(&stage.folder.join("full.png"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), KEPT, "the old file is whole");
    assert!(!config.join("settings.toml.new").exists(), "and no half of a new one takes space");

    disk.free();
    ada.click(&id("save-settings")).await;
    eventually("the settings are saved", async || {
        std::fs::read_to_string(&file).ok().filter(|text| text.contains("Ada of now"))
    })
    .await;
    ada.close().await;
    let log = Logs::of(&stage.folder, "ada");
    log.stderr_says("settings are not saved", 1);
    log.are_clean(&[]);
}
