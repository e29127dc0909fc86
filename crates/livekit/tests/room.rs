//! Joining, seeing each other, and every way a room ends.

mod common;

use common::{Server, eventually, token};
use livekit::{ConnectionState, prelude::*, rtc_engine::EngineError};

#[tokio::test]
async fn people_see_each_other_come_and_go() {
    let server = Server::start().await;
    let mut a = server.join("room", "a").await;
    // The first event is the room as it was joined, however late it is read.
    assert!(
        matches!(a.events.recv().await, Some(RoomEvent::Connected { participants_with_tracks }) if participants_with_tracks.is_empty())
    );
    assert!(matches!(a.events.recv().await, Some(RoomEvent::ConnectionStateChanged(ConnectionState::Connected))));
    assert_eq!(a.room.connection_state(), ConnectionState::Connected);
    assert_eq!(a.room.name(), "room");
    assert!(a.room.sid().await.as_str().starts_with("RM_"));
    assert_eq!(a.local().identity().as_str(), "a");
    assert_eq!(a.local().name(), "a's name");
    assert!(a.local().permission().expect("permissions").can_publish);

    let mut b = server.join("room", "b").await;
    let there = b.wait_some("joined", |event| match event {
        RoomEvent::Connected { participants_with_tracks } => Some(participants_with_tracks),
        _ => None,
    });
    assert_eq!(there.await.iter().map(|(p, _)| p.identity().0.clone()).collect::<Vec<_>>(), ["a"]);
    let seen = a.wait_some("b joins", |event| match event {
        RoomEvent::ParticipantConnected(participant) => Some(participant),
        _ => None,
    });
    let seen = seen.await;
    assert_eq!((seen.identity().as_str(), seen.name().as_str()), ("b", "b's name"));
    assert_eq!(a.room.remote_participants().len(), 1);

    b.room.close().await.expect("it is left");
    assert_eq!(b.end().await, livekit::DisconnectReason::ClientInitiated);
    assert_eq!(b.room.connection_state(), ConnectionState::Disconnected);
    assert!(b.events.recv().await.is_none(), "nothing follows the end");
    assert!(matches!(b.room.close().await, Err(RoomError::AlreadyClosed)));
    let gone = a.wait_some("b leaves", |event| match event {
        RoomEvent::ParticipantDisconnected(participant) => Some(participant),
        _ => None,
    });
    assert_eq!(gone.await.disconnect_reason(), DisconnectReason::ClientInitiated);
    assert!(a.room.remote_participants().is_empty());
    // What is asked of a room that was left is an error, nothing worse.
    assert!(b.local().set_name("x".into()).await.is_err());
    assert!(b.local().publish_data(DataPacket::default()).await.is_err());
}

#[tokio::test]
async fn dropping_the_room_leaves_it() {
    let server = Server::start().await;
    let (mut a, mut b) = server.pair("room").await;
    drop(b.room);
    a.wait("b leaves", |event| matches!(event, RoomEvent::ParticipantDisconnected(_))).await;
    while let Some(event) = b.events.recv().await {
        if let RoomEvent::Disconnected { reason } = event {
            assert_eq!(reason, livekit::DisconnectReason::ClientInitiated);
        }
    }
}

#[tokio::test]
async fn giving_up_on_a_connect_leaves_nobody_behind() {
    let server = Server::start().await;
    let a = server.join("room", "a").await;
    let before = livekit::live_handles();
    for milliseconds in [0, 5, 20, 40, 60, 80] {
        let token = server.token("room", &format!("gives-up-{milliseconds}"));
        let url = server.url();
        let connect = Room::connect(&url, &token, RoomOptions::default());
        let waited = tokio::time::timeout(std::time::Duration::from_millis(milliseconds), connect).await;
        drop(waited);
    }
    eventually("all that gave up are gone", || {
        a.room.remote_participants().is_empty() && livekit::live_handles() <= before
    })
    .await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(a.room.remote_participants().is_empty());
}

#[tokio::test]
async fn a_refused_token_says_so() {
    let server = Server::start().await;
    let forged = token("another-secret-of-32-characters-or-more", "room", "a");
    let error = Room::connect(&server.url(), &forged, RoomOptions::default()).await.expect_err("it is refused");
    assert!(matches!(&error, RoomError::Engine(EngineError::Connection(_))), "{error:?}");
    assert!(error.to_string().contains("401"), "{error}");
    assert!(!error.to_string().contains(&forged), "{error}");
}

#[tokio::test]
async fn what_makes_no_sense_is_an_error() {
    let mut options = RoomOptions::default();
    options.join_retries = 0;
    for (url, token) in
        [("", ""), ("ws://", "x"), ("nonsense", "x"), ("ws://127.0.0.1:1", "a\nb"), ("ws://127.0.0.1:1", "")]
    {
        let error = Room::connect(url, token, options.clone()).await.expect_err("no room");
        assert!(matches!(error, RoomError::Engine(_)), "{url}: {error:?}");
    }
    options.rtc_config.ice_servers.push(livekit::webrtc::peer_connection_factory::IceServer {
        urls: vec!["not-an-ice-server".into()],
        username: String::new(),
        password: String::new(),
    });
    assert!(matches!(Room::connect("ws://127.0.0.1:1", "x", options).await, Err(RoomError::Internal(_))));
}

#[tokio::test]
async fn every_end_has_its_reason() {
    let server = Server::start().await;
    let mut first = server.join("room", "same").await;
    let mut second = server.join("room", "same").await;
    assert_eq!(first.end().await, livekit::DisconnectReason::DuplicateIdentity);
    assert_eq!(first.local().disconnect_reason(), DisconnectReason::DuplicateIdentity);
    eventually("the first room is closed", || first.events.is_closed()).await;
    assert!(matches!(first.room.close().await, Err(RoomError::AlreadyClosed)));

    server.rooms().remove_participant("room", "same").await.expect("removed");
    assert_eq!(second.end().await, livekit::DisconnectReason::ParticipantRemoved);

    let mut third = server.join("room", "third").await;
    server.rooms().delete_room("room").await.expect("deleted");
    assert_eq!(third.end().await, livekit::DisconnectReason::RoomDeleted);
}

#[tokio::test]
async fn what_the_server_changes_is_known_before_it_is_told() {
    let server = Server::start().await;
    let mut a = server.join("room", "a").await;
    server.rooms().update_room_metadata("room", "about it").await.expect("updated");
    let told = a.wait_some("the metadata", |event| match event {
        RoomEvent::RoomMetadataChanged { old_metadata, metadata } => Some((old_metadata, metadata)),
        _ => None,
    });
    assert_eq!(told.await, (String::new(), "about it".to_string()));
    assert_eq!(a.room.metadata(), "about it");
    let stats = a.room.get_stats().await.expect("statistics");
    assert!(!stats.publisher_stats.is_empty() || !stats.subscriber_stats.is_empty());
}
