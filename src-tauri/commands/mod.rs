//! What the web UI may call, and what it hears: thin, typed, generated to TypeScript (`ui/src/lib/bindings.ts`).

mod app;
mod chat;
mod devices;
mod doctor;
mod session;
mod sessions;
mod settings;
mod statistics;

#[cfg(test)]
mod bindings;

use tauri_specta::{Builder, collect_commands, collect_events};

pub use app::{JoinRequest, Startup};

use crate::doctor::DoctorUpdate;
use crate::session::chat::types::ChatUpdate;
use crate::session::state::{Meters, SessionPatch};
use crate::session::statistics::tick::StatisticsTick;
use crate::sessions::LiveSessions;

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
            session::use_session_key,
            session::renew_session_key,
            session::rejoin_session,
            session::last_session,
            session::forget_last_session,
            session::moderate,
            session::mute_all,
            session::lock_session,
            session::leave_session,
            session::end_session,
            session::dismiss_end,
            session::set_microphone,
            session::set_camera,
            session::set_screen,
            session::raise_hand,
            session::set_tiles,
            sessions::watch_live_sessions,
            sessions::recent_sessions,
            sessions::forget_recent_session,
            sessions::invite,
            chat::chat_snapshot,
            chat::send_message,
            chat::edit_message,
            chat::delete_message,
            chat::react,
            chat::open_link,
            chat::offer_file,
            chat::save_file,
            chat::cancel_transfer,
            chat::show_folder,
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
            settings::choose_layout,
            settings::set_credential,
            settings::clear_credential,
        ])
        .events(collect_events![SessionPatch, ChatUpdate, Meters, StatisticsTick, DoctorUpdate, LiveSessions])
}
