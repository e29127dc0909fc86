//! Data packets, chat and streams, more than anybody could read.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use livekit::prelude::*;
use livekit::{StreamByteOptions, StreamTextOptions, StreamWriter};

use crate::support::stage::Stage;
use crate::world::{RESPONSIVE, World};

/// How long each flood lasts.
const FLOOD: Duration = Duration::from_secs(8);

/// Packets a second that are aimed at. How many it becomes is the machine's affair, which the figures printed tell: the
/// senders of this process alone want nearly 1 ms of CPU for each.
const RATE: usize = 10_000;

/// Who send, each packets of one kind: what one connection takes is bounded by LiveKit and the library.
const PEERS: usize = 4;

/// So many packets of each are under way at a time: the library answers every one.
const SENDERS: usize = 16;

/// Streams that are opened and never closed.
const STREAMS: usize = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn data_that_nobody_wants_does_not_pile_up() {
    let stage = Stage::set("hostile_floods").await;
    let world = World::start(&stage).await;
    let mut peers = Vec::new();
    for number in 0..PEERS {
        peers.push(world.peer(&format!("flood-{number}"), "Flood").await);
    }
    // One that counts what arrives, as it does at the window. Only the two get it: what each of the others would be sent,
    // too, is no more for the window, and less for all.
    let (counter, received) = world.counter("counter").await;
    world.window.sees(&crate::support::window::person("Flood")).await;
    let me = world.window.attribute("[data-testid=participant]", "data-identity").await;
    let to = [me.into(), counter.local_participant().identity()];
    let before = world.memory();
    let processes = [std::process::id(), world.livekit_process(), world.window.app()];
    let used = processes.map(cpu_ms);
    let from = world.patches().await;
    let sent = AtomicUsize::new(0);
    let flood = async {
        let who: Vec<_> = peers.iter().map(Room::local_participant).collect();
        let senders = who.iter().enumerate().flat_map(|(number, who)| {
            let (reliable, size) = if number % 2 == 1 { (true, 200) } else { (false, 40) };
            let (sent, to) = (&sent, &to);
            (0..SENDERS).map(move |_| packets(who, to, reliable, size, sent))
        });
        tokio::join!(futures_util::future::join_all(senders), chat(&who[0]), streams(&who[1]));
    };
    let ((), slowest) = world.asked_meanwhile(flood).await;
    let patches = world.patches().await - from;
    let at_once = world.memory();
    let used: Vec<_> = processes.iter().zip(used).map(|(process, before)| cpu_ms(*process) - before).collect();
    // What was on the way arrives or is dropped.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let after = world.memory();
    let arrived = received.load(Ordering::Relaxed) as f64 / FLOOD.as_secs_f64();
    let rate = sent.load(Ordering::Relaxed) as f64 / FLOOD.as_secs_f64();
    println!(
        "floods: {rate:.0} packets/s sent, {arrived:.0}/s arrive; in {FLOOD:?} senders, LiveKit and the app used {used:?} ms \
         of CPU, {:.2} ms a packet; {before:?} → {at_once:?} → {after:?}, slowest answer {slowest:?}, \
         {patches} patches",
        used.iter().sum::<u64>() as f64 / sent.load(Ordering::Relaxed).max(1) as f64
    );
    assert!(slowest < RESPONSIVE, "{slowest:?}");
    assert!(patches < 15 * FLOOD.as_secs(), "what says nothing of anybody is no patch: {patches}");
    assert!(at_once.app.max(after.app) < before.app + 200, "{before:?} → {at_once:?} → {after:?}");
    drop((peers, counter));
    world.window.sees_no(&crate::support::window::person("Flood")).await;
    world.is_well().await;
}

/// CPU time that a process has used, ms.
fn cpu_ms(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(") ").map(|(_, fields)| fields.split_whitespace()).into_iter().flatten();
    // In user mode and in the kernel, in hundredths of a second.
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10
}

/// Packets of any bytes, as fast as they are taken, up to this sender's share of [`RATE`].
async fn packets(who: &LocalParticipant, to: &[ParticipantIdentity], reliable: bool, size: usize, sent: &AtomicUsize) {
    let started = Instant::now();
    let mut count = 0;
    while started.elapsed() < FLOOD {
        // No UTF-8, no JSON, no protocol.
        let payload: Vec<u8> = (0..size).map(|at| (at * 37 + count * 101) as u8 | 0x80).collect();
        let topic = Some(["lk.chat", "lk-chat-topic", "\u{202e}\0", "__proto__"][count % 4].to_owned());
        let packet = DataPacket { payload, topic, reliable, destination_identities: to.to_vec() };
        if who.publish_data(packet).await.is_ok() {
            sent.fetch_add(1, Ordering::Relaxed);
        }
        count += 1;
        let due = (started.elapsed().as_secs_f64() * RATE as f64) as usize / (PEERS * SENDERS);
        if count > due {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// Chat messages of the older kind.
async fn chat(who: &LocalParticipant) {
    let started = Instant::now();
    while started.elapsed() < FLOOD {
        let _ = who.send_chat_message("<b>\u{202e}".repeat(500), None, None).await;
    }
}

/// Streams that begin and never end, and one that goes on and on.
async fn streams(who: &LocalParticipant) {
    let mut open = Vec::new();
    for number in 0..STREAMS {
        let options = StreamTextOptions::new_with_topic(format!("topic {number}"));
        if let Ok(writer) = who.stream_text(options).await {
            let _ = writer.write("\u{200b}never to be read").await;
            open.push(writer);
        }
    }
    let Ok(writer) = who.stream_bytes(StreamByteOptions::new_with_topic("endless")).await else { return };
    let started = Instant::now();
    while started.elapsed() < FLOOD / 2 {
        if writer.write(&[0xff; 15_000]).await.is_err() {
            break;
        }
    }
}
