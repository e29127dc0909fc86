//! Names, metadata and attributes of a megabyte, again and again.

use std::collections::HashMap;
use std::time::Duration;

use livekit::prelude::*;

use crate::support::stage::Stage;
use crate::world::{Memory, RESPONSIVE, World};

/// Rounds of changes; memory must have levelled after the first half.
const ROUNDS: usize = 6;

/// Changes of each kind in a round.
const CHANGES: usize = 2;

/// A megabyte of what is worst to be shown: nothing wide, what turns directions, HTML, towers of accents.
fn megabyte(of: usize) -> String {
    let unit = ["\u{202e}<img src=x onerror=alert(1)>\u{200b}", "\u{200d}", "Z\u{301}\u{301}\u{301}", "漢字 "][of % 4];
    unit.repeat((1 << 20) / unit.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_and_metadata_of_megabytes_are_let_go_of() {
    let stage = Stage::set("hostile_names").await;
    let world = World::start(&stage).await;
    let peer = world.peer("names", "Names").await;
    world.window.sees(&crate::support::window::person("Names")).await;
    let before = world.memory();
    let (rounds, slowest) = world.asked_meanwhile(rounds(&world, &peer)).await;
    println!("names: {before:?} → {rounds:?}, slowest answer {slowest:?}");
    assert!(slowest < RESPONSIVE, "{slowest:?}");
    let most = |rounds: &[Memory]| rounds.iter().map(|memory| memory.app).max().unwrap_or(0);
    let (early, late) = rounds.split_at(ROUNDS / 2);
    assert!(most(late) < before.app + 200, "{before:?} → {rounds:?}");
    assert!(most(late) < most(early) + 32, "memory has levelled: {rounds:?}");

    // The last name is shown, cut to what fits.
    peer.local_participant().set_name(format!("Names again {}", "x".repeat(1 << 20))).await.unwrap();
    donfra_testbed::eventually("the new name is shown", async || {
        let script = "return [...document.querySelectorAll('[data-testid=participant]')]\
                      .map(entry => entry.dataset.name).find(name => name.startsWith('Names again')) ?? ''";
        let name = world.window.run(script).await;
        let length = name.as_str().map_or(0, |name| name.chars().count());
        assert!(length < 120, "{length} characters");
        (length > 20).then_some(())
    })
    .await;
    peer.close().await.unwrap();
    world.is_well().await;
}

/// Memory after each round.
async fn rounds(world: &World<'_>, peer: &Room) -> Vec<Memory> {
    let who = peer.local_participant();
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        for change in 0..CHANGES {
            let text = megabyte(round * CHANGES + change);
            // A refusal, or no answer in time, is as good: what matters is what arrives.
            let _ = who.set_name(text.clone()).await;
            let _ = who.set_metadata(text.clone()).await;
            // The key is always the same: others would be kept beside it.
            let attributes = HashMap::from([("role".to_owned(), text), ("k".repeat(1 << 20), "host".to_owned())]);
            let _ = who.set_attributes(attributes).await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        rounds.push(world.memory());
    }
    rounds
}
