//! The statistics of a session, in its window.

use crate::support::servers::Servers;
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id};

#[tokio::test]
async fn the_panel_shows_figures_and_the_report_is_saved() {
    let stage = Stage::set("statistics").await;
    let servers = Servers::start(&stage.folder).await;
    let file = stage.folder.join("stats.jsonl");
    let file = file.to_str().unwrap();
    let arguments = ["--api", &servers.api, "--stats", file];
    let start = Start { name: "ada", hue: 120., tone: 480, arguments: &arguments, x: 0 };
    let reports = stage.folder.join("reports");
    std::fs::create_dir_all(&reports).unwrap();
    let ada = Window::start_with(&stage, start, |command| {
        command.env("DONFRA_LIVE_REPORT_DIR", &reports);
    })
    .await;
    ada.fill(&id("title-input"), "Rehearsal").await;
    ada.fill(&id("name-input"), "Ada").await;
    ada.click(&id("create-session")).await;
    ada.sees(&id("session")).await;

    ada.click(&id("toggle-statistics")).await;
    ada.sees("[data-testid=statistics-track][data-direction=sent][data-source=camera]").await;
    ada.sees("[data-testid=statistics-track][data-direction=sent][data-source=camera]:not([data-kbps='0'])").await;
    ada.sees("[data-testid=statistics-track][data-direction=sent][data-source=microphone]").await;
    stage.screen.save(&stage.folder.join("panel.png"));
    ada.click(&id("save-session-report")).await;
    let said = ada.text(&id("session-report-done")).await;
    let saved: Vec<_> = std::fs::read_dir(&reports).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(saved.len(), 2, "{said}");
    for path in saved {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains("VP8") && !text.contains("Ada"), "{text}");
    }
    ada.click(&id("close-statistics")).await;
    ada.sees_no(&id("statistics")).await;
    let lines = std::fs::read_to_string(file).unwrap();
    assert!(lines.lines().count() > 1 && lines.contains("\"source\":\"camera\""), "{lines}");
    ada.click(&id("leave")).await;
    ada.sees("[data-testid=ended] [data-testid=copy-session-report]").await;
    ada.close().await;
}
