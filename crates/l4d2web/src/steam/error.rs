//! Why Steam was not asked, or is not understood.

use super::ItemId;
use crate::fetch::FetchError;

/// Why Steam has said nothing that helps.
#[derive(Debug, thiserror::Error)]
pub enum SteamError {
    /// It gave no answer.
    #[error("Steam gave no answer: {0}")]
    Fetch(#[from] FetchError),
    /// It gave an answer that cannot be read.
    #[error("Steam gave an answer that cannot be read ({0})")]
    Unreadable(#[from] serde_json::Error),
    /// More items than are taken at once.
    #[error("these are more than {most} items: an overlay takes {most} at most")]
    TooMany {
        /// How many are taken.
        most: usize,
    },
    /// Collections within collections without an end.
    #[error("collection {id} lies more than {most} collections deep: add it by itself")]
    TooDeep {
        /// The first that is too deep.
        id: ItemId,
        /// How deep they are followed.
        most: usize,
    },
}

impl SteamError {
    /// Whether somebody has cancelled it.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Fetch(FetchError::Cancelled))
    }
}
