//! The connection check in its window: at work beside a failed connection, and as a page.

use donfra_testbed::{SessionServer, SessionServerConfig, eventually, free_port};

use crate::support::servers::Servers;
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id};

#[tokio::test]
async fn a_failed_connection_is_explained_by_itself_and_reported() {
    let stage = Stage::set("doctor").await;
    let config = SessionServerConfig::with_livekit_at(&format!("ws://127.0.0.1:{}", free_port()));
    let secret = config.secret.clone();
    let server = SessionServer::start(&stage.folder, config).await;
    let reports = stage.folder.join("reports");
    std::fs::create_dir_all(&reports).unwrap();
    let api = server.api();
    let arguments = ["--name", "Ada Lovelace", "--api", &api];
    let start = Start { name: "ada", hue: 120., tone: 480, arguments: &arguments, x: 0 };
    let ada = Window::start_with(&stage, start, |command| {
        command.env("DONFRA_LIVE_REPORT_DIR", &reports);
    })
    .await;
    ada.click(&id("create-session")).await;
    ada.sees(&id("error")).await;
    // Nobody asked for it.
    let answer = "[data-testid=doctor-note] [data-testid=doctor-answer][data-cause=api_livekit_unreachable]";
    ada.sees(answer).await;
    for remedy in ["remedy-host", "remedy-guest"] {
        assert!(!ada.text(&id(remedy)).await.is_empty(), "{remedy}");
    }

    ada.click(&id("open-doctor-page")).await;
    ada.sees("[data-testid=doctor][data-running=false] [data-testid=doctor-answer]").await;
    ada.sees("[data-check=session][data-state=failed]").await;
    ada.sees("[data-check=media][data-state=skipped]").await;
    stage.screen.save(&stage.folder.join("page.png"));
    ada.click(&id("doctor-copy")).await;
    ada.sees("[data-testid=doctor-said]:not(:empty)").await;
    for (button, ending) in [("doctor-save-text", "txt"), ("doctor-save-json", "json")] {
        ada.click(&id(button)).await;
        let saved = eventually("the report is saved", async || {
            let paths = std::fs::read_dir(&reports).ok()?.flatten().map(|entry| entry.path());
            paths.into_iter().find(|path| path.extension().is_some_and(|found| found == ending))
        })
        .await;
        let text = std::fs::read_to_string(saved).unwrap();
        assert!(text.contains("LiveKit"), "{text}");
        for hidden in [secret.as_str(), "eyJ", "Ada Lovelace"] {
            assert!(!text.contains(hidden), "{hidden} is in the report: {text}");
        }
    }
    ada.click(&id("doctor-back")).await;
    ada.sees(&id("create-session")).await;
    ada.close().await;
}

#[tokio::test]
async fn home_and_settings_open_it_and_all_is_well() {
    let stage = Stage::set("doctor_well").await;
    let servers = Servers::start(&stage.folder).await;
    let arguments = ["--name", "Ada", "--api", &servers.api];
    let ada = Window::start(&stage, Start { name: "ada", hue: 120., tone: 480, arguments: &arguments, x: 0 }).await;
    ada.click(&id("open-doctor")).await;
    ada.sees("[data-testid=doctor] [data-testid=doctor-answer][data-cause=none]").await;
    ada.sees("[data-check=media][data-state=ok]").await;
    stage.screen.save(&stage.folder.join("well.png"));
    ada.click(&id("doctor-back")).await;
    ada.click(&id("open-settings")).await;
    ada.click(&id("settings-doctor")).await;
    ada.sees("[data-testid=doctor][data-running=true]").await;
    ada.click(&id("doctor-stop")).await;
    ada.sees("[data-testid=doctor][data-running=false]").await;
    ada.close().await;
}
