//! How much is done on the host for visitors at once. Each question holds a process there, some of them for long: without a bound one
//! person with a script could start hundreds, and take the machine from what matters.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::id::UserId;

/// How long to wait for a turn: as long as a burst of short questions takes.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a visitor asks the host for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// Something that is answered at once: a listing, the build of the game, the checks.
    Look,
    /// Something that is looked for in a log, of which up to a hundred thousand lines are read.
    Search,
    /// A file or a whole log, for as long as its reader takes.
    Download,
    /// Steam's newest build, for up to some minutes.
    Steam,
}

/// What is done for others, or for the same user, leaves no turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct Busy {
    errand: Errand,
    /// Whether the user alone does too much.
    pub own: bool,
}

impl Errand {
    const ALL: [Self; 4] = [Self::Look, Self::Search, Self::Download, Self::Steam];

    /// How many all who are not logged in may have at once: what is left is for users.
    const fn of_strangers(self) -> usize {
        match self {
            Self::Look => 2,
            Self::Download => 8,
            Self::Search | Self::Steam => 0,
        }
    }

    /// How many one user may have at once, and all together.
    const fn most(self) -> (usize, usize) {
        match self {
            Self::Look => (4, 16),
            Self::Search => (1, 4),
            Self::Download => (4, 32),
            Self::Steam => (1, 1),
        }
    }
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (of_one, in_all) = self.errand.most();
        let (count, of_yours) = if self.own { (of_one, " of yours") } else { (in_all, "") };
        match self.errand {
            Errand::Look => write!(f, "the host is busy with {count} other requests{of_yours}"),
            Errand::Search if self.own => f.write_str("the host is busy with another search of yours in a log"),
            Errand::Search => write!(f, "the host is busy with {count} other searches in logs"),
            Errand::Download => write!(f, "the host is busy with {count} other downloads{of_yours}"),
            Errand::Steam => f.write_str("the host is busy with asking Steam already"),
        }
    }
}

/// The right to one errand; it is given back when this is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

/// The turns of all kinds of errands.
#[derive(Debug)]
pub(super) struct Turns {
    bounds: [Bound; Errand::ALL.len()],
    patience: Duration,
}

#[derive(Debug)]
struct Bound {
    errand: Errand,
    all: Arc<Semaphore>,
    /// Those of all who are not logged in.
    strangers: Arc<Semaphore>,
    /// Those of users who have one, or wait for one.
    of_users: Mutex<HashMap<UserId, Weak<Semaphore>>>,
}

impl Turns {
    pub(super) fn new() -> Self {
        let bound = |errand: Errand| Bound {
            errand,
            all: Arc::new(Semaphore::new(errand.most().1)),
            strangers: Arc::new(Semaphore::new(errand.of_strangers())),
            of_users: Mutex::default(),
        };
        Self { bounds: Errand::ALL.map(bound), patience: PATIENCE }
    }

    /// Waits a moment for a turn of `user`, or of somebody who is not logged in. Who has too many waits for an own one first, and so stands in
    /// nobody's way.
    pub(super) async fn take(&self, user: impl Into<Option<UserId>>, errand: Errand) -> Result<Turn, Busy> {
        let user = user.into();
        let Some(bound) = self.bounds.iter().find(|bound| bound.errand == errand) else {
            return Err(Busy { errand, own: false });
        };
        let until = Instant::now() + self.patience;
        let turn = async |turns: Arc<Semaphore>| timeout_at(until, turns.acquire_owned()).await.ok()?.ok();
        let turns = user.map_or_else(|| Arc::clone(&bound.strangers), |user| bound.of(user));
        let own = turn(turns).await.ok_or(Busy { errand, own: user.is_some() })?;
        let all = turn(Arc::clone(&bound.all)).await.ok_or(Busy { errand, own: false })?;
        Ok(Turn { _own: own, _all: all })
    }

    /// How many are taken.
    pub(super) fn taken(&self) -> usize {
        self.bounds.iter().map(|bound| bound.errand.most().1 - bound.all.available_permits()).sum()
    }
}

impl Bound {
    fn of(&self, user: UserId) -> Arc<Semaphore> {
        // What is guarded is whole at any moment.
        let mut users = self.of_users.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = users.get(&user).and_then(Weak::upgrade) {
            return known;
        }
        users.retain(|_, turns| turns.strong_count() > 0);
        let turns = Arc::new(Semaphore::new(self.errand.most().0));
        users.insert(user, Arc::downgrade(&turns));
        turns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZOEY: UserId = UserId(1);

    fn impatient() -> Turns {
        Turns { patience: Duration::from_millis(1), ..Turns::new() }
    }

    async fn take(turns: &Turns, user: i64, errand: Errand, count: usize) -> Vec<Turn> {
        let mut taken = Vec::new();
        for _ in 0..count {
            taken.push(turns.take(UserId(user), errand).await.unwrap());
        }
        taken
    }

    #[tokio::test]
    async fn one_user_has_so_many_and_others_have_theirs() {
        let turns = impatient();
        let mut own = take(&turns, 1, Errand::Look, 4).await;
        let busy = turns.take(ZOEY, Errand::Look).await.unwrap_err();
        assert_eq!(busy.to_string(), "the host is busy with 4 other requests of yours");
        assert!(busy.own);
        let others = take(&turns, 2, Errand::Look, 4).await;
        let download = turns.take(ZOEY, Errand::Download).await.unwrap();
        assert_eq!(turns.taken(), 9);
        own.pop();
        own.push(turns.take(ZOEY, Errand::Look).await.unwrap());
        drop((own, others, download));
        assert_eq!(turns.taken(), 0);
        drop(take(&turns, 3, Errand::Look, 1).await);
        assert_eq!(turns.bounds[0].of_users.lock().unwrap().len(), 1, "who has none is forgotten");
    }

    #[tokio::test]
    async fn all_together_have_so_many() {
        let turns = impatient();
        let mut all = Vec::new();
        for user in 1..=4 {
            all.extend(take(&turns, user, Errand::Look, 4).await);
        }
        let busy = turns.take(UserId(5), Errand::Look).await.unwrap_err();
        assert_eq!((busy.own, busy.to_string().as_str()), (false, "the host is busy with 16 other requests"));
        let waiting = turns.take(UserId(5), Errand::Look);
        let (turn, ()) = tokio::join!(waiting, async { drop(all.pop()) });
        assert!(turn.is_ok(), "one that comes back is given to who waits");
    }

    #[tokio::test]
    async fn strangers_leave_room_for_users() {
        let turns = impatient();
        let mut held = Vec::new();
        for _ in 0..8 {
            held.push(turns.take(None, Errand::Download).await.unwrap());
        }
        assert!(!turns.take(None, Errand::Download).await.unwrap_err().own);
        assert!(turns.take(None, Errand::Search).await.is_err(), "nothing of theirs to look for");
        assert!(turns.take(ZOEY, Errand::Download).await.is_ok());
        held.pop();
        assert!(turns.take(None, Errand::Download).await.is_ok());
    }

    #[tokio::test]
    async fn who_stops_waiting_takes_no_turn_along() {
        let turns = Turns::new();
        let own = take(&turns, 1, Errand::Search, 1).await;
        let mut waiting = Box::pin(turns.take(ZOEY, Errand::Search));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        drop((waiting, own));
        assert_eq!(turns.taken(), 0);
        assert!(turns.take(ZOEY, Errand::Search).await.is_ok());
    }
}
