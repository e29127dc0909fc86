//! Commands of the connection doctor, and of reports.

use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::State;

use crate::App;
use crate::doctor::{self, DoctorState, Server, Target};
use crate::error::{Action, UiError};
use crate::settings::SessionServer;

/// What the doctor is to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DoctorSubject {
    /// The session server in effect, with a session of the doctor's own.
    Settings,
    /// What was tried last: the session server and the session, where there was one.
    LastAttempt,
}

/// Which report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// The doctor's last one.
    Doctor,
    /// That of the session under way, or of the last one.
    Session,
}

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ReportFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Starts the checks; what comes of them is told by `DoctorUpdate`. The same run goes on where one is under way.
#[tauri::command]
#[specta::specta]
pub async fn start_doctor(app: State<'_, App>, subject: DoctorSubject) -> Result<(), UiError> {
    let known = app.session.diagnosis().await?;
    let last = known.last.filter(|_| subject == DoctorSubject::LastAttempt);
    let (api, session) = last.map_or((None, None), |last| (last.api, last.session_id));
    let server = match (api, app.settings.server()) {
        (Some(api), _) => Server::At(api.as_str().to_owned()),
        (None, SessionServer::Remote { url }) => Server::At(url),
        (None, SessionServer::ThisComputer { lan }) => {
            Server::Here { lan, running: known.host.filter(|(_, on_lan)| *on_lan == lan).map(|(base, _)| base) }
        }
    };
    app.doctor.start(Target { server, session }).await;
    Ok(())
}

/// How the doctor is now.
#[tauri::command]
#[specta::specta]
pub async fn doctor(app: State<'_, App>) -> Result<DoctorState, UiError> {
    Ok(app.doctor.state())
}

/// Stops the checks.
#[tauri::command]
#[specta::specta]
pub async fn stop_doctor(app: State<'_, App>) -> Result<(), UiError> {
    app.doctor.stop().await;
    Ok(())
}

/// A report, to be copied. There is no secret in it.
#[tauri::command]
#[specta::specta]
pub async fn report_text(app: State<'_, App>, which: ReportKind, format: ReportFormat) -> Result<String, UiError> {
    text(&app, which, format).await
}

/// Puts a report into the documents folder, and says where.
#[tauri::command]
#[specta::specta]
pub async fn save_report(app: State<'_, App>, which: ReportKind, format: ReportFormat) -> Result<String, UiError> {
    let text = text(&app, which, format).await?;
    let (what, extension) = (
        match which {
            ReportKind::Doctor => "connection",
            ReportKind::Session => "session",
        },
        match format {
            ReportFormat::Text => "txt",
            ReportFormat::Json => "json",
        },
    );
    let saved = tokio::task::spawn_blocking(move || doctor::save(what, extension, &text)).await;
    match saved.map_err(std::io::Error::other).flatten() {
        Ok(path) => Ok(path.display().to_string()),
        Err(error) => {
            tracing::warn!(%error, "a report was not saved");
            Err(UiError::new("report_not_saved", "The report could not be saved.", "Copy it instead.")
                .because(format!("The folder did not take it: {error}."))
                .offering(Action::TryAgain))
        }
    }
}

async fn text(app: &App, which: ReportKind, format: ReportFormat) -> Result<String, UiError> {
    let text = match which {
        ReportKind::Doctor => app.doctor.report().map(|report| match format {
            ReportFormat::Text => report.text(),
            ReportFormat::Json => report.json(),
        }),
        ReportKind::Session => app.session.report(&app.settings).await?.map(|report| match format {
            ReportFormat::Text => report.text(),
            ReportFormat::Json => report.json(),
        }),
    };
    text.ok_or_else(|| match which {
        ReportKind::Doctor => UiError::new("no_report", "There is no report yet.", "Let the check finish first."),
        ReportKind::Session => UiError::new("no_report", "There is no report yet.", "Be in a session first."),
    })
}
