//! The server goes away, and comes back or not; the connection breaks and is restored.

mod common;

use common::Server;
use livekit::{ConnectionState, SimulateScenario, prelude::*};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_room_goes_on_when_the_server_comes_back() {
    let mut server = Server::start().await;
    let mut a = server.join("room", "a").await;
    server.kill();
    a.wait("the outage is noticed", |event| matches!(event, RoomEvent::Reconnecting)).await;
    assert_eq!(a.room.connection_state(), ConnectionState::Reconnecting);
    server.restart().await;
    a.wait("the connection is back", |event| matches!(event, RoomEvent::Reconnected)).await;
    assert_eq!(a.room.connection_state(), ConnectionState::Connected);
    // It is a room that works, with someone who comes only now.
    let mut b = server.join("room", "b").await;
    a.wait("b is there", |event| matches!(event, RoomEvent::ParticipantActive(_))).await;
    let packet = DataPacket { payload: b"hello".to_vec(), reliable: true, ..Default::default() };
    a.local().publish_data(packet).await.expect("it is sent");
    b.wait("it arrives", |event| matches!(event, RoomEvent::DataReceived { .. })).await;
    a.room.close().await.expect("it is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_can_be_left_while_the_server_is_away() {
    let mut server = Server::start().await;
    let mut a = server.join("room", "a").await;
    server.kill();
    a.wait("the outage is noticed", |event| matches!(event, RoomEvent::Reconnecting)).await;
    let left = tokio::time::timeout(common::PATIENCE, a.room.close()).await.expect("it does not hang");
    left.expect("it is left");
    assert_eq!(a.end().await, livekit::DisconnectReason::ClientInitiated);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_connection_is_restored_both_ways() {
    let server = Server::start().await;
    let (mut a, _b) = server.pair("room").await;
    for scenario in [SimulateScenario::SignalReconnect, SimulateScenario::FullReconnect] {
        a.room.simulate_scenario(scenario).await.expect("it breaks");
        a.wait("it is noticed", |event| matches!(event, RoomEvent::Reconnecting)).await;
        a.wait("it is restored", |event| matches!(event, RoomEvent::Reconnected)).await;
        assert_eq!(a.room.connection_state(), ConnectionState::Connected);
    }
}
