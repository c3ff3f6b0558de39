//! The number of an item or a collection.

use std::fmt;
use std::str::FromStr;

/// The number by which the Workshop knows an item or a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, sqlx::Type)]
#[sqlx(transparent)]
pub struct ItemId(i64);

impl ItemId {
    /// The one with that number; none when no item can have it.
    #[must_use]
    pub fn new(number: i64) -> Option<Self> {
        (number > 0).then_some(Self(number))
    }

    /// Its number.
    #[must_use]
    pub fn get(self) -> i64 {
        self.0
    }

    /// Its page at Steam.
    #[must_use]
    pub fn page(self) -> String {
        format!("https://steamcommunity.com/sharedfiles/filedetails/?id={self}")
    }
}

/// No number of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the number of an item: that has 1 to 19 digits")]
pub struct NoItemId;

impl FromStr for ItemId {
    type Err = NoItemId;

    /// Digits alone.
    fn from_str(text: &str) -> Result<Self, NoItemId> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if digits { text.parse().ok() } else { None };
        number.and_then(Self::new).ok_or(NoItemId)
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

// What the database holds was checked when it was put there.
impl From<i64> for ItemId {
    fn from(number: i64) -> Self {
        Self(number)
    }
}
