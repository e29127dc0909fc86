//! Five hundred people who join at once.
//!
//! Each is a real participant with the least that makes one: the signalling connection of a client (a WebSocket with a
//! token), read and kept open, without media. Five hundred clients with their peer connections would measure this
//! machine, not the window.

use std::time::{Duration, Instant};

use donfra_testbed::within;
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

use crate::support::stage::Stage;
use crate::world::{RESPONSIVE, World};

/// How many.
const CROWD: usize = 500;

/// Longest that they may take to be in, on any machine: the server's work, mostly.
const ENTRY: Duration = Duration::from_secs(150);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_join_at_once() {
    let stage = Stage::set("hostile_crowd").await;
    let world = World::start(&stage).await;
    let before = world.memory();
    let (from, started) = (world.patches().await, Instant::now());
    let mut crowd: JoinSet<()> = (0..CROWD).map(|number| stay(&world, number)).collect();
    let here = async {
        within(ENTRY, "all are in", async || (count(&world).await == CROWD + 1).then_some(())).await;
    };
    let ((), slowest) = world.asked_meanwhile(here).await;
    let took = started.elapsed();
    let patches = world.patches().await - from;
    let there = world.memory();
    let script = "return { listed: document.querySelectorAll('[data-testid=participant]').length, \
                  tiles: document.querySelectorAll('[data-testid=tile]').length, \
                  elements: document.querySelectorAll('*').length, \
                  others: document.querySelector('[data-testid=others]')?.textContent.trim() }";
    let page = world.window.run(script).await;
    println!(
        "crowd: {CROWD} in after {took:?}, {patches} patches ({:.1}/s), {before:?} → {there:?}, slowest answer \
         {slowest:?}, {page}",
        patches as f64 / took.as_secs_f64()
    );
    assert!(slowest < RESPONSIVE, "{slowest:?}");
    assert!(patches as f64 / took.as_secs_f64() < 15.0, "{patches} patches in {took:?}");
    assert!(page["listed"].as_u64().unwrap() <= 60 && page["tiles"].as_u64().unwrap() <= 30, "{page}");
    assert!(there.app < before.app + 200 && there.page < before.page + 200, "{before:?} → {there:?}");
    world.is_well().await;

    // All gone at once, as well.
    crowd.abort_all();
    let gone = async {
        within(ENTRY, "all are gone", async || (count(&world).await == 1).then_some(())).await;
    };
    let ((), slowest) = world.asked_meanwhile(gone).await;
    println!("crowd: gone {:?} later, {:?}, slowest answer {slowest:?}", started.elapsed() - took, world.memory());
    assert!(slowest < RESPONSIVE, "{slowest:?}");
    world.is_well().await;
}

/// Joins and stays, letting go of what comes, until aborted.
fn stay(world: &World<'_>, number: usize) -> impl Future<Output = ()> + use<> {
    let token = world.token(&format!("crowd-{number}"), &format!("Guest {number}"));
    let address = world.signalling();
    let url = format!("ws://{address}/rtc?access_token={token}&protocol=15&auto_subscribe=0&sdk=js&version=2.0.0");
    async move {
        let stream = TcpStream::connect(address).await.expect("LiveKit listens");
        let (mut socket, _) = client_async(url, stream).await.expect("LiveKit takes the connection");
        let mut alive = tokio::time::interval(Duration::from_secs(5));
        loop {
            tokio::select! {
                message = socket.next() => if !matches!(message, Some(Ok(_))) { return },
                _ = alive.tick() => if socket.send(Message::Ping(Vec::new().into())).await.is_err() { return },
            }
        }
    }
}

/// How many the window counts.
async fn count(world: &World<'_>) -> usize {
    world.window.text("[data-testid=people-count]").await.parse().unwrap_or(0)
}
