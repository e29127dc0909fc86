//! What a host does about others, what they are told, and that nobody else can do it.

use std::time::Duration;

use livekit::prelude::{DataPacket, Room, RoomOptions};
use serde_json::json;

use crate::support::api;
use crate::support::servers::Servers;
use crate::support::stage::Stage;
use crate::support::window::{Start, Window, id, person, tile};

const ADA: u32 = 480;
const BOB: u32 = 960;

#[tokio::test]
async fn a_host_mutes_stops_and_removes() {
    let stage = Stage::set("moderation").await;
    let servers = Servers::start(&stage.folder).await;
    let ada_is = ["--name", "Ada", "--api", &servers.api];
    let bob_is = ["--name", "Bob", "--api", &servers.api];
    let ada = Window::start(&stage, Start { name: "ada", hue: 120., tone: ADA, arguments: &ada_is, x: 0 }).await;
    let session = ada.create().await;
    let bob = Window::start(&stage, Start { name: "bob", hue: 240., tone: BOB, arguments: &bob_is, x: 1100 }).await;
    bob.join(&session).await;
    let bob_is = ada.attribute(&person("Bob"), "data-identity").await;
    let ada_is = bob.attribute(&person("Ada"), "data-identity").await;
    ada.hears(BOB).await;
    assert!(
        !bob.has(&id("person-menu")).await && !bob.has(&id("mute-all")).await,
        "nothing of it is offered to a viewer"
    );

    // Muted: silent at once, told why, and free to speak again.
    ada.click(&id("person-menu")).await;
    ada.click(&id("moderate-mute")).await;
    ada.hears_no(BOB).await;
    bob.sees("[data-testid=silenced][data-device=microphone]").await;
    bob.click(&id("toggle-microphone")).await;
    bob.sees_no(&id("silenced")).await;
    ada.hears(BOB).await;
    ada.click(&id("mute-all")).await;
    ada.hears_no(BOB).await;
    bob.click(&id("toggle-microphone")).await;
    ada.hears(BOB).await;

    // Asked to unmute, one stays muted until one does it; declined, one can be asked again.
    bob.click(&id("toggle-microphone")).await;
    ada.hears_no(BOB).await;
    ada.click(&id("person-menu")).await;
    ada.click(&id("moderate-ask_to_unmute")).await;
    bob.sees("[data-testid=asked][data-device=microphone]").await;
    ada.hears_no(BOB).await;
    bob.click(&id("decline-asked")).await;
    asks_as_a_false_host(&servers.api, &session, &ada, &bob_is).await;
    bob.sees_no(&id("asked")).await;
    ada.click(&id("person-menu")).await;
    ada.click(&id("moderate-ask_to_unmute")).await;
    bob.sees(&id("asked")).await;
    assert_eq!(bob.invoke("session_snapshot", json!({})).await["asked"]["count"], 2, "only the host's wishes count");
    bob.click(&id("allow-asked")).await;
    bob.sees_no(&id("asked")).await;
    ada.hears(BOB).await;

    // Camera and screen likewise; a hand comes down.
    ada.shows_moving(&tile(&bob_is, "camera"), bob.hue()).await;
    ada.click(&id("person-menu")).await;
    ada.click(&id("moderate-stop_camera")).await;
    ada.shows_no(&tile(&bob_is, "camera"), bob.hue()).await;
    bob.sees("[data-testid=silenced][data-device=camera]").await;
    bob.click(&id("toggle-screen")).await;
    ada.shows_moving(&tile(&bob_is, "screen"), bob.hue()).await;
    ada.click(&id("person-menu")).await;
    ada.click(&id("moderate-stop_screen")).await;
    ada.sees_no(&tile(&bob_is, "screen")).await;
    bob.click(&id("toggle-hand")).await;
    ada.sees(&id("person-hand")).await;
    ada.click(&id("person-menu")).await;
    ada.click(&id("moderate-lower_hand")).await;
    ada.sees_no(&id("person-hand")).await;
    bob.sees_no(&id("person-hand")).await;

    // A viewer's app that asks all the same is refused, and so is a viewer's token at LiveKit itself.
    let refused = bob.invoke("moderate", json!({ "identity": ada_is, "what": "mute" })).await;
    assert_eq!(refused["error"]["code"], "not_host", "{refused}");
    for method in ["MutePublishedTrack", "RemoveParticipant", "UpdateParticipant", "UpdateRoomMetadata", "DeleteRoom"] {
        let status = as_a_viewer(&servers.api, &session, method, &ada_is).await;
        assert!(matches!(status, 401 | 403), "{method}: {status}");
    }
    bob.hears(ADA).await;

    // Removed: asked first, told with the reason, gone for the others.
    ada.click(&id("person-menu")).await;
    ada.click(&id("moderate-remove")).await;
    ada.click(&id("confirm-remove")).await;
    bob.sees("[data-testid=ended][data-reason=removed]").await;
    ada.sees_no(&person("Bob")).await;

    // That alone is no ban. Kept out, nobody comes back, not even with an app that has forgotten the session.
    bob.click(&id("back-home")).await;
    bob.join(&session).await;
    ada.click(&id("person-menu")).await;
    ada.click(&id("moderate-remove")).await;
    ada.click(&id("keep-out")).await;
    ada.click(&id("confirm-remove")).await;
    bob.sees("[data-testid=ended][data-reason=removed]").await;
    ada.sees_no(&person("Bob")).await;
    bob.click(&id("back-home")).await;
    bob.join(&session).await;
    bob.sees("[data-testid=error][data-code=removed]").await;
    ada.close().await;
    bob.close().await;
}

#[tokio::test]
async fn a_host_locks_the_door() {
    let stage = Stage::set("locked").await;
    let servers = Servers::start(&stage.folder).await;
    let ada_is = ["--name", "Ada", "--api", &servers.api];
    let bob_is = ["--name", "Bob", "--api", &servers.api];
    let ada = Window::start(&stage, Start { name: "ada", hue: 120., tone: ADA, arguments: &ada_is, x: 0 }).await;
    let session = ada.create().await;
    ada.click(&id("lock-session")).await;
    ada.sees(&id("locked")).await;

    // Who comes is told why not, and what to do.
    let bob = Window::start(&stage, Start { name: "bob", hue: 240., tone: BOB, arguments: &bob_is, x: 1100 }).await;
    bob.join(&session).await;
    bob.sees("[data-testid=error][data-code=session_locked]").await;

    // Opened, it lets people in; they see it when it is locked again, and cannot change that.
    ada.click(&id("unlock-session")).await;
    ada.sees_no(&id("locked")).await;
    bob.click(&id("join-session")).await;
    ada.sees(&person("Bob")).await;
    assert!(!bob.has(&id("lock-session")).await, "a viewer is not offered it");
    ada.click(&id("lock-session")).await;
    bob.sees(&id("locked")).await;
    let refused = bob.invoke("lock_session", json!({ "locked": false })).await;
    assert_eq!(refused["error"]["code"], "not_host", "{refused}");
    bob.sees(&id("locked")).await;

    // The own people come back all the same.
    bob.click(&id("leave")).await;
    ada.sees_no(&person("Bob")).await;
    bob.click(&id("back-home")).await;
    bob.join(&session).await;
    ada.sees(&person("Bob")).await;
    ada.end_for_everyone().await;
    ada.close().await;
    bob.close().await;
}

/// Somebody who joined as a viewer says to be a host, and asks somebody to unmute.
async fn asks_as_a_false_host(api: &str, session: &str, ada: &Window<'_>, identity: &str) {
    let joined = api::join(api, session, "Eve").await;
    let (url, token) = (joined["server_url"].as_str().unwrap(), joined["access_token"].as_str().unwrap());
    let (room, _events) = Room::connect(url, token, RoomOptions::default()).await.unwrap();
    let me = room.local_participant();
    me.set_attributes([("role".to_owned(), "host".to_owned())].into()).await.unwrap();
    let packet = DataPacket {
        payload: br#"{"device":"microphone"}"#.to_vec(),
        topic: Some("donfra.ask".into()),
        reliable: true,
        destination_identities: vec![identity.into()],
    };
    me.publish_data(packet).await.unwrap();
    ada.sees(&format!("{}[data-role=viewer]", person("Eve"))).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    room.close().await.unwrap();
    ada.sees_no(&person("Eve")).await;
}

/// What LiveKit answers to a call of its RoomService by somebody who joined as a viewer.
async fn as_a_viewer(api: &str, session: &str, method: &str, identity: &str) -> u16 {
    let client = reqwest::Client::new();
    let joined = api::join(api, session, "Eve").await;
    let livekit = joined["server_url"].as_str().unwrap().replacen("ws", "http", 1);
    let url = format!("{}/twirp/livekit.RoomService/{method}", livekit.trim_end_matches('/'));
    let body = json!({ "room": session, "identity": identity, "metadata": "x", "track_sid": "TR_x", "muted": true });
    let call = client.post(url).bearer_auth(joined["access_token"].as_str().unwrap()).json(&body);
    call.send().await.unwrap().status().as_u16()
}
