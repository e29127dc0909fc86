//! The last ten minutes, and no more: every list in here has an upper bound.

use std::collections::VecDeque;

use super::tick::StatisticsTick;
use super::types::{ConnectionPoint, Statistics, TrackInfo, TrackPoint, TrackSeries};
use super::{INTERVAL, MAX_TRACKS, POINTS};

/// What is kept: at most [`POINTS`] samples of at most [`MAX_TRACKS`] tracks, some 3 MB. The oldest are dropped first.
#[derive(Debug, Default)]
pub struct History {
    newest: u32,
    connection: VecDeque<ConnectionPoint>,
    tracks: Vec<(TrackInfo, VecDeque<TrackPoint>)>,
}

impl History {
    /// Number of the newest sample; 0 before the first.
    pub fn newest(&self) -> u32 {
        self.newest
    }

    /// Takes a sample in.
    pub fn add(&mut self, tick: &StatisticsTick) {
        self.newest = tick.connection.number;
        self.connection.push_back(tick.connection);
        if self.connection.len() > POINTS {
            self.connection.pop_front();
        }
        for sample in &tick.tracks {
            match self.tracks.iter_mut().find(|(info, _)| is_same(info, &sample.track)) {
                Some((info, points)) => {
                    info.clone_from(&sample.track);
                    points.push_back(sample.point);
                }
                None => self.tracks.push((sample.track.clone(), VecDeque::from([sample.point]))),
            }
        }
        self.forget();
    }

    /// Forgets what is older than ten minutes, tracks that have nothing left, and the longest gone if there are too many.
    fn forget(&mut self) {
        let oldest = self.newest.saturating_sub(POINTS as u32 - 1);
        for (_, points) in &mut self.tracks {
            while points.front().is_some_and(|point| point.number < oldest) {
                points.pop_front();
            }
        }
        self.tracks.retain(|(_, points)| !points.is_empty());
        while self.tracks.len() > MAX_TRACKS {
            let last = |points: &VecDeque<TrackPoint>| points.back().map_or(0, |point| point.number);
            let longest_gone = self.tracks.iter().enumerate().min_by_key(|(_, (_, points))| last(points));
            let Some((index, _)) = longest_gone else { break };
            self.tracks.remove(index);
        }
    }

    /// All of it.
    pub fn statistics(&self) -> Statistics {
        let mut tracks: Vec<_> = self
            .tracks
            .iter()
            .map(|(track, points)| TrackSeries { track: track.clone(), points: points.iter().copied().collect() })
            .collect();
        tracks.sort_by_key(|series| series.track.direction);
        Statistics {
            interval_s: INTERVAL.as_secs() as u32,
            newest: self.newest,
            connection: self.connection.iter().copied().collect(),
            tracks,
        }
    }
}

fn is_same(a: &TrackInfo, b: &TrackInfo) -> bool {
    a.id == b.id && a.direction == b.direction
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::statistics::types::{Direction, Origin, TrackSample};

    fn track(id: &str) -> TrackInfo {
        TrackInfo {
            id: id.into(),
            identity: "ada".into(),
            name: "Ada".into(),
            source: Origin::Camera,
            direction: Direction::Received,
            codec: "VP8".into(),
        }
    }

    fn tick(number: u32, ids: &[String]) -> StatisticsTick {
        let sample = |id: &String| TrackSample { track: track(id), point: TrackPoint { number, ..Default::default() } };
        StatisticsTick {
            connection: ConnectionPoint { number, ..Default::default() },
            tracks: ids.iter().map(sample).collect(),
        }
    }

    #[test]
    fn ten_minutes_are_kept_and_no_more() {
        let mut history = History::default();
        for number in 1..=1000 {
            history.add(&tick(number, &["a".into()]));
        }
        let all = history.statistics();
        assert_eq!((all.newest, all.connection.len(), all.tracks[0].points.len()), (1000, POINTS, POINTS));
        assert_eq!(all.tracks[0].points[0].number, 701);
    }

    #[test]
    fn all_that_is_kept_takes_less_than_three_megabytes() {
        assert!(POINTS * MAX_TRACKS * size_of::<TrackPoint>() < 3_000_000);
    }

    #[test]
    fn a_track_that_is_gone_is_kept_for_ten_minutes() {
        let mut history = History::default();
        history.add(&tick(1, &["gone".into(), "stays".into()]));
        for number in 2..=300 {
            history.add(&tick(number, &["stays".into()]));
        }
        assert_eq!(history.statistics().tracks.len(), 2);
        history.add(&tick(301, &["stays".into()]));
        assert_eq!(history.statistics().tracks.len(), 1);
    }

    #[test]
    fn tracks_that_come_and_go_do_not_pile_up() {
        let mut history = History::default();
        for number in 1..=200 {
            history.add(&tick(number, &["stays".into(), format!("a{number}"), format!("b{number}")]));
        }
        let all = history.statistics();
        assert_eq!(all.tracks.len(), MAX_TRACKS);
        assert!(all.tracks.iter().any(|series| series.track.id == "stays"));
        assert!(all.tracks.iter().any(|series| series.track.id == "b200"));
    }
}
