//! What the web UI may call, and what it hears: thin, typed, generated to TypeScript (`ui/src/lib/bindings.ts`).

mod app;
mod devices;
mod doctor;
mod session;
mod settings;
mod statistics;

#[cfg(test)]
mod bindings;

use tauri_specta::{Builder, collect_commands, collect_events};

pub use app::{JoinRequest, Startup};

use crate::doctor::DoctorUpdate;
use crate::session::state::{Meters, SessionPatch};
use crate::session::statistics::tick::StatisticsTick;

/// All commands and events, as they are registered with Tauri and written to TypeScript.
pub fn builder() -> Builder<tauri::Wry> {
    Builder::<tauri::Wry>::new()
        // Nothing here reads otherwise than it is written: one TypeScript type each.
        .disable_serde_phases()
        .commands(collect_commands![
            app::startup,
            app::check_sdk,
            app::copy_text,
            app::lan_address,
            app::video_layer,
            app::set_backdrop,
            session::session_snapshot,
            session::create_session,
            session::join_session,
            session::rejoin_session,
            session::last_session,
            session::forget_last_session,
            session::leave_session,
            session::end_session,
            session::dismiss_end,
            session::set_microphone,
            session::set_camera,
            session::set_screen,
            session::set_tiles,
            statistics::statistics,
            statistics::watch_statistics,
            devices::devices,
            devices::choose_device,
            doctor::start_doctor,
            doctor::doctor,
            doctor::stop_doctor,
            doctor::report_text,
            doctor::save_report,
            settings::settings,
            settings::save_settings,
            settings::set_credential,
            settings::clear_credential,
        ])
        .events(collect_events![SessionPatch, Meters, StatisticsTick, DoctorUpdate])
}
