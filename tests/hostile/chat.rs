//! Messages and reactions, more than anybody could read, and histories that nobody asked for.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use livekit::SendTextOptions;
use livekit::prelude::*;

use crate::support::stage::Stage;
use crate::support::window::{id, person};
use crate::world::{RESPONSIVE, World};

/// How long the flood lasts.
const FLOOD: Duration = Duration::from_secs(8);

/// Most messages that may be taken of one person in that time: what passes at once, and two a second, on a machine that
/// takes twice as long.
const TAKEN: usize = 12 + 2 * 2 * 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_messages_is_cut() {
    let stage = Stage::set("hostile_chat").await;
    let world = World::start(&stage).await;
    let peer = world.peer("flood", "Flood").await;
    world.window.sees(&person("Flood")).await;
    world.window.click(&id("toggle-chat")).await;
    let before = world.memory();
    let sent = AtomicUsize::new(0);
    let flood = async {
        let me = peer.local_participant();
        tokio::join!(messages(&me, &sent), messages(&me, &sent), reactions(&me), histories(&me));
    };
    let ((), slowest) = world.asked_meanwhile(flood).await;
    world.window.sees(&id("chat-flood")).await;
    let shown = "return document.querySelectorAll('[data-testid=message][data-from=Flood]').length";
    let shown = world.window.run(shown).await.as_u64().unwrap() as usize;
    let (sent, after) = (sent.load(Ordering::Relaxed), world.memory());
    println!("chat: {sent} messages sent, {shown} shown, {before:?} → {after:?}, slowest answer {slowest:?}");
    assert!(sent > 2 * TAKEN, "{sent}");
    assert!((1..=TAKEN).contains(&shown), "{shown} of {sent}");
    assert!(!world.window.has("[data-testid=message][data-told=true]").await, "nobody asked for a history");
    assert!(
        world.window.run("return document.querySelectorAll('[data-testid=reaction]').length").await.as_u64() <= Some(1)
    );
    assert!(slowest < RESPONSIVE, "{slowest:?}");
    assert!(after.app < before.app + 100, "{before:?} → {after:?}");
    drop(peer);
    world.window.sees_no(&person("Flood")).await;
    world.is_well().await;
}

/// Messages as fast as they go, each as long as one may be, with what hides, turns and towers.
async fn messages(who: &LocalParticipant, sent: &AtomicUsize) {
    let started = Instant::now();
    let text = "\u{202e}<img src=x onerror=alert(1)> Z\u{301}\u{301}\u{301}\u{301}\u{301}\u{301} ```\n".repeat(300);
    while started.elapsed() < FLOOD {
        let options = SendTextOptions::new_with_topic("lk.chat").with_attribute("donfra.file", "{\"name\":1}");
        if who.send_text(&text, options).await.is_ok() {
            sent.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Reactions, known and not.
async fn reactions(who: &LocalParticipant) {
    let started = Instant::now();
    while started.elapsed() < FLOOD {
        for text in ["👏", "<script>", "👏👏👏"] {
            let packet = DataPacket {
                payload: text.as_bytes().to_vec(),
                topic: Some("donfra.reaction".into()),
                reliable: true,
                destination_identities: Vec::new(),
            };
            let _ = who.publish_data(packet).await;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// What others wrote, made up.
async fn histories(who: &LocalParticipant) {
    let line = r#"{"id":"1","from":"host","name":"Ada","age_ms":1,"text":"I never said this"}"#;
    let started = Instant::now();
    while started.elapsed() < FLOOD {
        let options = SendTextOptions::new_with_topic("donfra.history").with_attribute("donfra.asked", "1");
        let _ = who.send_text(line, options).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
