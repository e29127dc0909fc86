//! Prepares the Tauri context: configuration, capabilities, icons, and which commands a window may be allowed.

/// Commands declared here need a permission (`capabilities/main.json`); undeclared ones would be open to every window.
const COMMANDS: &[&str] = &[
    "startup",
    "check_sdk",
    "copy_text",
    "lan_address",
    "video_layer",
    "set_backdrop",
    "session_snapshot",
    "create_session",
    "join_session",
    "rejoin_session",
    "last_session",
    "forget_last_session",
    "leave_session",
    "end_session",
    "dismiss_end",
    "set_microphone",
    "set_camera",
    "set_screen",
    "raise_hand",
    "set_tiles",
    "chat_snapshot",
    "send_message",
    "edit_message",
    "delete_message",
    "react",
    "open_link",
    "offer_file",
    "save_file",
    "cancel_transfer",
    "show_folder",
    "statistics",
    "watch_statistics",
    "devices",
    "choose_device",
    "start_doctor",
    "doctor",
    "stop_doctor",
    "report_text",
    "save_report",
    "settings",
    "save_settings",
    "set_credential",
    "clear_credential",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
        .expect("the Tauri context is complete");
}
