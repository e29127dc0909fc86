use super::*;

fn sent(loss: f32) -> Observation {
    Observation { loss_sent: Some(loss), loss_received: Some(0.0), own: Quality::Good, ..Observation::default() }
}

fn received(loss: f32) -> Observation {
    Observation { loss_sent: Some(0.0), loss_received: Some(loss), own: Quality::Good, ..Observation::default() }
}

/// The levels after each of `count` observations of the same.
fn observe(decider: &mut Decider, seen: &Observation, count: usize) -> Vec<Levels> {
    (0..count).map(|_| decider.observe(seen).1).collect()
}

fn sending(levels: &[Levels]) -> Vec<u8> {
    levels.iter().map(|levels| levels.sending).collect()
}

#[test]
fn a_good_connection_sends_and_receives_all() {
    let mut decider = Decider::default();
    for _ in 0..100 {
        let (health, levels) = decider.observe(&sent(1.0));
        assert_eq!(levels, Levels::default());
        assert_eq!(health, Health { own: Quality::Good, blame: Blame::None, measure: Measure::None });
    }
}

#[test]
fn one_bad_observation_changes_nothing() {
    let mut decider = Decider::default();
    for _ in 0..10 {
        assert_eq!(decider.observe(&sent(50.0)).1, Levels::default());
        assert_eq!(decider.observe(&sent(0.0)).1, Levels::default());
    }
}

#[test]
fn loss_lowers_what_is_sent_as_far_as_it_is_bad_and_no_further() {
    let mut decider = Decider::default();
    assert_eq!(sending(&observe(&mut decider, &sent(10.0), 6)), [0, 1, 1, 1, 1, 1]);
    assert_eq!(sending(&observe(&mut decider, &sent(20.0), 4)), [1, 2, 2, 2]);
    assert_eq!(sending(&observe(&mut decider, &sent(60.0), 4)), [2, 3, 3, 3]);
    assert_eq!(decider.observe(&sent(60.0)).1.receiving, 0, "the other way is well");
}

#[test]
fn it_is_back_at_full_within_ten_seconds() {
    let mut decider = Decider::default();
    observe(&mut decider, &sent(60.0), 8);
    assert_eq!(sending(&observe(&mut decider, &sent(0.0), 5)), [3, 2, 1, 0, 0]);
}

#[test]
fn between_good_and_bad_it_stays_where_it_is() {
    let mut decider = Decider::default();
    observe(&mut decider, &sent(9.0), 2);
    assert_eq!(sending(&observe(&mut decider, &sent(5.0), 50)), [1; 50]);
    assert_eq!(sending(&observe(&mut decider, &sent(3.0), 2)), [1, 0]);
}

#[test]
fn a_connection_that_is_well_only_while_less_is_sent_is_tried_ever_more_rarely() {
    let mut decider = Decider::default();
    let mut ups = Vec::new();
    let mut before = 0;
    for at in 0..200 {
        // Bad with everything, well with less.
        let level = decider.observe(&sent(if before == 0 { 20.0 } else { 0.0 })).1.sending;
        if level < before {
            ups.push(at);
        }
        before = level;
    }
    let gaps: Vec<_> = ups.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(gaps[0] < gaps[gaps.len() - 1], "{gaps:?}");
    assert_eq!(gaps.last(), Some(&18), "{gaps:?}");
}

#[test]
fn sound_is_all_that_is_received_when_it_is_worst() {
    let mut decider = Decider::default();
    observe(&mut decider, &received(50.0), 6);
    let (health, levels) = decider.observe(&received(50.0));
    assert_eq!((levels.receiving, health.measure), (3, Measure::AudioOnly));
    observe(&mut decider, &received(0.0), 3);
    assert_eq!(decider.observe(&received(0.0)).0.measure, Measure::None);
}

#[test]
fn a_server_that_holds_pictures_back_is_asked_for_smaller_ones() {
    let mut decider = Decider::default();
    let starved = Observation { starved: true, ..received(0.0) };
    let levels = observe(&mut decider, &starved, 5);
    assert_eq!(levels.iter().map(|levels| levels.receiving).collect::<Vec<_>>(), [0, 1, 1, 1, 1]);
    assert_eq!(decider.observe(&starved).0.measure, Measure::ReceivingLess);
}

#[test]
fn what_webrtc_lowers_itself_is_told_and_not_lowered_further() {
    let mut decider = Decider::default();
    let held = Observation { held_to_kbps: Some(150), ..sent(0.0) };
    assert_eq!(sending(&observe(&mut decider, &held, 6)), [0; 6]);
    let (health, _) = decider.observe(&held);
    assert_eq!(health, Health { own: Quality::Poor, blame: Blame::Own, measure: Measure::SendingLess });
    observe(&mut decider, &sent(0.0), 3);
    assert_eq!(decider.observe(&sent(0.0)).0, Health { own: Quality::Good, ..Health::default() });
}

#[test]
fn blame_is_told_when_it_lasts_and_taken_back_when_that_lasts() {
    let mut decider = Decider::default();
    let blames = |decider: &mut Decider, seen: &Observation, count: usize| -> Vec<Blame> {
        (0..count).map(|_| decider.observe(seen).0.blame).collect()
    };
    assert_eq!(blames(&mut decider, &sent(20.0), 4), [Blame::None, Blame::None, Blame::Own, Blame::Own]);
    assert_eq!(blames(&mut decider, &sent(0.0), 3), [Blame::Own, Blame::Own, Blame::None]);
}

#[test]
fn it_says_whose_connection_is_bad() {
    let other = |name: &str, quality| (name.to_owned(), quality);
    let bob = other("bob", Quality::Poor);
    let eve = other("eve", Quality::Good);
    let others = Blame::Others { identities: vec!["bob".into()] };
    assert_eq!(blame(Quality::Good, &[bob.clone(), eve.clone()]), others);
    assert_eq!(blame(Quality::Poor, &[bob.clone(), eve]), Blame::Own);
    assert_eq!(blame(Quality::Poor, &[bob.clone(), other("eve", Quality::Lost)]), Blame::Server);
    assert_eq!(blame(Quality::Fair, std::slice::from_ref(&bob)), others);
    assert_eq!(blame(Quality::Poor, &[]), Blame::Own);
    assert_eq!(blame(Quality::Good, &[]), Blame::None);
}

#[test]
fn the_own_quality_is_the_worse_of_livekits_and_the_measured_one() {
    let quality = |seen: Observation| Decider::default().observe(&seen).0.own;
    assert_eq!(quality(Observation::default()), Quality::Unknown);
    assert_eq!(quality(sent(4.0)), Quality::Fair);
    assert_eq!(quality(Observation { own: Quality::Lost, ..sent(0.0) }), Quality::Lost);
    assert_eq!(quality(Observation { round_trip_ms: Some(650.0), ..sent(0.0) }), Quality::Fair);
    assert_eq!(quality(Observation { round_trip_ms: Some(900.0), ..sent(0.0) }), Quality::Poor);
}
