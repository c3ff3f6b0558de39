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

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use follower::{Follower, SHOWN};
pub use line::{Line, Place};
pub use log::OpenLog;

use super::Bus;
use crate::host::Host;
use crate::id::{ServerId, UserId};
use log::Log;

/// How long a log that nobody looks at is still followed: from a page to its stream, and over a reconnection.
const LINGER: Duration = Duration::from_secs(15);

/// How many logs are followed at once for one user, who was the first to open them, and in all: each holds a few processes on the host.
const OF_ONE: usize = 16;
const IN_ALL: usize = 64;

/// Why a log is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyLogs {
    /// Whether it is the user who has too many open; else all together have.
    pub own: bool,
}

impl TooManyLogs {
    /// What the user is told.
    #[must_use]
    pub fn sentence(self) -> String {
        if self.own {
            format!(
                "You have the logs of too many servers open: {OF_ONE} at once. Close some, and this one comes in a moment."
            )
        } else {
            format!(
                "The logs of too many servers are open: {IN_ALL} at once for all who use this panel. This one comes when some are closed."
            )
        }
    }
}

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
        Self(Arc::new(Shared { host, bus, logs: Mutex::default(), tasks, stop, linger }))
    }

    /// The log of a server, as `user` opens it; it is followed as long as the answer, or a follower made of it, lives.
    ///
    /// # Errors
    ///
    /// When nobody follows it yet, and as many others are looked at as may be: 16 that this user was the first to open, or 64 in all.
    pub fn open(&self, server: ServerId, user: UserId) -> Result<OpenLog, TooManyLogs> {
        let mut logs = self.0.logs();
        if let Some(log) = logs.get(&server) {
            return Ok(OpenLog::new(Arc::clone(log)));
        }
        let full = |logs: &[&Arc<Log>], most| {
            // One that nobody looks at any more makes room.
            logs.len() >= most && logs.iter().find(|log| !log.is_used()).map(|log| log.dismiss()).is_none()
        };
        let (all, own): (Vec<_>, Vec<_>) =
            (logs.values().collect(), logs.values().filter(|log| log.first == user).collect());
        if full(&own, OF_ONE) {
            return Err(TooManyLogs { own: true });
        }
        if full(&all, IN_ALL) {
            return Err(TooManyLogs { own: false });
        }
        let log = Arc::new(Log::new(user));
        logs.insert(server, Arc::clone(&log));
        self.0.tasks.spawn(pump::run(Arc::clone(&self.0), server, Arc::clone(&log)));
        Ok(OpenLog::new(log))
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
