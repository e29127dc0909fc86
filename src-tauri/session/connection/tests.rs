use super::*;

fn new() -> Connection {
    Connection::new(GIVES_UP)
}

fn seconds(s: f64) -> Duration {
    Duration::from_secs_f64(s)
}

fn stage(connection: &Connection, now: Instant) -> Option<(ReconnectStage, u32)> {
    match connection.phase(now) {
        Phase::Reconnecting { stage, attempt, .. } => Some((stage, attempt)),
        _ => None,
    }
}

#[test]
fn a_short_silence_passes_by_itself() {
    let (mut connection, start) = (new(), Instant::now());
    connection.hears(Channel::Media, false, start);
    assert_eq!(stage(&connection, start), Some((ReconnectStage::Noticed, 0)));
    assert_eq!(connection.tick(start + seconds(1.)), None);
    connection.hears(Channel::Media, true, start + seconds(1.));
    assert_eq!(connection.phase(start + seconds(1.)), Phase::Connected);
    assert_eq!(connection.tick(start + seconds(500.)), None, "what is over is not given up");
}

#[test]
fn the_sdk_gets_its_time_once_livekit_answers_again() {
    let (mut connection, start) = (new(), Instant::now());
    connection.hears(Channel::Media, false, start);
    connection.resuming(start + seconds(15.));
    assert_eq!(stage(&connection, start), Some((ReconnectStage::Resuming, 1)));
    assert_eq!(connection.tick(start + seconds(59.)), None, "no network: nothing else would do better");
    connection.reaches(true, start + seconds(60.));
    assert_eq!(connection.tick(start + seconds(63.)), None);
    connection.reaches(true, start + seconds(63.));
    assert_eq!(connection.tick(start + seconds(64.)), Some(Order::Rejoin));
    assert_eq!(connection.tick(start + seconds(64.)), None, "one attempt at a time");
    connection.restored();
    assert!(!connection.is_lost());
}

#[test]
fn an_sdk_that_is_done_is_left_alone() {
    let (mut connection, start) = (new(), Instant::now());
    connection.resuming(start);
    connection.reaches(true, start);
    connection.restored();
    assert_eq!(connection.tick(start + seconds(10.)), None);
    // The next loss has all its time again.
    connection.resuming(start + seconds(200.));
    assert_eq!(connection.tick(start + seconds(201.)), None);
}

#[test]
fn the_room_is_entered_anew_when_the_sdk_gives_up() {
    let (mut connection, mut now) = (new(), Instant::now());
    let start = now;
    assert_eq!(connection.ended(EndReason::ConnectionLost, now), Order::Rejoin);
    connection.reaches(true, now);
    let mut attempts = 1;
    while connection.failed(Setback::Again, 0.5, now).is_none() {
        assert_eq!(connection.tick(now), None, "there is a pause first");
        now += seconds(5.);
        match connection.tick(now) {
            Some(Order::Rejoin) => attempts += 1,
            order => {
                assert_eq!(order, Some(Order::End(EndReason::ConnectionLost)));
                break;
            }
        }
        assert_eq!(stage(&connection, now), Some((ReconnectStage::Rejoining, attempts)));
    }
    assert_eq!(now - start, GIVES_UP);
    assert_eq!(attempts, 24);
}

#[test]
fn what_somebody_wanted_is_not_undone() {
    for reason in [EndReason::EndedByHost, EndReason::Removed, EndReason::DuplicateIdentity, EndReason::RoomGone] {
        assert_eq!(new().ended(reason, Instant::now()), Order::End(reason));
    }
    let mut connection = new();
    let now = Instant::now();
    connection.ended(EndReason::ConnectionLost, now);
    let over = Setback::Over(EndReason::EndedByHost);
    assert_eq!(connection.failed(over, 0., now), Some(Order::End(EndReason::EndedByHost)));
}

#[test]
fn sleeping_does_not_count() {
    let (mut connection, start) = (new(), Instant::now());
    connection.woke(start);
    assert_eq!(stage(&connection, start), Some((ReconnectStage::Noticed, 0)));
    connection.ended(EndReason::ConnectionLost, start);
    connection.failed(Setback::Again, 1., start);
    let later = start + seconds(3600.);
    connection.woke(later);
    assert_eq!(connection.tick(later), Some(Order::Rejoin), "at once, not given up");
}

#[test]
fn the_signal_may_be_lost_while_media_arrives() {
    let (mut connection, start) = (new(), Instant::now());
    connection.resuming(start);
    connection.hears(Channel::Media, true, start + seconds(1.));
    assert!(connection.is_lost(), "who comes and goes is not known meanwhile");
    connection.reaches(true, start + seconds(1.));
    assert_eq!(connection.tick(start + seconds(6.)), Some(Order::Rejoin));
}

#[test]
fn a_dead_signal_connection_is_replaced_once_livekit_answers() {
    let (mut connection, start) = (new(), Instant::now());
    connection.hears(Channel::Signal, false, start);
    assert_eq!(stage(&connection, start), Some((ReconnectStage::Noticed, 0)));
    connection.hears(Channel::Media, true, start);
    assert!(connection.is_lost(), "media alone is not enough");
    assert_eq!(connection.tick(start + seconds(9.)), None, "nobody would answer");
    connection.reaches(true, start + seconds(10.));
    assert_eq!(connection.tick(start + seconds(10.5)), None, "it may only be slow");
    assert_eq!(connection.tick(start + seconds(11.)), Some(Order::Resume));
    connection.resuming(start + seconds(11.));
    assert_eq!(connection.tick(start + seconds(17.5)), None, "once only");
    assert_eq!(connection.tick(start + seconds(18.)), Some(Order::Rejoin), "unless that does not help");
    connection.restored();
    // The next time again.
    connection.hears(Channel::Signal, false, start + seconds(30.));
    connection.reaches(true, start + seconds(30.));
    assert_eq!(connection.tick(start + seconds(30.5)), None);
    connection.hears(Channel::Signal, true, start + seconds(30.5));
    assert_eq!(connection.phase(start + seconds(30.5)), Phase::Connected);
    connection.hears(Channel::Signal, false, start + seconds(40.));
    connection.reaches(true, start + seconds(40.));
    assert_eq!(connection.tick(start + seconds(41.)), Some(Order::Resume));
}

#[test]
fn it_is_well_when_the_new_signal_connection_speaks() {
    let (mut connection, start) = (new(), Instant::now());
    connection.resuming(start);
    connection.signalled();
    assert!(connection.is_lost(), "the SDK knows better what it was about");
    connection.restored();
    connection.hears(Channel::Signal, false, start);
    connection.reaches(true, start);
    assert_eq!(connection.tick(start + seconds(2.)), Some(Order::Resume));
    connection.signalled();
    assert!(connection.is_lost(), "a last word of the old one");
    connection.resuming(start + seconds(2.));
    connection.hears(Channel::Media, false, start + seconds(2.));
    connection.signalled();
    assert!(connection.is_lost(), "there is no media");
    connection.hears(Channel::Media, true, start + seconds(2.));
    connection.signalled();
    assert!(!connection.is_lost());
}

#[test]
fn media_comes_first_where_both_are_lost() {
    let (mut connection, start) = (new(), Instant::now());
    connection.hears(Channel::Signal, false, start);
    connection.hears(Channel::Media, false, start);
    connection.reaches(true, start + seconds(10.));
    assert_eq!(connection.tick(start + seconds(13.)), None, "nothing disturbs it");
    connection.hears(Channel::Media, true, start + seconds(13.));
    assert!(connection.is_lost());
    connection.hears(Channel::Signal, true, start + seconds(13.));
    assert!(!connection.is_lost());
}

#[test]
fn pauses_grow_to_their_bound() {
    assert_eq!(pause(1, 0.5), PAUSE.0);
    assert_eq!(pause(100, 0.5), PAUSE.1);
    assert!(pause(3, 0.) < pause(3, 1.));
}
