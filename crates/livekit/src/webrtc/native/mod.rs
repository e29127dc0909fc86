//! What only native platforms have: audio processing, pixel conversions, encryption settings.

pub mod apm;
pub mod frame_cryptor;
pub mod yuv_helper;

/// A random UUID (version 4), as text.
pub fn create_random_uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}
