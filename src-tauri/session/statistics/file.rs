//! `--stats FILE`: each sample as a line of JSON, for looking at later. `docs/statistics.md` has its form.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::tick::StatisticsTick;
use super::types::{ConnectionPoint, Direction, Origin, TrackPoint};
use crate::session::journal;
use crate::session::state::{Health, Measure, Quality};

/// The version of a line's form.
pub const VERSION: u32 = 1;

/// Lines that wait for a slow disk; beyond that new ones are dropped.
const WAITING: usize = 16;

/// A line. Nobody's name, identity or address is in it.
#[derive(Debug, Serialize)]
struct Line<'a> {
    version: u32,
    /// ms since 1970.
    at_ms: u64,
    own_quality: Quality,
    blame: &'static str,
    measure: Measure,
    connection: &'a ConnectionPoint,
    tracks: Vec<Track<'a>>,
}

#[derive(Debug, Serialize)]
struct Track<'a> {
    track: &'a str,
    /// `own`, or `p1`, `p2` … in the order in which they were first seen.
    person: String,
    source: Origin,
    direction: Direction,
    codec: &'a str,
    #[serde(flatten)]
    point: &'a TrackPoint,
}

/// Writes on a thread of its own. Whatever goes wrong there does not touch the session.
#[derive(Debug)]
pub struct StatisticsFile {
    lines: SyncSender<String>,
    persons: HashMap<String, usize>,
    dropping: bool,
}

impl StatisticsFile {
    /// Creates the file, or empties it.
    ///
    /// # Errors
    /// It cannot be created.
    pub fn create(path: &Path) -> std::io::Result<Self> {
        let file = File::create(path)?;
        let (lines, inbox) = sync_channel::<String>(WAITING);
        std::thread::Builder::new().name("statistics".into()).spawn(move || write(file, inbox.into_iter()))?;
        Ok(Self { lines, persons: HashMap::new(), dropping: false })
    }

    /// Writes a sample, or drops it if the disk does not keep up.
    pub fn add(&mut self, tick: &StatisticsTick, health: &Health) {
        let tracks = tick.tracks.iter().map(|sample| Track {
            track: &sample.track.id,
            person: match sample.track.direction {
                Direction::Sent => "own".into(),
                Direction::Received => {
                    let next = self.persons.len() + 1;
                    format!("p{}", self.persons.entry(sample.track.identity.clone()).or_insert(next))
                }
            },
            source: sample.track.source,
            direction: sample.track.direction,
            codec: &sample.track.codec,
            point: &sample.point,
        });
        let line = Line {
            version: VERSION,
            at_ms: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as u64),
            own_quality: health.own,
            blame: journal::blame(&health.blame),
            measure: health.measure,
            connection: &tick.connection,
            tracks: tracks.collect(),
        };
        let Ok(mut text) = serde_json::to_string(&line) else { return };
        text.push('\n');
        // One word about it when it begins.
        match self.lines.try_send(text) {
            Ok(()) => self.dropping = false,
            Err(TrySendError::Full(_)) if !self.dropping => {
                self.dropping = true;
                tracing::warn!("the disk does not keep up: statistics are left out of the file");
            }
            Err(_) => {}
        }
    }
}

fn write(mut file: impl Write, lines: impl Iterator<Item = String>) {
    for line in lines {
        if let Err(error) = file.write_all(line.as_bytes()).and_then(|()| file.flush()) {
            tracing::warn!(%error, "statistics are not written to the file any more");
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::state::Blame;
    use crate::session::statistics::types::{TrackInfo, TrackSample};

    fn tick(number: u32) -> StatisticsTick {
        let track = TrackInfo {
            id: "TR_1".into(),
            identity: "secretive-identity".into(),
            name: "Ada Lovelace".into(),
            source: Origin::Camera,
            direction: Direction::Received,
            codec: "VP8".into(),
        };
        StatisticsTick {
            connection: ConnectionPoint { number, ..Default::default() },
            tracks: vec![TrackSample { track, point: TrackPoint { number, kbps: 900, ..Default::default() } }],
        }
    }

    #[test]
    fn each_sample_is_a_line_without_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stats.jsonl");
        let mut file = StatisticsFile::create(&path).unwrap();
        let blame = Blame::Others { identities: vec!["secretive-identity".into()] };
        file.add(&tick(1), &Health { blame, ..Health::default() });
        file.add(&tick(2), &Health::default());
        let started = std::time::Instant::now();
        let text = loop {
            let text = std::fs::read_to_string(&path).unwrap();
            if text.lines().count() == 2 || started.elapsed().as_secs() > 10 {
                break text;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        };
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0]["version"], VERSION);
        assert_eq!(lines[0]["tracks"][0]["person"], "p1");
        assert_eq!(lines[0]["tracks"][0]["kbps"], 900);
        assert_eq!((lines[0]["blame"].as_str(), lines[1]["connection"]["number"].as_u64()), (Some("others"), Some(2)));
        assert!(!text.contains("secretive") && !text.contains("Ada"));
    }

    #[test]
    fn a_full_disk_ends_the_file_and_nothing_else() {
        // The kernel's own full disk.
        let mut file = StatisticsFile::create(Path::new("/dev/full")).unwrap();
        for number in 0..1000 {
            file.add(&tick(number), &Health::default());
        }
    }
}
