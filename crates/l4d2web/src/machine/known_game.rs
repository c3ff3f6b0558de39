use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::time::timeout;

use crate::host::shape::Game;
use crate::host::{Busy, Host, HostError};
use crate::id::UserId;
use crate::live::{Bus, Change};

/// How long an answer is good for when nothing is heard of the host: somebody may work at it by hand.
const FRESH: Duration = Duration::from_mins(1);
/// The same of an answer that there is no game, or of none: it is waited for that this changes.
const FRESH_NOTHING: Duration = Duration::from_secs(5);
/// How long the host may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the host said of the game, asked anew only when something happened on it: pages that many look at say by it whether servers can start.
#[derive(Debug)]
pub struct KnownGame {
    host: Host,
    changes: Mutex<Receiver<Change>>,
    last: tokio::sync::Mutex<Option<Last>>,
}

/// What the host said, or why it did not.
type Answer = Result<Game, String>;

#[derive(Debug)]
struct Last {
    at: Instant,
    answer: Answer,
}

impl Last {
    fn now(answer: Answer) -> Self {
        Self { at: Instant::now(), answer }
    }

    fn is_fresh(&self) -> bool {
        let installed = self.answer.as_ref().is_ok_and(|game| game.installed.is_some());
        self.at.elapsed() < if installed { FRESH } else { FRESH_NOTHING }
    }
}

impl KnownGame {
    /// Of this host, with what is heard of it on this bus.
    #[must_use]
    pub fn new(host: Host, bus: &Bus) -> Self {
        Self { host, changes: Mutex::new(bus.listen()), last: tokio::sync::Mutex::default() }
    }

    /// What the host says now, as `user` asks it.
    ///
    /// # Errors
    ///
    /// When they have to wait for their turn too long. Why the host does not say it is in the answer, a clause.
    pub async fn ask(&self, user: UserId) -> Result<Answer, Busy> {
        let answer = match self.host.asked_by(user).game().await {
            Err(HostError::Busy(busy)) => return Err(busy),
            answer => answer.map_err(|error| error.to_string()),
        };
        *self.last.lock().await = Some(Last::now(answer.clone()));
        Ok(answer)
    }

    /// What it said last, and what it says now when that may be something else.
    ///
    /// # Errors
    ///
    /// Why it does not, a clause.
    pub async fn look(&self) -> Answer {
        // Those who come while it is asked wait for that answer.
        let mut last = self.last.lock().await;
        let changed = self.has_changed();
        if let Some(known) = last.as_ref().filter(|known| !changed && known.is_fresh()) {
            return known.answer.clone();
        }
        let answer = match timeout(PATIENCE, self.host.game()).await {
            Ok(answer) => answer.map_err(|error| error.to_string()),
            Err(_) => Err(format!("`l4d2ctl game` gave no answer within {} s", PATIENCE.as_secs())),
        };
        *last = Some(Last::now(answer.clone()));
        answer
    }

    /// Whether it is sure that there is no game.
    pub async fn is_missing(&self) -> bool {
        self.look().await.is_ok_and(|game| game.installed.is_none())
    }

    /// Whether something was heard of the host, or too much to know.
    fn has_changed(&self) -> bool {
        // What is guarded is whole at any moment.
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut heard = false;
        loop {
            match changes.try_recv() {
                Ok(change) => heard |= change == Change::Host,
                Err(TryRecvError::Lagged(_)) => heard = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return heard,
            }
        }
    }
}
