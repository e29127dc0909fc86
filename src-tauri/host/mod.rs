//! This computer as the host: the session server in this process, and LiveKit beside it.
