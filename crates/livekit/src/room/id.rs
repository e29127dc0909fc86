//! The server's identifiers, each a type of its own.

use std::fmt::{self, Display, Formatter};

pub use livekit_common::ParticipantIdentity;

macro_rules! sid {
    ($(#[$doc:meta])* $name:ident, $prefix:literal $(, $derive:ident)*) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, PartialEq, PartialOrd, Ord $(, $derive)*)]
        pub struct $name(String);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Takes what the library says as it is.
            #[allow(dead_code)]
            pub(crate) fn from_library(sid: impl Into<String>) -> Self {
                Self(sid.into())
            }
        }

        impl Display for $name {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(sid: $name) -> Self {
                sid.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            /// Gives the text back if it has another prefix.
            fn try_from(sid: String) -> Result<Self, String> {
                if sid.starts_with($prefix) { Ok(Self(sid)) } else { Err(sid) }
            }
        }
    };
}

sid! {
    /// A participant's identifier in one connection, `PA_…`.
    ParticipantSid, "PA_"
}
sid! {
    /// A track's identifier, `TR_…`.
    TrackSid, "TR_"
}
sid! {
    /// A room's identifier, `RM_…`.
    RoomSid, "RM_", Default
}
