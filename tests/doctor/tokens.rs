//! Tokens that are for something else, or of another time; clocks that are wrong.

use std::path::PathBuf;

use crate::support::{Doctor, StandIn, World};

#[tokio::test]
async fn tokens_that_are_for_something_else_or_none() {
    let world = World::well().await;
    let right = StandIn::of(&world.livekit.url());
    let service = StandIn { room: "another-room".into(), ..right.clone() };
    Doctor::of(&service.serve().await).run().await.fails("token", "token_other_room");
    let service = StandIn { room_join: false, ..right.clone() };
    Doctor::of(&service.serve().await).run().await.fails("token", "token_may_not_join");
    let service = StandIn { lifetime: -3600, ..right.clone() };
    Doctor::of(&service.serve().await).run().await.fails("token", "token_expired").says("1 h");
    let token = "not-a-token-but-something-secret";
    let service = StandIn { token: Some(token.into()), ..right };
    Doctor::of(&service.serve().await).secret(token).run().await.fails("token", "token_unreadable");
}

/// The service's clock is two hours behind LiveKit's, so its tokens have run out when they arrive; or ahead, so they are
/// not valid yet.
#[tokio::test]
async fn a_service_with_a_wrong_clock() {
    let world = World::well().await;
    for (clock, words) in [(-7230, "2 h behind"), (10_830, "3 h ahead")] {
        let service = StandIn { clock, ..StandIn::of(&world.livekit.url()) };
        let report = Doctor::of(&service.serve().await).run().await;
        assert_eq!(report.check("livekit_token")["verdict"], "failed", "{:#}", report.json);
        report.fails("livekit_token", "clock_off").says(words);
    }
}

#[tokio::test]
async fn a_session_server_with_a_wrong_clock() {
    let world = World::with(|config, _| {
        config.env.extend(clock("-2h"));
        config.needs_livekit = false;
    })
    .await;
    Doctor::of(&world.server.api()).run().await.fails("livekit_token", "clock_off").says("2 h behind");
}

#[tokio::test]
async fn this_computer_with_a_wrong_clock() {
    let world = World::well().await;
    let mut doctor = Doctor::of(&world.server.api());
    for (name, value) in clock("+3h") {
        doctor = doctor.env(&name, &value);
    }
    // The media is not looked at: WebRTC does not bear the faked clock on a busy machine.
    let report = doctor.run().await;
    let clock = report.check("clock");
    assert_eq!((&clock["verdict"], &clock["cause"]), (&"warning".into(), &"clock_off".into()), "{clock:#}");
    assert!(clock["seen"].as_str().unwrap().contains("3 h"), "{clock:#}");
}

/// The environment of a program whose clock is wrong by so much.
fn clock(off: &str) -> [(String, String); 3] {
    let library = std::fs::read_dir("/usr/lib").unwrap().flatten().map(|folder| folder.path());
    let library = library.map(|folder| folder.join("faketime/libfaketimeMT.so.1")).find(|path| path.exists());
    let library: PathBuf = library.expect("libfaketime (package libfaketime)");
    let monotonic = ("FAKETIME_DONT_FAKE_MONOTONIC".into(), "1".into());
    [("LD_PRELOAD".into(), library.display().to_string()), ("FAKETIME".into(), off.into()), monotonic]
}
