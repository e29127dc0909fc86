//! The diagnostic report of a session: what it was like, for whoever is asked for help. No secret, name, session id or
//! address of a person is in it.

mod summary;

use std::fmt::Write;

use serde::Serialize;

use super::journal::{self, Entry, Journal};
use super::state::SessionState;
use super::statistics::types::Statistics;
use crate::doctor::AppInfo;
use crate::doctor::mask::Mask;
use crate::settings::{SessionServer, Settings, Theme};
use summary::{ConnectionSummary, TrackSummary};

/// The version of the document's form.
pub const VERSION: u32 = 1;

/// A whole report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SessionReport {
    /// [`VERSION`].
    pub version: u32,
    /// The program.
    pub app: AppInfo,
    /// When it was made, RFC 3339.
    pub at: String,
    /// The session.
    pub session: About,
    /// What is set.
    pub settings: Set,
    /// The connection over the last ten minutes.
    pub connection: ConnectionSummary,
    /// Its tracks over the last ten minutes.
    pub tracks: Vec<TrackSummary>,
    /// What happened.
    pub history: Vec<Entry>,
}

/// How the session is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct About {
    /// The first four characters of its id.
    pub id: String,
    /// The own role.
    pub role: String,
    /// How many people are in it.
    pub people: usize,
    /// How the devices are, by kind.
    pub devices: Vec<(String, String)>,
    /// The own connection.
    pub quality: String,
    /// What is done about it.
    pub measure: String,
}

/// The settings, without what is personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Set {
    /// Where sessions come from: this computer, or a server's scheme, host, port and path.
    pub server: String,
    /// The appearance.
    pub theme: Theme,
    /// For which kinds of device one was chosen.
    pub chosen_devices: Vec<&'static str>,
}

impl SessionReport {
    /// The report of the session that is on, or of the last one.
    pub fn new(
        state: &SessionState,
        statistics: &Statistics,
        journal: &Journal,
        settings: &Settings,
        server: &SessionServer,
    ) -> Self {
        let devices = [
            ("camera", &state.camera),
            ("microphone", &state.microphone),
            ("screen", &state.screen),
            ("speaker", &state.speaker),
        ];
        Self {
            version: VERSION,
            app: AppInfo::this(),
            at: journal::now(),
            session: About {
                id: state.session_id.as_deref().unwrap_or_default().chars().take(4).collect(),
                role: journal::word(&state.role),
                people: state.participants.len(),
                devices: devices.map(|(name, state)| (name.to_owned(), journal::device_word(state))).into(),
                quality: journal::word(&state.health.own),
                measure: journal::word(&state.health.measure),
            },
            settings: set(settings, server),
            connection: ConnectionSummary::of(&statistics.connection, statistics.interval_s),
            tracks: summary::tracks(statistics),
            history: journal.entries(),
        }
    }

    /// Whether there was a session to report about.
    pub fn is_empty(&self) -> bool {
        self.history.is_empty()
    }

    /// The document as JSON.
    pub fn json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("a report is plain data");
        Mask::of_this_computer().apply(&text)
    }

    /// The document as text.
    pub fn text(&self) -> String {
        let AppInfo { version, os, arch, sdk } = &self.app;
        let About { id, role, people, devices, quality, measure } = &self.session;
        let mut text =
            format!("Donfra Live {version} ({os}, {arch}; LiveKit SDK {sdk}): session report, {}\n\n", self.at);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "Session {id}…, {role}, {people} people; connection {quality}, measure {measure}");
        let devices: Vec<_> = devices.iter().map(|(device, state)| format!("{device} {state}")).collect();
        let _ = writeln!(text, "Devices: {}", devices.join(", "));
        let Set { server, theme, chosen_devices } = &self.settings;
        let chosen = if chosen_devices.is_empty() { "none".into() } else { chosen_devices.join(", ") };
        let _ = writeln!(text, "Settings: server {server}; theme {}; chosen devices: {chosen}", journal::word(theme));
        let _ = writeln!(text, "\nConnection\n  {}", self.connection);
        let _ = writeln!(text, "\nTracks");
        if self.tracks.is_empty() {
            let _ = writeln!(text, "  none");
        }
        for track in &self.tracks {
            let _ = writeln!(text, "  {track}");
        }
        let _ = writeln!(text, "\nHistory");
        for Entry { at, what } in &self.history {
            let _ = writeln!(text, "  {at}  {what}");
        }
        Mask::of_this_computer().apply(&text)
    }
}

fn set(settings: &Settings, server: &SessionServer) -> Set {
    let server = match server {
        SessionServer::ThisComputer { lan: false } => "this computer".into(),
        SessionServer::ThisComputer { lan: true } => "this computer, open to the network".into(),
        SessionServer::Remote { url } => match url::Url::parse(url) {
            Ok(url) => {
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
            }
            Err(_) => "an address that is none".into(),
        },
    };
    let chosen = [
        ("camera", &settings.devices.camera),
        ("microphone", &settings.devices.microphone),
        ("speaker", &settings.devices.speaker),
    ];
    let chosen_devices = chosen.into_iter().filter(|(_, choice)| choice.is_some()).map(|(kind, _)| kind).collect();
    Set { server, theme: settings.theme, chosen_devices }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::DeviceChoice;
    use crate::session::state::TrackState;
    use crate::session::state::{Change, ConnectStep, DeviceState, Participant, Phase, Quality, Role, SessionPatch};
    use crate::session::statistics::types::{
        ConnectionPoint, Direction, Limit, Origin, TrackInfo, TrackPoint, TrackSeries,
    };

    fn report() -> SessionReport {
        let mut state = SessionState::idle(0);
        state.session_id = Some("3fa85f64-5717-4562-b3fc-2c963f66afa6".into());
        state.camera = DeviceState::On { name: "Ada's own camera".into() };
        state.participants.push(Participant {
            identity: "ada-secretive".into(),
            name: "Ada Lovelace".into(),
            role: Role::Host,
            is_local: true,
            speaking: false,
            microphone: TrackState::On,
            camera: TrackState::On,
            screen: TrackState::Off,
            quality: Quality::Good,
            hand_raised_at: None,
        });
        let points = |number| TrackPoint { number, kbps: 100 * number, limit: Limit::Cpu, ..TrackPoint::default() };
        let track = TrackInfo {
            id: "TR_1".into(),
            identity: "ada-secretive".into(),
            name: "Ada Lovelace".into(),
            source: Origin::Camera,
            direction: Direction::Sent,
            codec: "VP8".into(),
        };
        let statistics = Statistics {
            interval_s: 2,
            newest: 3,
            connection: (1..=3).map(|number| ConnectionPoint { number, ..ConnectionPoint::default() }).collect(),
            tracks: vec![TrackSeries { track, points: (1..=3).map(points).collect() }],
        };
        let journal = Journal::default();
        let mut begun = SessionState::idle(0);
        begun.phase = Phase::Connecting { step: ConnectStep::AskingApi };
        journal.hear(&SessionPatch { sequence: 1, change: Change::Reset { state: begun } });
        let mut settings = Settings { name: "Ada Lovelace".into(), ..Settings::default() };
        settings.devices.camera = Some(DeviceChoice { id: "usb-1".into(), name: "Ada's own camera".into() });
        let url = "https://ada:hunter2@api.example.org:8443/api?token=eyJhbGciOiJIUzI1NiJ9.e30.c2ln".into();
        SessionReport::new(&state, &statistics, &journal, &settings, &SessionServer::Remote { url })
    }

    #[test]
    fn it_holds_the_figures_and_says_its_version() {
        let json: serde_json::Value = serde_json::from_str(&report().json()).unwrap();
        assert_eq!(json["version"], VERSION);
        assert_eq!(json["tracks"][0]["kbps"]["median"], 200.0);
        assert_eq!(json["tracks"][0]["limited_by_cpu"], 100.0);
        assert_eq!(json["settings"]["server"], "https://api.example.org:8443/api");
        assert_eq!(json["history"][0]["what"], "phase: connecting, asking_api");
        assert!(report().text().contains("own camera, sent, VP8"), "{}", report().text());
    }

    #[test]
    fn nothing_personal_is_in_it() {
        for text in [report().json(), report().text()] {
            for personal in ["Ada", "ada", "hunter2", "eyJ", "3fa85f64-", "usb-1", "secretive"] {
                assert!(!text.contains(personal), "{personal} in {text}");
            }
            assert!(text.contains("3fa8"));
        }
    }
}
