//! What a job waits for, for pages.

use super::rules::{self, Reason, Verdict};
use super::{Queue, QueueError};
use crate::db::jobs;
use crate::id::JobId;

/// What a job waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// Another job, for this reason.
    Job(JobId, Reason),
    /// A free worker.
    Worker,
}

impl Queue {
    /// What a job waits for; none when it does not wait.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn waiting(&self, id: JobId) -> Result<Option<Waiting>, QueueError> {
        let open = jobs::open(&mut *self.0.db.read().acquire().await?).await?;
        let candidate = open.iter().find(|job| job.id == id && !job.running);
        Ok(candidate.map(|candidate| match rules::may_start(candidate, &open) {
            Verdict::WaitFor(job, reason) => Waiting::Job(job, reason),
            Verdict::Go => Waiting::Worker,
        }))
    }
}
