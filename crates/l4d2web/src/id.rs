//! The numbers of rows, with a type for each table, so that none is taken for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $type(pub i64);

        impl From<i64> for $type {
            fn from(number: i64) -> Self {
                Self(number)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $type {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id!(
    /// A user.
    UserId
);
id!(
    /// A server; as text its name for `l4d2ctl`.
    ServerId
);
id!(
    /// An overlay.
    OverlayId
);
id!(
    /// A blueprint.
    BlueprintId
);
id!(
    /// A job.
    JobId
);

impl ServerId {
    /// The server that `l4d2ctl` calls so; none when the panel would not have named it so.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        name.parse().ok().filter(|id: &Self| id.0 > 0 && id.to_string() == name)
    }
}
