//! What came of fetching an item.

use crate::steam::{Word, app_name};

/// What came of fetching an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "snake_case")]
pub enum Outcome {
    /// It is still to be fetched.
    New,
    /// The cache has what Steam has.
    Ready,
    /// There is no such item, or not any more.
    Missing,
    /// Steam has taken it away.
    Banned,
    /// It is for another game.
    OtherApp,
    /// It has no file that could be fetched.
    NoFile,
    /// Steam does not give it.
    Refused,
    /// It could not be fetched this time.
    Failed,
}

impl Outcome {
    /// Whether there is something to be fetched.
    #[must_use]
    pub fn can_be_fetched(self) -> bool {
        matches!(self, Self::New | Self::Ready | Self::Failed)
    }

    /// What Steam's word means, when it is that an item cannot be fetched; with the sentences that say why.
    #[must_use]
    pub fn of_refusal(word: &Word) -> Option<(Self, String)> {
        Some(match word {
            Word::Item(_) => return None,
            Word::Missing => (Self::Missing, "It is not on the Workshop, or not any more.".to_owned()),
            Word::Banned { .. } => (Self::Banned, "Steam has taken it off the Workshop.".to_owned()),
            Word::OtherApp { app, .. } => {
                (Self::OtherApp, format!("It is for {}. This takes items of Left 4 Dead 2 only.", app_name(*app)))
            }
            Word::NoFile { .. } => {
                (Self::NoFile, "Steam names no file of it: it is a collection, or not everybody may see it.".to_owned())
            }
            Word::Refused { result } => (Self::Refused, format!("Steam does not give it (result {result}).")),
        })
    }
}

/// The title that Steam's word brings; empty when it brings none.
#[must_use]
pub(super) fn title(word: &Word) -> &str {
    match word {
        Word::Item(item) => &item.title,
        Word::Banned { title } | Word::OtherApp { title, .. } | Word::NoFile { title } => title,
        Word::Missing | Word::Refused { .. } => "",
    }
}
