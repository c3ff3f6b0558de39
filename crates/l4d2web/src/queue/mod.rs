//! The queue of work for the host: the table `jobs`, its rules and its workers.
//!
//! [`rules`] says what may run together; [`Queue`] takes, cancels and repeats jobs, and runs them by a [`Worker`], of which the
//! real one is [`HostWorker`]. What a job prints is stored line by line and handed on by [`JobFeed`]. Everything is in the
//! database before anybody is told, so that a panel that is killed loses nothing but the jobs that ran, which it says.
//!
//! A handler needs `state.queue.enqueue(Work::Start(id), Some(user))`, `cancel`, `retry`, and
//! `state.queue.feed().subscribe(job, after)`; rows are read with [`crate::db::jobs`] and [`crate::db::job_lines`].

mod cancel;
mod dispatch;
mod enqueue;
mod error;
mod feed;
mod host_worker;
mod kind;
mod log;
mod output;
mod perform;
mod recover;
pub mod rules;
mod summary;
mod waiting;
mod worker;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use cancel::Cancelled;
pub use enqueue::{Enqueued, Put};
pub use error::QueueError;
pub use feed::{JobFeed, JobStream};
pub use host_worker::HostWorker;
pub use kind::{Condition, JobState, Kind, Lane, Work};
pub use output::Output;
pub use summary::never_built;
pub use waiting::{Waiting, waits};
pub use worker::{End, Outcome, Running, Worker};

use crate::clock::Clock;
use crate::db::Db;
use crate::id::{JobId, OverlayId, ServerId};
use crate::live::{Bus, Change};
use crate::metrics::Counters;

/// The queue; cheap to clone.
#[derive(Clone)]
pub struct Queue(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    bus: Bus,
    feed: JobFeed,
    wake: Notify,
    running: Mutex<HashMap<JobId, Slot>>,
    tasks: TaskTracker,
    counters: Counters,
}

/// A job that runs here.
struct Slot {
    lane: Lane,
    cancel: CancellationToken,
}

impl Queue {
    /// The queue in this database. Nothing of it runs before [`Queue::run`].
    #[must_use]
    pub fn new(db: Db, clock: Clock, bus: Bus) -> Self {
        Self::counted(db, clock, bus, Counters::new())
    }

    /// The same, which counts the jobs that end.
    #[must_use]
    pub fn counted(db: Db, clock: Clock, bus: Bus, counters: Counters) -> Self {
        let feed = JobFeed::new(db.clone());
        let (wake, tasks) = (Notify::new(), TaskTracker::new());
        Self(Arc::new(Inner { db, clock, bus, feed, wake, running: Mutex::default(), tasks, counters }))
    }

    /// What jobs print.
    #[must_use]
    pub fn feed(&self) -> &JobFeed {
        &self.0.feed
    }

    /// Tells that a job, which is about this server or overlay or about the game, is not as it was.
    fn announce(&self, id: JobId, server: Option<ServerId>, overlay: Option<OverlayId>) {
        self.0.bus.send(Change::Job(id));
        match (server, overlay) {
            (Some(server), _) => self.0.bus.send(Change::Server(server)),
            (None, Some(overlay)) => self.0.bus.send(Change::Overlay(overlay)),
            (None, None) => self.0.bus.send(Change::Host),
        }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<JobId, Slot>> {
        // Nothing is done while it is held that could leave it half changed.
        self.0.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}
