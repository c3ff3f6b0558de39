//! The keys of rows, a type for each table, so that the key of a user is never taken for that of a server.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<i64> for $name {
            fn from(key: i64) -> Self {
                Self(key)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// Key of a user.
    UserId,
    /// Key of a session.
    SessionId,
    /// Key of an overlay.
    OverlayId,
    /// Key of a blueprint.
    BlueprintId,
    /// Key of a server; as text it is the server's name for `l4d2ctl`.
    ServerId,
    /// Key of a job.
    JobId,
    /// Key of a map of a collection.
    MapId,
    /// Key of something that is done each day.
    ScheduleId,
    /// Key of a webhook.
    WebhookId,
}

impl ServerId {
    /// The server that `l4d2ctl` calls so; none when the panel would not have named it so.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        name.parse().ok().filter(|id: &Self| id.0 > 0 && id.to_string() == name)
    }
}
