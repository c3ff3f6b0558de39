//! The logs of servers, each followed by one `l4d2ctl logs` however many look at it.
//!
//! The first who opens a log starts a task with that child; it reads the newest lines, then each new one, keeps the last thousand, and
//! goes a while after the last has left. Whoever comes (back) with the place of the last line seen gets what follows it, no line missing and
//! none twice; when that place is not among the lines that are kept, the log begins anew with an event of its own.

mod follower;
mod line;
mod log;
mod pump;
mod ring;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use follower::{Follower, SHOWN};
pub use line::{Line, Place};
pub use log::OpenLog;

use super::Bus;
use crate::host::Host;
use crate::id::ServerId;
use log::Log;

/// How long a log that nobody looks at is still followed: from a page to its stream, and over a reconnection.
const LINGER: Duration = Duration::from_secs(15);

/// How many may search the journal at once for what is not kept: each search reads up to a hundred thousand lines.
const LOOK_UPS: usize = 4;

/// All logs that somebody looks at. A cheap copy.
#[derive(Debug, Clone)]
pub struct ServerLogs(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    host: Host,
    bus: Bus,
    logs: Mutex<HashMap<ServerId, Arc<Log>>>,
    tasks: TaskTracker,
    stop: CancellationToken,
    linger: Duration,
    look_ups: Semaphore,
}

impl ServerLogs {
    /// The logs of the servers of `host`; nothing is followed yet.
    #[must_use]
    pub fn new(host: Host, bus: Bus) -> Self {
        Self::lingering(host, bus, LINGER)
    }

    /// The same, with another time that a log is followed after the last has left.
    #[must_use]
    pub fn lingering(host: Host, bus: Bus, linger: Duration) -> Self {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let look_ups = Semaphore::new(LOOK_UPS);
        Self(Arc::new(Shared { host, bus, logs: Mutex::default(), tasks, stop, linger, look_ups }))
    }

    /// The log of a server; it is followed as long as the answer, or a follower made of it, lives.
    #[must_use]
    pub fn open(&self, server: ServerId) -> OpenLog {
        let mut logs = self.0.logs();
        let log = logs.entry(server).or_insert_with(|| {
            let log = Arc::new(Log::new());
            self.0.tasks.spawn(pump::run(Arc::clone(&self.0), server, Arc::clone(&log)));
            log
        });
        OpenLog::new(Arc::clone(log))
    }

    /// Waits for the turn to search the journal; it lasts as long as the answer lives.
    pub async fn look_up(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.0.look_ups.acquire().await.ok()
    }

    /// How many logs are followed.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.logs().len()
    }

    /// Ends all that is followed, and waits until it has ended.
    pub async fn close(&self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }
}

impl Shared {
    fn logs(&self) -> MutexGuard<'_, HashMap<ServerId, Arc<Log>>> {
        // What is guarded is whole at any moment.
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
