//! Camera, microphone, speaker, screen: each a line from device to SDK, or back.
