//! One log and who looks at it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Notify, broadcast, watch};
use tokio::time::timeout;

use super::ring::Ring;
use super::{Follower, Line, Place};
use crate::id::UserId;

/// How many pieces a follower may be behind before it must come back for the rest.
const BEHIND: usize = 64;

/// What is shared by the task that reads a log and all who look at it.
#[derive(Debug)]
pub(super) struct Log {
    /// Who opened it first.
    pub(super) first: UserId,
    kept: Mutex<Kept>,
    /// Whether what the journal had was read.
    settled: watch::Sender<bool>,
    /// Why it cannot be read, a clause; none as long as it can.
    trouble: watch::Sender<Option<String>>,
    /// How many look at it.
    users: watch::Sender<usize>,
    /// Ends it before it has been unused for long.
    dismissed: Notify,
}

/// The last lines, and where new ones are told. One lock for both: whoever takes the lines and listens from then on misses nothing.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) ring: Ring,
    pub(super) news: broadcast::Sender<Bytes>,
}

impl Log {
    pub(super) fn new(first: UserId) -> Self {
        let kept = Kept { ring: Ring::default(), news: broadcast::channel(BEHIND).0 };
        Self {
            first,
            kept: Mutex::new(kept),
            settled: watch::Sender::new(false),
            trouble: watch::Sender::new(None),
            users: watch::Sender::new(0),
            dismissed: Notify::new(),
        }
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        // What is guarded is whole at any moment.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells that what the journal had was read.
    pub(super) fn settle(&self) {
        self.settled.send_replace(true);
    }

    /// Notes why it cannot be read, or that it can.
    pub(super) fn trouble(&self, why: Option<String>) {
        self.trouble.send_if_modified(|known| {
            let differs = *known != why;
            *known = why;
            differs
        });
    }

    pub(super) fn is_settled(&self) -> bool {
        *self.settled.borrow()
    }

    /// Waits until what the journal had was read.
    pub(super) async fn settled(&self) {
        // The sender lives as long as the log.
        let _ = self.settled.subscribe().wait_for(|settled| *settled).await;
    }

    /// Asks it to end when nobody looks at it.
    pub(super) fn dismiss(&self) {
        self.dismissed.notify_one();
    }

    /// Waits until it is asked to end.
    pub(super) async fn dismissed(&self) {
        self.dismissed.notified().await;
    }

    pub(super) fn is_used(&self) -> bool {
        *self.users.borrow() > 0
    }

    /// Waits until somebody looks at it, or nobody does.
    pub(super) async fn used(&self, wanted: bool) {
        let _ = self.users.subscribe().wait_for(|users| (*users > 0) == wanted).await;
    }
}

/// The log of a server, opened. It is followed as long as this lives.
#[derive(Debug)]
pub struct OpenLog(Arc<Log>);

impl OpenLog {
    pub(super) fn new(log: Arc<Log>) -> Self {
        log.users.send_modify(|users| *users += 1);
        Self(log)
    }

    pub(super) fn log(&self) -> &Log {
        &self.0
    }

    /// The last `count` lines, the oldest first. None when the host has not told them in time, or cannot: the stream brings them then.
    pub async fn last(&self, count: usize, patience: Duration) -> Option<Vec<Arc<Line>>> {
        let mut trouble = self.0.trouble.subscribe();
        let settled = async {
            tokio::select! {
                () = self.0.settled() => true,
                _ = trouble.wait_for(Option::is_some) => self.0.is_settled(),
            }
        };
        let settled = timeout(patience, settled).await.ok()?;
        settled.then(|| self.0.kept().ring.last(count).cloned().collect())
    }

    /// Why it cannot be read just now, a clause. It is tried again and again.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.0.trouble.borrow().clone()
    }

    /// Follows it from behind the line at `after`; without one from the last lines on.
    #[must_use]
    pub fn follow(self, after: Option<Place>) -> Follower {
        Follower::new(self, after)
    }
}

impl Drop for OpenLog {
    fn drop(&mut self) {
        self.0.users.send_modify(|users| *users -= 1);
    }
}
