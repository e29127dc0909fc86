//! What people say in data: packets, streams, RPC, and what they say of themselves.

mod common;

use std::{collections::HashMap, time::Duration};

use common::{Person, Server, eventually};
use futures_util::StreamExt;
use livekit::{
    ByteStreamReader, SendByteOptions, SendTextOptions, StreamByteOptions, StreamReader, StreamTextOptions,
    StreamWriter, TextStreamReader, prelude::*,
};

async fn text_reader(person: &mut Person) -> TextStreamReader {
    person
        .wait_some("a text stream", |event| match event {
            RoomEvent::TextStreamOpened { reader, topic, participant_identity } => {
                assert_eq!((topic.as_str(), participant_identity.as_str()), ("topic", "a"));
                let taken = reader.take();
                assert!(reader.is_taken());
                taken
            }
            _ => None,
        })
        .await
}

async fn byte_reader(person: &mut Person) -> ByteStreamReader {
    person
        .wait_some("a byte stream", |event| match event {
            RoomEvent::ByteStreamOpened { reader, .. } => reader.take(),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn packets_arrive_as_they_were_sent() {
    let server = Server::start().await;
    let (a, mut b) = server.pair("room").await;
    for (reliable, payload) in [(true, vec![0; 15_000]), (false, b"small".to_vec()), (true, Vec::new())] {
        let packet = DataPacket {
            payload: payload.clone(),
            topic: Some("topic".into()),
            reliable,
            destination_identities: vec!["b".into()],
        };
        a.local().publish_data(packet).await.expect("it is sent");
        let came = b.wait_some("the packet", |event| match event {
            RoomEvent::DataReceived { payload, topic, kind, participant } => Some((payload, topic, kind, participant)),
            _ => None,
        });
        let (came, topic, kind, sender) = came.await;
        assert_eq!(*came, payload);
        assert_eq!(topic.as_deref(), Some("topic"));
        assert_eq!(kind, if reliable { DataPacketKind::Reliable } else { DataPacketKind::Lossy });
        assert_eq!(sender.expect("a sender").identity().as_str(), "a");
    }
}

#[tokio::test]
async fn texts_of_any_length_arrive_whole() {
    let server = Server::start().await;
    let (a, mut b) = server.pair("room").await;
    let long = "Grüße ✓ ".repeat(20_000);
    for text in ["hello", &long, ""] {
        let options = SendTextOptions::new_with_topic("topic").with_attribute("key", "value");
        let info = a.local().send_text(text, options).await.expect("it is sent");
        assert_eq!(info.topic, "topic");
        let reader = text_reader(&mut b).await;
        assert_eq!(reader.info().id, info.id);
        assert_eq!(reader.info().attributes().get("key").map(String::as_str), Some("value"));
        assert_eq!(reader.read_all().await.expect("it is read"), text);
    }

    let writer = a.local().stream_text(StreamTextOptions::new_with_topic("topic")).await.expect("a writer");
    writer.write("first ").await.expect("written");
    let mut reader = text_reader(&mut b).await;
    assert_eq!(reader.next().await.expect("a chunk").expect("text"), "first ");
    writer.write("second").await.expect("written");
    writer.close().await.expect("closed");
    assert_eq!(reader.read_all().await.expect("the rest"), "second");

    // One that is broken off is an error to the reader, and one that nobody reads is nobody's trouble.
    let writer = a.local().stream_text(StreamTextOptions::new_with_topic("topic")).await.expect("a writer");
    writer.close_with_reason("interrupted").await.expect("closed");
    assert!(text_reader(&mut b).await.read_all().await.is_err());
    a.local().send_text(&long, SendTextOptions::new_with_topic("topic")).await.expect("it is sent");
    drop(text_reader(&mut b).await);
}

#[tokio::test]
async fn bytes_and_files_arrive_whole() {
    let server = Server::start().await;
    let (a, mut b) = server.pair("room").await;
    let bytes: Vec<u8> = (0..200_000_u32).map(|n| (n * 7) as u8).collect();
    let options = SendByteOptions::new_with_topic("topic").with_name("n").with_mime_type("x/y");
    a.local().send_bytes(&bytes, options).await.expect("it is sent");
    let reader = byte_reader(&mut b).await;
    assert_eq!((reader.info().name.as_str(), reader.info().mime_type.as_str()), ("n", "x/y"));
    assert_eq!(reader.info().total_length, Some(bytes.len() as u64));
    assert_eq!(reader.read_all().await.expect("it is read"), bytes);

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file.bin");
    std::fs::write(&file, &bytes).expect("written");
    a.local().send_file(&file, SendByteOptions::new_with_topic("topic")).await.expect("it is sent");
    let reader = byte_reader(&mut b).await;
    assert_eq!(reader.info().name, "file.bin");
    let copy = reader.write_to_file(Some(folder.path()), Some("copy")).await.expect("it is written");
    assert_eq!(std::fs::read(copy).expect("it is there"), bytes);

    let writer = a.local().stream_bytes(StreamByteOptions::new_with_topic("topic")).await.expect("a writer");
    writer.write(&bytes).await.expect("written");
    writer.close().await.expect("closed");
    assert_eq!(byte_reader(&mut b).await.read_all().await.expect("it is read"), bytes);
}

#[tokio::test]
async fn methods_are_called_across_the_room() {
    let server = Server::start().await;
    let (a, b) = server.pair("room").await;
    b.local().register_rpc_method("shout".into(), |call| {
        Box::pin(async move { Ok(format!("{} {}", call.caller_identity, call.payload.to_uppercase())) })
    });
    b.local().register_rpc_method("fail".into(), |_| {
        Box::pin(async { Err(RpcError::new(1234, "no".into(), Some("why".into()))) })
    });
    b.local().register_rpc_method("panic".into(), |_| Box::pin(async { panic!("on purpose") }));
    b.local().register_rpc_method("hang".into(), |_| Box::pin(std::future::pending()));

    let call = |method: &str| PerformRpcData::new("b", method).with_payload("hello");
    assert_eq!(a.local().perform_rpc(call("shout")).await.expect("an answer"), "a HELLO");
    let error = a.local().perform_rpc(call("fail")).await.expect_err("an error");
    assert_eq!((error.code, error.message.as_str(), error.data.as_deref()), (1234, "no", Some("why")));
    let error = a.local().perform_rpc(call("panic")).await.expect_err("an error");
    assert_eq!(error.code, RpcErrorCode::ApplicationError as u32);
    let hang = call("hang").with_response_timeout(Duration::from_secs(2));
    let error = a.local().perform_rpc(hang).await.expect_err("an error");
    assert_eq!(error.code, RpcErrorCode::ResponseTimeout as u32);
    b.local().unregister_rpc_method("shout".into());
    let error = a.local().perform_rpc(call("shout")).await.expect_err("an error");
    assert_eq!(error.code, RpcErrorCode::UnsupportedMethod as u32);
}

#[tokio::test]
async fn what_people_say_of_themselves_is_told_to_all() {
    let server = Server::start().await;
    let (a, mut b) = server.pair("room").await;
    a.local().set_metadata("about".into()).await.expect("set");
    a.local().set_name("new name".into()).await.expect("set");
    a.local().set_attributes(HashMap::from([("role".into(), "host".into())])).await.expect("set");
    let changed = b.wait_some("the attributes", |event| match event {
        RoomEvent::ParticipantAttributesChanged { participant, changed_attributes } => {
            assert_eq!(participant.identity().as_str(), "a");
            Some(changed_attributes)
        }
        _ => None,
    });
    assert_eq!(changed.await, HashMap::from([("role".to_string(), "host".to_string())]));
    let remote = b.room.remote_participants().remove(&"a".into()).expect("a is there");
    assert_eq!((remote.metadata().as_str(), remote.name().as_str()), ("about", "new name"));
    assert_eq!(remote.attributes().get("role").map(String::as_str), Some("host"));
    eventually("one's own view is the same", || {
        a.local().name() == "new name" && a.local().attributes().len() == 1 && a.local().metadata() == "about"
    })
    .await;
}
