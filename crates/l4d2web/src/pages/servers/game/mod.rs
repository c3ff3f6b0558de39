//! What is done to the game from pages: another map, mode and difficulty, words to all who play, kicks and bans; and what was done.

mod acts;
mod bans;
mod change;
mod player;
mod say;

pub use bans::{add_ban, bans, lift};
pub use change::change;
pub use player::{ban, kick, player};
pub use say::say;

pub(super) use acts::{ACTS, Acts, LastChange};
pub(super) use change::Controls;

use crate::command::change::Outcome;
use crate::db::game_acts::ActState;
use crate::pages::{PageError, PageResult, Toast, went};

use super::At;

/// What an act came to, for whoever asked: a message on the page `to`, or a refusal with its sentence.
fn answer(at: &At, to: &str, outcome: Outcome) -> PageResult {
    match outcome.state {
        ActState::Done | ActState::Waiting | ActState::Running => {
            Ok(went(&at.shell, to, &Toast::words(outcome.sentence)))
        }
        ActState::Refused | ActState::Failed => Err(PageError::Conflict(outcome.sentence)),
    }
}

/// For how long somebody can be banned: value, word, seconds.
pub(in crate::pages) fn times() -> &'static [(&'static str, &'static str, Option<i64>)] {
    &player::TIMES
}

/// Counts what a user tells games.
fn count(at: &At) -> Result<(), PageError> {
    at.state.controls.rate.count(at.user.id).map_err(|many| PageError::TooMany(many.sentence()))
}
