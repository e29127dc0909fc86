//! The names of `libwebrtc` that the SDK's users meet: frames, sources, streams, audio processing, statistics.
