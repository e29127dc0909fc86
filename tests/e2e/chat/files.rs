//! Files between windows.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use donfra_testbed::{PATIENCE, eventually, within};

use super::press;
use crate::support::servers::Servers;
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id, person};

/// Large enough that it is seen on its way, in bytes.
const LARGE: usize = 60_000_000;

/// A window whose file dialog chooses this file, and whose downloads are in this folder.
async fn window<'a>(stage: &'a Stage, start: Start<'_>, pick: &Path, downloads: &Path) -> Window<'a> {
    std::fs::create_dir_all(downloads).unwrap();
    Window::start_with(stage, start, |command| {
        command.env("DONFRA_LIVE_TEST_PICK", pick).env("DONFRA_LIVE_DOWNLOAD_DIR", downloads);
    })
    .await
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = entries.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

/// Waits until there is a file of this name with these bytes.
async fn has(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    within(3 * PATIENCE, &format!("{name} is saved"), async || (std::fs::read(&path).ok()? == bytes).then_some(()))
        .await;
    path
}

#[tokio::test]
async fn files_are_offered_saved_stopped_and_lost() {
    let stage = Stage::set("chat_files").await;
    let servers = Servers::start(&stage.folder).await;
    let (large, script) = (stage.folder.join("film.mp4"), stage.folder.join("setup.sh"));
    let bytes: Vec<u8> = (0..LARGE as u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    std::fs::write(&large, &bytes).unwrap();
    std::fs::write(&script, "#!/bin/sh\necho no\n").unwrap();
    let [ada_has, bob_has] = ["ada-downloads", "bob-downloads"].map(|name| stage.folder.join(name));
    let arguments = ["--api", &servers.api, "--name", "Ada"];
    let start = Start { name: "ada", hue: 120., tone: 480, arguments: &arguments, x: 0 };
    let ada = window(&stage, start, &large, &ada_has).await;
    let session = ada.create().await;
    let join = ["join", &session, "--name", "Bob", "--api", &servers.api];
    let start = Start { name: "bob", hue: 240., tone: 960, arguments: &join, x: 1100 };
    let bob = window(&stage, start, &script, &bob_has).await;
    ada.sees(&person("Bob")).await;
    ada.click(&id("toggle-chat")).await;
    bob.click(&id("toggle-chat")).await;

    // Nothing comes before it is asked for; then it comes as it was, with progress on both sides.
    ada.click(&id("offer-file")).await;
    let offered = "[data-testid=file][data-name='film.mp4']";
    bob.sees(&format!("{offered}[data-state=offered]")).await;
    assert!(names(&bob_has).is_empty());
    let started = Instant::now();
    bob.click(&format!("{offered} [data-testid=save-file]")).await;
    bob.sees("[data-testid=transfer][data-state=running] progress").await;
    ada.sees("[data-testid=transfer][data-sending=true]").await;
    has(&bob_has, "film.mp4", &bytes).await;
    bob.sees(&format!("{offered}[data-state=done] [data-testid=show-folder]")).await;
    println!("60 MB saved after {:.1} s", started.elapsed().as_secs_f32());
    ada.sees("[data-testid=transfer][data-sending=true][data-state=done]").await;
    assert_eq!(names(&bob_has), ["film.mp4"]);

    // A program is warned of, and saved only when one wants it nonetheless.
    bob.click(&id("offer-file")).await;
    ada.click("[data-testid=file][data-name='setup.sh'] [data-testid=save-file]").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(names(&ada_has).is_empty());
    stage.screen.save(&stage.folder.join("program.png"));
    ada.click(&id("save-program")).await;
    let saved = has(&ada_has, "setup.sh", b"#!/bin/sh\necho no\n").await;
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(saved).unwrap().permissions());
    assert_eq!(mode & 0o111, 0, "nothing that came can be run");

    // Another offer of the same: stopped by who saves it, then by its owner, then saved beside the first.
    ada.click(&id("offer-file")).await;
    let second = "[data-testid=message]:last-of-type [data-testid=file][data-name='film.mp4'][data-state=offered]";
    bob.sees(second).await;
    bob.click(&format!("{second} [data-testid=save-file]")).await;
    bob.click("[data-testid=transfer][data-state=running] [data-testid=cancel-transfer]").await;
    bob.sees("[data-testid=transfer][data-sending=false][data-state=cancelled]").await;
    ada.sees("[data-testid=transfer][data-sending=true][data-state=cancelled]").await;
    eventually("nothing of it stays", async || (names(&bob_has) == ["film.mp4"]).then_some(())).await;
    let again = "[data-testid=file][data-name='film.mp4'][data-state=cancelled] [data-testid=save-file]";
    bob.click(again).await;
    ada.click("[data-testid=transfer][data-state=running] [data-testid=cancel-transfer]").await;
    bob.sees("[data-testid=transfer][data-sending=false][data-state=cancelled]").await;
    eventually("nothing of it stays", async || (names(&bob_has) == ["film.mp4"]).then_some(())).await;

    // The owner leaves halfway: that is said, and nothing half stays.
    bob.click(again).await;
    bob.sees("[data-testid=transfer][data-sending=false][data-state=running]").await;
    ada.click(&id("leave")).await;
    bob.sees("[data-testid=transfer][data-sending=false][data-state=failed]").await;
    stage.screen.save(&stage.folder.join("left.png"));
    eventually("nothing of it stays", async || (names(&bob_has) == ["film.mp4"]).then_some(())).await;

    // What is taken back is offered no more.
    press(&bob, "setup.sh", "delete-message").await;
    press(&bob, "setup.sh", "confirm-delete-message").await;
    bob.sees_no("[data-testid=file][data-name='setup.sh']").await;
    bob.close().await;
    ada.close().await;
}
