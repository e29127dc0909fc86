//! How tracks are published: codecs, encodings, presets.

use crate::{ffi::proto, track::TrackSource};

pub use crate::webrtc::{rtp_parameters::DegradationPreference, rtp_sender::VideoEncoderBackend};

/// A video codec. Which one is really sent is in the track's statistics: H.265 is not in every build of the library.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub enum VideoCodec {
    /// VP8.
    VP8,
    /// H.264.
    H264,
    /// VP9.
    VP9,
    /// AV1.
    AV1,
    /// H.265.
    H265,
}

impl VideoCodec {
    /// The codec's name in lower case, as in SDP.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::VP8 => "vp8",
            Self::H264 => "h264",
            Self::VP9 => "vp9",
            Self::AV1 => "av1",
            Self::H265 => "h265",
        }
    }
}

/// A picture's size and rate.
#[derive(Debug, Clone)]
pub struct VideoResolution {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// In frames a second.
    pub frame_rate: f64,
    /// Width by height.
    pub aspect_ratio: f32,
}

/// How video is encoded.
#[derive(Debug, Clone)]
pub struct VideoEncoding {
    /// In bits a second.
    pub max_bitrate: u64,
    /// In frames a second.
    pub max_framerate: f64,
}

/// A size with the encoding that fits it.
#[derive(Debug, Clone)]
pub struct VideoPreset {
    /// The encoding.
    pub encoding: VideoEncoding,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

impl VideoPreset {
    /// Pixels, bits a second, frames a second.
    pub const fn new(width: u32, height: u32, max_bitrate: u64, max_framerate: f64) -> Self {
        Self { width, height, encoding: VideoEncoding { max_bitrate, max_framerate } }
    }

    /// The size and rate.
    pub fn resolution(&self) -> VideoResolution {
        VideoResolution {
            width: self.width,
            height: self.height,
            frame_rate: self.encoding.max_framerate,
            aspect_ratio: self.width as f32 / self.height as f32,
        }
    }
}

/// How audio is encoded.
#[derive(Debug, Clone)]
pub struct AudioEncoding {
    /// In bits a second.
    pub max_bitrate: u64,
}

/// A use with the encoding that fits it.
#[derive(Debug, Clone)]
pub struct AudioPreset {
    /// The encoding.
    pub encoding: AudioEncoding,
}

impl AudioPreset {
    /// Bits a second.
    pub const fn new(max_bitrate: u64) -> Self {
        Self { encoding: AudioEncoding { max_bitrate } }
    }
}

/// What is sent along with each frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FrameMetadataFeatures {
    /// A time stamp of the application's.
    pub user_timestamp: bool,
    /// The frame's number.
    pub frame_id: bool,
    /// Bytes of the application's.
    pub user_data: bool,
}

/// How a track is published.
#[derive(Clone, Debug)]
pub struct TrackPublishOptions {
    /// The full picture's encoding; what fits the source's size if not given.
    pub video_encoding: Option<VideoEncoding>,
    /// The sound's encoding; that for music if not given.
    pub audio_encoding: Option<AudioEncoding>,
    /// The codec of a picture.
    pub video_codec: VideoCodec,
    /// Sends nothing while there is silence.
    pub dtx: bool,
    /// Sends sound redundantly.
    pub red: bool,
    /// Sends a picture in several sizes.
    pub simulcast: bool,
    /// The smaller sizes. The library has no field for them and chooses itself.
    pub simulcast_layers: Option<Vec<VideoPreset>>,
    /// Where the track comes from.
    pub source: TrackSource,
    /// Tracks of the same stream are kept in step.
    pub stream: String,
    /// Whether sound from before the connection follows.
    pub preconnect_buffer: bool,
    /// What is sent along with each frame.
    pub frame_metadata_features: FrameMetadataFeatures,
    /// The preferred encoder.
    pub video_encoder: VideoEncoderBackend,
    /// A scalability mode such as `L3T3_KEY`, for VP9 and AV1.
    pub scalability_mode: Option<String>,
    /// What gives way first; chosen by the source if not given.
    pub degradation_preference: Option<DegradationPreference>,
}

impl Default for TrackPublishOptions {
    fn default() -> Self {
        Self {
            video_encoding: None,
            audio_encoding: None,
            video_codec: VideoCodec::VP8,
            dtx: true,
            red: true,
            simulcast: true,
            simulcast_layers: None,
            source: TrackSource::Unknown,
            stream: String::new(),
            preconnect_buffer: false,
            frame_metadata_features: FrameMetadataFeatures::default(),
            video_encoder: VideoEncoderBackend::Auto,
            scalability_mode: None,
            degradation_preference: None,
        }
    }
}

impl TrackPublishOptions {
    /// The options for the library, checked: what it could not take is an error with words.
    pub(crate) fn to_proto(&self) -> Result<proto::TrackPublishOptions, String> {
        if let Some(encoding) = &self.video_encoding
            && !(encoding.max_framerate.is_finite() && encoding.max_framerate > 0.0)
        {
            return Err(format!("a frame rate of {} cannot be published", encoding.max_framerate));
        }
        if let Some(mode) = self.scalability_mode.as_deref().filter(|mode| !is_scalability_mode(mode)) {
            return Err(format!("{mode:?} is no scalability mode"));
        }
        if self.simulcast_layers.is_some() {
            tracing::warn!("the library chooses the simulcast layers itself");
        }
        // The library divides by the number of lower-layer intervals in a screen's frame rate, which is none below 3.
        let too_slow = self.source == TrackSource::Screenshare
            && self.video_encoding.as_ref().is_some_and(|encoding| encoding.max_framerate < 3.0);
        let features = self.frame_metadata_features;
        let mut frame_metadata_features = Vec::new();
        for (wanted, feature) in [
            (features.user_timestamp, proto::FrameMetadataFeature::FmfUserTimestamp),
            (features.frame_id, proto::FrameMetadataFeature::FmfFrameId),
            (features.user_data, proto::FrameMetadataFeature::FmfUserData),
        ] {
            if wanted {
                frame_metadata_features.push(feature.into());
            }
        }
        Ok(proto::TrackPublishOptions {
            video_encoding: self.video_encoding.as_ref().map(|encoding| proto::VideoEncoding {
                max_bitrate: encoding.max_bitrate,
                max_framerate: encoding.max_framerate,
            }),
            audio_encoding: self
                .audio_encoding
                .as_ref()
                .map(|encoding| proto::AudioEncoding { max_bitrate: encoding.max_bitrate }),
            video_codec: Some(proto::VideoCodec::from(self.video_codec).into()),
            dtx: Some(self.dtx),
            red: Some(self.red),
            simulcast: Some(self.simulcast && !too_slow),
            source: Some(proto::TrackSource::from(self.source).into()),
            stream: Some(self.stream.clone()),
            preconnect_buffer: Some(self.preconnect_buffer),
            frame_metadata_features,
            scalability_mode: self.scalability_mode.clone(),
            video_encoder: Some(encoder_for_library(self.video_encoder).into()),
            degradation_preference: self.degradation_preference.map(|preference| {
                match preference {
                    DegradationPreference::MaintainFramerateAndResolution => {
                        proto::DegradationPreference::MaintainFramerateAndResolution
                    }
                    DegradationPreference::MaintainFramerate => proto::DegradationPreference::MaintainFramerate,
                    DegradationPreference::MaintainResolution => proto::DegradationPreference::MaintainResolution,
                    DegradationPreference::Balanced => proto::DegradationPreference::Balanced,
                }
                .into()
            }),
        })
    }
}

/// `L` or `S`, 1 to 3 spatial layers, `T`, 1 to 3 temporal layers, and a suffix.
fn is_scalability_mode(mode: &str) -> bool {
    let bytes = mode.as_bytes();
    let layer = |at: usize| bytes.get(at).is_some_and(|digit| (b'1'..=b'3').contains(digit));
    matches!(bytes.first(), Some(b'L' | b'S'))
        && layer(1)
        && bytes.get(2) == Some(&b'T')
        && layer(3)
        && matches!(&mode[4..], "" | "h" | "_KEY" | "h_KEY" | "_KEY_SHIFT")
}

fn encoder_for_library(encoder: VideoEncoderBackend) -> proto::VideoEncoderBackend {
    use proto::VideoEncoderBackend as Library;
    match encoder {
        VideoEncoderBackend::Auto => Library::EncoderBackendAuto,
        VideoEncoderBackend::Software => Library::EncoderBackendSoftware,
        VideoEncoderBackend::Hardware => Library::EncoderBackendHardware,
        VideoEncoderBackend::Nvenc => Library::EncoderBackendNvenc,
        VideoEncoderBackend::Vaapi => Library::EncoderBackendVaapi,
        VideoEncoderBackend::VideoToolbox => Library::EncoderBackendVideotoolbox,
        VideoEncoderBackend::PreEncoded => Library::EncoderBackendPreEncoded,
    }
}

impl From<VideoCodec> for proto::VideoCodec {
    fn from(codec: VideoCodec) -> Self {
        match codec {
            VideoCodec::VP8 => Self::Vp8,
            VideoCodec::H264 => Self::H264,
            VideoCodec::VP9 => Self::Vp9,
            VideoCodec::AV1 => Self::Av1,
            VideoCodec::H265 => Self::H265,
        }
    }
}

macro_rules! presets {
    ($(#[$doc:meta])* $module:ident: $($name:ident = $width:literal x $height:literal, $bits:literal, $rate:literal;)+) => {
        $(#[$doc])*
        pub mod $module {
            use super::VideoPreset;

            $(
                #[doc = concat!(stringify!($width), " × ", stringify!($height), " pixels, ", stringify!($bits),
                    " bit/s, ", stringify!($rate), " frames/s.")]
                pub const $name: VideoPreset = VideoPreset::new($width, $height, $bits, $rate);
            )+

            /// All, from the smallest.
            pub const PRESETS: &[VideoPreset] = &[$($name),+];
        }
    };
}

presets! {
    /// Cameras of 16:9.
    video:
    H90 = 160 x 90, 90_000, 15.0;
    H180 = 320 x 180, 160_000, 15.0;
    H216 = 384 x 216, 180_000, 15.0;
    H360 = 640 x 360, 450_000, 20.0;
    H540 = 960 x 540, 800_000, 25.0;
    H720 = 1280 x 720, 1_700_000, 30.0;
    H1080 = 1920 x 1080, 3_000_000, 30.0;
    H1440 = 2560 x 1440, 5_000_000, 30.0;
    H2160 = 3840 x 2160, 8_000_000, 30.0;
}

presets! {
    /// Cameras of 4:3.
    video43:
    H120 = 160 x 120, 80_000, 15.0;
    H180 = 240 x 180, 100_000, 15.0;
    H240 = 320 x 240, 150_000, 15.0;
    H360 = 480 x 360, 225_000, 20.0;
    H480 = 640 x 480, 300_000, 20.0;
    H540 = 720 x 540, 450_000, 25.0;
    H720 = 960 x 720, 1_500_000, 30.0;
    H1080 = 1440 x 1080, 2_500_000, 30.0;
    H1440 = 1920 x 1440, 3_500_000, 30.0;
}

presets! {
    /// Screens, where sharpness goes before motion.
    screenshare:
    H360_FPS3 = 640 x 360, 200_000, 3.0;
    H720_FPS5 = 1280 x 720, 400_000, 5.0;
    H720_FPS15 = 1280 x 720, 1_000_000, 15.0;
    H1080_FPS15 = 1920 x 1080, 1_500_000, 15.0;
    H1080_FPS30 = 1920 x 1080, 3_000_000, 30.0;
}

/// Sound.
pub mod audio {
    use super::AudioPreset;

    /// 12 kbit/s.
    pub const TELEPHONE: AudioPreset = AudioPreset::new(12_000);
    /// 24 kbit/s.
    pub const SPEECH: AudioPreset = AudioPreset::new(24_000);
    /// 48 kbit/s.
    pub const MUSIC: AudioPreset = AudioPreset::new(48_000);
    /// 64 kbit/s.
    pub const MUSIC_STEREO: AudioPreset = AudioPreset::new(64_000);
    /// 96 kbit/s.
    pub const MUSIC_HIGH_QUALITY: AudioPreset = AudioPreset::new(96_000);
    /// 128 kbit/s.
    pub const MUSIC_HIGH_QUALITY_STEREO: AudioPreset = AudioPreset::new(128_000);

    /// All, from the smallest.
    pub const PRESETS: &[AudioPreset] =
        &[TELEPHONE, SPEECH, MUSIC, MUSIC_STEREO, MUSIC_HIGH_QUALITY, MUSIC_HIGH_QUALITY_STEREO];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_abort_the_library_never_reaches_it() {
        let at = |max_framerate| TrackPublishOptions {
            source: TrackSource::Screenshare,
            video_encoding: Some(VideoEncoding { max_bitrate: 1, max_framerate }),
            ..Default::default()
        };
        assert_eq!(at(2.0).to_proto().unwrap().simulcast, Some(false));
        assert_eq!(at(3.0).to_proto().unwrap().simulcast, Some(true));
        assert!(at(0.0).to_proto().is_err());
        assert!(at(f64::NAN).to_proto().is_err());
        let mode = |mode: &str| TrackPublishOptions { scalability_mode: Some(mode.into()), ..Default::default() };
        assert!(mode("L3T3_KEY").to_proto().is_ok() && mode("S2T1").to_proto().is_ok());
        for wrong in ["", "L99T1", "L3", "L3T3_KEYS", "L3T", "x", "L3T€"] {
            assert!(mode(wrong).to_proto().is_err(), "{wrong}");
        }
    }
}
