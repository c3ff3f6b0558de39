//! Where a worker puts what a job prints, and how far it is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::log::JobLog;
use crate::clock::Clock;
use crate::db::job_lines::LineStream;
use crate::db::{Db, jobs};
use crate::host::{Line, Progress, Stream};
use crate::id::JobId;
use crate::live::{Bus, Change};

/// Least time between two changes of a job's progress.
const PAUSE: Duration = Duration::from_millis(200);

/// The output of one job. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Output {
    job: JobId,
    log: JobLog,
    db: Db,
    clock: Clock,
    bus: Bus,
    next: Arc<Mutex<Option<Instant>>>,
}

impl Output {
    pub(super) fn new(job: JobId, log: JobLog, db: Db, clock: Clock, bus: Bus) -> Self {
        Self { job, log, db, clock, bus, next: Arc::default() }
    }

    /// A line of the panel's own.
    pub async fn own(&self, text: &str) {
        self.log.line(self.job, self.clock.now_ms(), LineStream::Left4me, text.to_owned()).await;
    }

    /// A line that `l4d2ctl` printed.
    pub async fn line(&self, line: Line) {
        let stream = match line.stream {
            Stream::Stdout => LineStream::Stdout,
            Stream::Stderr => LineStream::Stderr,
        };
        self.log.line(self.job, self.clock.now_ms(), stream, line.text).await;
    }

    /// How far it is. What comes too soon after the last is left out: the next one says more.
    pub async fn progress(&self, progress: &Progress) {
        if !self.is_due() {
            return;
        }
        let Ok(json) = serde_json::to_string(progress) else { return };
        match jobs::set_progress(&self.db, self.job, &json).await {
            Ok(()) => self.bus.send(Change::Progress(self.job)),
            Err(error) => tracing::warn!(job = self.job.0, %error, "the progress of a job cannot be stored"),
        }
    }

    fn is_due(&self) -> bool {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let due = next.is_none_or(|next| next <= now);
        if due {
            *next = Some(now + PAUSE);
        }
        due
    }
}
