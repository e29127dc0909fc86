//! End-to-end encryption of data: with the right key, with a wrong one, with none.

mod common;

use std::time::Duration;

use common::{Person, Server};
use livekit::{
    SendTextOptions, StreamReader,
    e2ee::{
        E2eeOptions, EncryptionType,
        key_provider::{KeyProvider, KeyProviderOptions},
    },
    prelude::*,
};

fn with_key(key: &str) -> RoomOptions {
    let key_provider = KeyProvider::with_shared_key(KeyProviderOptions::default(), key.as_bytes().to_vec());
    let mut options = RoomOptions::default();
    options.encryption = Some(E2eeOptions { encryption_type: EncryptionType::Gcm, key_provider });
    options
}

async fn say(from: &Person, text: &str) {
    let packet = DataPacket { payload: text.into(), reliable: true, ..Default::default() };
    from.local().publish_data(packet).await.expect("it is sent");
}

/// What arrives within a while.
async fn heard(person: &mut Person, within: Duration) -> Option<String> {
    let packet = async {
        while let Some(event) = person.events.recv().await {
            if let RoomEvent::DataReceived { payload, .. } = event {
                return Some(String::from_utf8_lossy(&payload).into_owned());
            }
        }
        None
    };
    tokio::time::timeout(within, packet).await.ok().flatten()
}

#[tokio::test]
async fn only_the_right_key_reads() {
    let server = Server::start().await;
    let mut a = server.join_with("room", "a", with_key("right")).await;
    let mut same = server.join_with("room", "same", with_key("right")).await;
    let mut other = server.join_with("room", "other", with_key("wrong")).await;
    let mut none = server.join("room", "none").await;
    assert!(a.room.e2ee_manager().enabled() && a.room.e2ee_manager().is_dc_encryption_enabled());
    assert_eq!(a.room.e2ee_manager().encryption_type(), EncryptionType::Gcm);
    assert!(!none.room.e2ee_manager().enabled());
    a.wait(
        "all are there",
        |event| matches!(event, RoomEvent::ParticipantActive(p) if p.identity().as_str() == "none"),
    )
    .await;

    say(&a, "secret").await;
    assert_eq!(heard(&mut same, common::PATIENCE).await.as_deref(), Some("secret"));
    let (wrong, without) =
        tokio::join!(heard(&mut other, Duration::from_secs(1)), heard(&mut none, Duration::from_secs(1)));
    assert_eq!((wrong, without), (None, None));

    a.local().send_text("a secret text", SendTextOptions::new_with_topic("topic")).await.expect("it is sent");
    let reader = same.wait_some("the text", |event| match event {
        RoomEvent::TextStreamOpened { reader, .. } => reader.take(),
        _ => None,
    });
    let reader = reader.await;
    assert_eq!(reader.info().encryption_type, EncryptionType::Gcm);
    assert_eq!(reader.read_all().await.expect("it is read"), "a secret text");

    // A new key is taken up while the room goes on.
    let provider = other.room.e2ee_manager().key_provider().expect("a key provider");
    provider.set_shared_key(b"right".to_vec(), 0);
    say(&a, "once more").await;
    let mut last = None;
    while last.as_deref() != Some("once more") {
        last = heard(&mut other, common::PATIENCE).await;
        assert!(last.is_some(), "the right key reads");
    }
}

#[tokio::test]
async fn impossible_keys_are_refused() {
    let provider = KeyProvider::with_shared_key(KeyProviderOptions::default(), b"key".to_vec());
    assert!(!provider.set_key(&"a".into(), 16, b"x".to_vec()));
    assert!(!provider.set_key(&"a".into(), -1, b"x".to_vec()));
    assert!(provider.set_key(&"a".into(), 15, b"x".to_vec()));
    assert_eq!(provider.get_key(&"a".into(), 15), Some(b"x".to_vec()));
    assert_eq!(provider.get_shared_key(0), Some(b"key".to_vec()));
    let options = KeyProviderOptions { key_ring_size: 0, ..Default::default() };
    let mut room = RoomOptions::default();
    let key_provider = KeyProvider::new(options);
    room.encryption = Some(E2eeOptions { encryption_type: EncryptionType::Gcm, key_provider });
    assert!(matches!(Room::connect("ws://127.0.0.1:1", "x", room).await, Err(RoomError::Internal(_))));
}
