//! Audio processing: echo cancellation, noise suppression, gain control, high-pass filter.

use crate::{
    ffi::{
        self, FfiError, FfiHandle,
        proto::{self, ffi_request, ffi_response},
    },
    webrtc::{RtcError, audio_source::native::check_format},
};

/// WebRTC's audio processing module. Works on interleaved 16-bit samples in steps of 10 ms, each in under 0.1 ms.
///
/// If the library cannot be used, that is logged when it is made, and every call gives an error.
#[derive(Debug)]
pub struct AudioProcessingModule {
    handle: FfiHandle,
}

impl AudioProcessingModule {
    /// A module with these parts on.
    pub fn new(
        echo_canceller_enabled: bool,
        gain_controller_enabled: bool,
        high_pass_filter_enabled: bool,
        noise_suppression_enabled: bool,
    ) -> Self {
        let request = proto::NewApmRequest {
            echo_canceller_enabled,
            gain_controller_enabled,
            high_pass_filter_enabled,
            noise_suppression_enabled,
        };
        let handle = match ffi::request(ffi_request::Message::NewApm(request)) {
            Ok(ffi_response::Message::NewApm(response)) => Ok(FfiHandle::new(response.apm.handle)),
            Ok(_) => Err(FfiError::Unexpected),
            Err(error) => Err(error),
        };
        let handle = handle.unwrap_or_else(|error| {
            tracing::error!(%error, "an audio processing module could not be made");
            FfiHandle::invalid()
        });
        Self { handle }
    }

    /// Processes captured (near-end) audio in place.
    ///
    /// # Errors
    /// If the samples are no multiple of 10 ms, or the rate or number of channels is not usable: the samples are as
    /// they were. WebRTC takes 8, 16, 32 and 48 kHz.
    pub fn process_stream(&mut self, data: &mut [i16], sample_rate: i32, num_channels: i32) -> Result<(), RtcError> {
        let (sample_rate, num_channels) = self.check(data, sample_rate, num_channels)?;
        let request = proto::ApmProcessStreamRequest {
            apm_handle: self.handle.id(),
            // Writable for its length until the request returns, and the library keeps no pointer.
            data_ptr: data.as_mut_ptr().expose_provenance() as u64,
            size: size_of_val(data) as u32,
            sample_rate,
            num_channels,
        };
        match ffi::request(ffi_request::Message::ApmProcessStream(request))? {
            ffi_response::Message::ApmProcessStream(response) => outcome(response.error),
            _ => Err(FfiError::Unexpected.into()),
        }
    }

    /// Analyses, in place, audio on its way to the speaker (far end), for the echo canceller to know it.
    ///
    /// # Errors
    /// As [`process_stream`](Self::process_stream).
    pub fn process_reverse_stream(
        &mut self,
        data: &mut [i16],
        sample_rate: i32,
        num_channels: i32,
    ) -> Result<(), RtcError> {
        let (sample_rate, num_channels) = self.check(data, sample_rate, num_channels)?;
        let request = proto::ApmProcessReverseStreamRequest {
            apm_handle: self.handle.id(),
            // Writable for its length until the request returns, and the library keeps no pointer.
            data_ptr: data.as_mut_ptr().expose_provenance() as u64,
            size: size_of_val(data) as u32,
            sample_rate,
            num_channels,
        };
        match ffi::request(ffi_request::Message::ApmProcessReverseStream(request))? {
            ffi_response::Message::ApmProcessReverseStream(response) => outcome(response.error),
            _ => Err(FfiError::Unexpected.into()),
        }
    }

    /// Tells the echo canceller how long it is from a far-end frame's analysis until its echo is processed, in ms.
    ///
    /// # Errors
    /// If WebRTC refuses the value: it takes 0 to 500.
    pub fn set_stream_delay_ms(&mut self, delay_ms: i32) -> Result<(), RtcError> {
        let request = proto::ApmSetStreamDelayRequest { apm_handle: self.handle.id(), delay_ms };
        match ffi::request(ffi_request::Message::ApmSetStreamDelay(request))? {
            ffi_response::Message::ApmSetStreamDelay(response) => outcome(response.error),
            _ => Err(FfiError::Unexpected.into()),
        }
    }

    /// The library aborts on a length that is no multiple of 10 ms, and on formats that WebRTC cannot hold.
    fn check(&self, data: &[i16], sample_rate: i32, num_channels: i32) -> Result<(u32, u32), RtcError> {
        let (rate, channels) = (sample_rate.max(0) as u32, num_channels.max(0) as u32);
        check_format(rate, channels)?;
        let step = rate as usize / 100 * channels as usize;
        if data.is_empty() || !data.len().is_multiple_of(step) || size_of_val(data) > i32::MAX as usize {
            return Err(RtcError::invalid(format!("{} samples are no multiple of 10 ms ({step})", data.len())));
        }
        Ok((rate, channels))
    }
}

fn outcome(error: Option<String>) -> Result<(), RtcError> {
    error.map_or(Ok(()), |message| Err(RtcError::internal(message)))
}
