//! Who tells a game its bans, and when.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedMutexGuard};

use crate::id::ServerId;

/// How long is waited.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// For a reply.
    pub reply: Duration,
    /// Until a game is told again that could not be told; twice as long each time, up to `at_most`.
    pub again: Duration,
    /// See `again`.
    pub at_most: Duration,
    /// Until it is looked once more who is on a server that was told: the next look at its players is over then.
    pub once_more: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            reply: Duration::from_secs(15),
            again: Duration::from_secs(5),
            at_most: Duration::from_mins(5),
            once_more: Duration::from_secs(6),
        }
    }
}

/// What is wished of the task that keeps bans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::command) enum Want {
    /// The game could not be told.
    Tell,
    /// It was told, and who loaded meanwhile is to be looked for once more.
    OnceMore,
}

/// One teller at a time for each server.
#[derive(Debug, Default)]
pub struct Tellers {
    turns: Mutex<HashMap<ServerId, Arc<tokio::sync::Mutex<()>>>>,
    wants: Mutex<Vec<(ServerId, Want)>>,
    woken: Notify,
    pace: Mutex<Pace>,
}

impl Tellers {
    /// Waits for the turn at a server; it ends when this is dropped.
    pub(super) async fn turn(&self, server: ServerId) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            turns.entry(server).or_default().clone()
        };
        turn.lock_owned().await
    }

    /// Has the task that keeps bans look at a server.
    pub(in crate::command) fn want(&self, server: ServerId, want: Want) {
        self.wants.lock().unwrap_or_else(PoisonError::into_inner).push((server, want));
        self.woken.notify_one();
    }

    /// Waits for wishes.
    pub(super) async fn wanted(&self) -> Vec<(ServerId, Want)> {
        self.woken.notified().await;
        std::mem::take(&mut *self.wants.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How long is waited.
    #[must_use]
    pub fn pace(&self) -> Pace {
        *self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits so long from now on.
    pub fn set_pace(&self, pace: Pace) {
        *self.pace.lock().unwrap_or_else(PoisonError::into_inner) = pace;
    }
}
