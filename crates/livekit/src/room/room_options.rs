//! How a room is joined, and what is known of it.

use std::time::Duration;

use crate::{
    ffi::proto,
    id::RoomSid,
    room::{
        data::ConnectionState,
        e2ee::{E2eeOptions, EncryptionType},
    },
    webrtc::peer_connection_factory::{ContinualGatheringPolicy, IceServer, IceTransportsType, RtcConfiguration},
};

/// The version of the SDK whose names these are.
pub const SDK_VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the SDK tells the server of itself.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RoomSdkOptions {
    /// The SDK. The library tells the server `rust`, whatever this is.
    pub sdk: String,
    /// Its version, likewise.
    pub sdk_version: String,
    /// SDKs on top of this one, with versions and commas between.
    pub other_sdks: Option<String>,
}

impl Default for RoomSdkOptions {
    fn default() -> Self {
        Self { sdk: "rust".to_string(), sdk_version: SDK_VERSION.to_string(), other_sdks: None }
    }
}

/// How data streams are handled.
#[derive(Debug, Clone, Default)]
pub struct RoomDataStreamOptions {
    pub(super) max_payload_byte_length: Option<usize>,
}

impl RoomDataStreamOptions {
    /// How many bytes a stream may have; 5 GB if not given. One that has more fails.
    pub fn with_max_payload_byte_length(mut self, byte_length: usize) -> Self {
        self.max_payload_byte_length = Some(byte_length);
        self
    }
}

/// How a room is joined.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RoomOptions {
    /// Subscribes to all that is published.
    pub auto_subscribe: bool,
    /// Tells the server that tracks are asked for in the size they are shown at.
    pub adaptive_stream: bool,
    /// Stops encoding the layers that nobody watches.
    pub dynacast: bool,
    /// Encrypts media; `encryption` encrypts data too.
    #[deprecated(note = "Use `encryption` field instead")]
    pub e2ee: Option<E2eeOptions>,
    /// Encrypts media and data end to end.
    pub encryption: Option<E2eeOptions>,
    /// How peers are reached; the server names ICE servers if none is given.
    pub rtc_config: RtcConfiguration,
    /// How often joining is tried again.
    pub join_retries: u32,
    /// What the server is told.
    pub sdk_options: RoomSdkOptions,
    /// Publishes and subscribes over one peer connection.
    pub single_peer_connection: bool,
    /// How long one attempt to reach the server may take.
    pub connect_timeout: Duration,
    /// How data streams are handled.
    pub data_stream: RoomDataStreamOptions,
}

#[allow(deprecated)] // `e2ee` is part of the official struct.
impl Default for RoomOptions {
    fn default() -> Self {
        Self {
            auto_subscribe: true,
            adaptive_stream: false,
            dynacast: false,
            e2ee: None,
            encryption: None,
            rtc_config: RtcConfiguration::default(),
            join_retries: 3,
            sdk_options: RoomSdkOptions::default(),
            single_peer_connection: true,
            connect_timeout: Duration::from_secs(5),
            data_stream: RoomDataStreamOptions::default(),
        }
    }
}

impl RoomOptions {
    /// The encryption, and whether it is for data too.
    #[allow(deprecated)] // `e2ee` is part of the official struct.
    pub(super) fn take_encryption(&mut self) -> (Option<E2eeOptions>, bool) {
        let data = self.encryption.is_some();
        (self.encryption.take().or(self.e2ee.take()), data)
    }

    #[allow(deprecated)] // The library encrypts media alone by this field.
    /// The options for the library, checked: what it could not take is an error with words.
    pub(super) fn to_proto(&self, e2ee: Option<&E2eeOptions>, data: bool) -> Result<proto::RoomOptions, String> {
        let encryption = e2ee
            .map(|options| {
                Ok::<_, String>(proto::E2eeOptions {
                    encryption_type: match options.encryption_type {
                        EncryptionType::None => proto::EncryptionType::None,
                        EncryptionType::Gcm => proto::EncryptionType::Gcm,
                        EncryptionType::Custom => proto::EncryptionType::Custom,
                    }
                    .into(),
                    key_provider_options: options.key_provider.to_proto()?,
                })
            })
            .transpose()?;
        let (encryption, e2ee) = if data { (encryption, None) } else { (None, encryption) };
        Ok(proto::RoomOptions {
            auto_subscribe: Some(self.auto_subscribe),
            adaptive_stream: Some(self.adaptive_stream),
            dynacast: Some(self.dynacast),
            e2ee,
            rtc_config: Some(rtc_config(&self.rtc_config)?),
            join_retries: Some(self.join_retries),
            encryption,
            single_peer_connection: Some(self.single_peer_connection),
            connect_timeout_ms: Some(u64::try_from(self.connect_timeout.as_millis()).unwrap_or(u64::MAX)),
            data_stream: Some(proto::RoomDataStreamOptions {
                max_payload_byte_length: self.data_stream.max_payload_byte_length.map(|length| length as u64),
                use_legacy_client_implementation: None,
            }),
            other_sdks: self.sdk_options.other_sdks.clone(),
        })
    }
}

fn rtc_config(config: &RtcConfiguration) -> Result<proto::RtcConfig, String> {
    let ice_transport_type = match config.ice_transport_type {
        IceTransportsType::Relay => proto::IceTransportType::TransportRelay,
        IceTransportsType::NoHost => proto::IceTransportType::TransportNohost,
        IceTransportsType::All => proto::IceTransportType::TransportAll,
    };
    let policy = match config.continual_gathering_policy {
        ContinualGatheringPolicy::GatherOnce => proto::ContinualGatheringPolicy::GatherOnce,
        ContinualGatheringPolicy::GatherContinually => proto::ContinualGatheringPolicy::GatherContinually,
    };
    let server = |server: &IceServer| {
        let known = |url: &String| {
            ["stun:", "stuns:", "turn:", "turns:"]
                .iter()
                .any(|scheme| url.len() > scheme.len() && url.starts_with(scheme))
        };
        match server.urls.iter().find(|url| !known(url)) {
            Some(url) => Err(format!("{url:?} is no ICE server's URL")),
            None => Ok(proto::IceServer {
                urls: server.urls.clone(),
                username: Some(server.username.clone()),
                password: Some(server.password.clone()),
            }),
        }
    };
    Ok(proto::RtcConfig {
        ice_transport_type: Some(ice_transport_type.into()),
        continual_gathering_policy: Some(policy.into()),
        ice_servers: config.ice_servers.iter().map(server).collect::<Result<_, _>>()?,
    })
}

/// What is known of a room.
#[derive(Clone, Debug)]
pub struct RoomInfo {
    /// Its identifier; the server may tell it late.
    pub sid: Option<RoomSid>,
    /// Its name.
    pub name: String,
    /// Its free text.
    pub metadata: String,
    /// How it stands with the connection to it.
    pub state: ConnectionState,
    /// Of data sent once.
    pub lossy_dc_options: DataChannelOptions,
    /// Of data sent until it is there.
    pub reliable_dc_options: DataChannelOptions,
    /// How long it stays before anyone came, in seconds.
    pub empty_timeout: u32,
    /// How long it stays after everyone left, in seconds.
    pub departure_timeout: u32,
    /// How many may be in it; 0: any number.
    pub max_participants: u32,
    /// When it was made, in milliseconds since 1970.
    pub creation_time: i64,
    /// How many publish.
    pub num_publishers: u32,
    /// How many are in it.
    pub num_participants: u32,
    /// Whether it is being recorded.
    pub active_recording: bool,
}

impl RoomInfo {
    pub(crate) fn from_library(info: proto::RoomInfo, state: ConnectionState) -> Self {
        let options = |buffered_amount_low_threshold| DataChannelOptions { buffered_amount_low_threshold };
        Self {
            sid: info.sid.filter(|sid| !sid.is_empty()).map(RoomSid::from_library),
            name: info.name,
            metadata: info.metadata,
            state,
            lossy_dc_options: options(info.lossy_dc_buffered_amount_low_threshold),
            reliable_dc_options: options(info.reliable_dc_buffered_amount_low_threshold),
            empty_timeout: info.empty_timeout,
            departure_timeout: info.departure_timeout,
            max_participants: info.max_participants,
            creation_time: info.creation_time,
            num_publishers: info.num_publishers,
            num_participants: info.num_participants,
            active_recording: info.active_recording,
        }
    }
}

/// Of one data channel.
#[derive(Clone, Debug)]
pub struct DataChannelOptions {
    /// In bytes.
    pub buffered_amount_low_threshold: u64,
}

impl Default for DataChannelOptions {
    /// 2 MiB, as the official SDK has it.
    fn default() -> Self {
        Self { buffered_amount_low_threshold: 2 * 1024 * 1024 }
    }
}
