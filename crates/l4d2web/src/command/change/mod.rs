//! Another map, mode or difficulty: told to the game, waited for through the change of the map, and read back.

mod game;
mod mark;
mod words;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Consoles, MapName};
use crate::db::game_acts::ActState;
use crate::game::{Difficulty, Mode};
use crate::id::ServerId;
use game::Game;

/// What is wished for. What is none stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The map; that of now is loaded anew, for the mode to take effect. Without one nothing is loaded, and only the difficulty takes hold.
    pub map: Option<MapName>,
    /// What is played.
    pub mode: Option<Mode>,
    /// How hard.
    pub difficulty: Option<Difficulty>,
}

/// What came of a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub state: ActState,
    /// A sentence.
    pub sentence: String,
}

/// How long is waited.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a reply; a game that changes its map gives none.
    pub reply: Duration,
    /// For the map in all.
    pub map: Duration,
    /// While the game answers, and is still on the map of before.
    pub stays: Duration,
    /// A reply that takes longer says that a map was loaded meanwhile.
    pub slow: Duration,
    /// Between two looks.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            reply: Duration::from_secs(50),
            map: Duration::from_mins(2),
            stays: Duration::from_secs(10),
            slow: Duration::from_secs(2),
            pause: Duration::from_millis(500),
        }
    }
}

/// Changes that are under way: one at a time for each server.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    busy: Arc<Mutex<HashMap<ServerId, (String, i64)>>>,
    patience: Arc<Mutex<Patience>>,
}

/// The turn of a change; it ends when this is dropped.
#[derive(Debug)]
pub struct Turn {
    changes: Changes,
    server: ServerId,
}

/// Another change of the same server is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// What it does, a clause.
    pub what: String,
    /// Since when, Unix seconds.
    pub since: i64,
}

impl Changes {
    /// Takes the turn for a server.
    ///
    /// # Errors
    ///
    /// When another has it.
    pub fn begin(&self, server: ServerId, what: &str, now: i64) -> Result<Turn, Busy> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((what, since)) = busy.get(&server) {
            return Err(Busy { what: what.clone(), since: *since });
        }
        busy.insert(server, (what.to_owned(), now));
        Ok(Turn { changes: self.clone(), server })
    }

    /// How long is waited.
    #[must_use]
    pub fn patience(&self) -> Patience {
        *self.patience.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits so long from now on.
    pub fn set_patience(&self, patience: Patience) {
        *self.patience.lock().unwrap_or_else(PoisonError::into_inner) = patience;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.changes.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.server);
    }
}

/// Does what is wished for, and says what the game is at then.
pub async fn perform(consoles: &Consoles, server: ServerId, name: &str, wish: &Wish, patience: Patience) -> Outcome {
    match (Game { consoles, server, patience }).change(wish).await {
        Ok(outcome) => outcome,
        Err(error) => Outcome { state: ActState::Failed, sentence: error.sentence(name) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_change_at_a_time() {
        let changes = Changes::default();
        let turn = changes.begin(ServerId(1), "change to a", 5).unwrap();
        assert_eq!(changes.begin(ServerId(1), "b", 6).unwrap_err(), Busy { what: "change to a".to_owned(), since: 5 });
        assert!(changes.begin(ServerId(2), "b", 6).is_ok());
        drop(turn);
        assert!(changes.begin(ServerId(1), "b", 6).is_ok());
    }
}
