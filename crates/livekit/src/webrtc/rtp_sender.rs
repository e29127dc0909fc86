//! Senders: which encoder they use.

/// The encoder that is preferred when a video track is published. Another one is used where it is not available.
#[derive(Debug, Copy, Clone, PartialEq, Eq, Default)]
pub enum VideoEncoderBackend {
    /// The SDK's choice.
    #[default]
    Auto,
    /// Software.
    Software,
    /// Any hardware encoder there is.
    Hardware,
    /// NVIDIA NVENC.
    Nvenc,
    /// VAAPI.
    Vaapi,
    /// Apple VideoToolbox.
    VideoToolbox,
    /// Frames that are encoded already are passed through.
    PreEncoded,
}

impl VideoEncoderBackend {
    /// The encoders that can be chosen in this process: those that need no hardware. Empty when LiveKit's library cannot
    /// be loaded; the log says why. (The library has no request that lists the hardware's.)
    pub fn list_available() -> impl IntoIterator<Item = VideoEncoderBackend> {
        match crate::ffi::load() {
            Ok(_) => vec![Self::Auto, Self::Software],
            Err(error) => {
                tracing::error!(%error, "no encoder is available");
                Vec::new()
            }
        }
    }
}
