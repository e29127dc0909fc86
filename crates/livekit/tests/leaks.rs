//! Many connects and closes, with no growth in memory or in the library's objects.

mod common;

use common::{Server, eventually};

/// Resident memory of this process in kB.
#[cfg(target_os = "linux")]
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("it is there");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a line");
    line.split_whitespace().nth(1).expect("a number").parse().expect("a number")
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_connects_and_closes_leave_nothing() {
    let server = Server::start().await;
    let before = livekit::live_handles();
    let mut early = 0;
    for round in 0..150 {
        if round == 50 {
            // By now the allocators have what a room needs at once.
            early = resident();
        }
        let (closes, drops) = tokio::join!(server.join("room", "a"), server.join("room", "b"));
        closes.room.close().await.expect("it is left");
        drop((closes, drops));
    }
    eventually("all objects are dropped", || livekit::live_handles() == before).await;
    let late = resident();
    println!("resident after 100 rooms: {early} kB, after 300: {late} kB");
    // 80 kB a room at most, which is allocators' noise (800 rooms end no higher); a room left behind is far more.
    assert!(late < early + 16_000, "memory grew from {early} kB to {late} kB");
}
