//! The servers fail while a window is open.

use donfra_testbed::{LiveKit, LiveKitConfig, SessionServer, SessionServerConfig};

use crate::logs::Logs;
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id, tile};

/// The session server is killed while the page is open: that is said, and it works again as soon as it is back.
#[tokio::test]
async fn the_session_server_is_killed_and_comes_back() {
    let stage = Stage::set("fault_session_server").await;
    let livekit = LiveKit::start(&stage.folder, LiveKitConfig::default()).await;
    let config = SessionServerConfig::of(&livekit);
    let secret = config.secret.clone();
    let mut server = SessionServer::start(&stage.folder, config).await;
    let api = server.api();
    let arguments = ["--name", "Ada", "--api", &api];
    let ada = Window::start(&stage, Start { name: "ada", hue: 120., tone: 480, arguments: &arguments, x: 0 }).await;
    ada.sees(&id("create-session")).await;
    server.kill();
    ada.click(&id("create-session")).await;
    ada.sees("[data-testid=error][data-code=api_not_running]").await;
    server.start_again().await;
    ada.click(&id("create-session")).await;
    ada.sees("[data-testid=session][data-phase=connected]").await;
    // In a session nobody needs it.
    server.kill();
    let me = ada.attribute("[data-testid=participant]", "data-identity").await;
    ada.shows_moving(&tile(&me, "camera"), ada.hue()).await;
    ada.sees("[data-testid=session][data-phase=connected]").await;
    ada.close().await;
    Logs::of(&stage.folder, "ada").are_clean(&[secret]);
}
