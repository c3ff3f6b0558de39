//! What jobs wait for, for pages.

use std::collections::HashMap;

use super::rules::{self, Reason, Verdict};
use crate::db::{self, Db, jobs};
use crate::id::JobId;

/// What a job waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// Another job, for this reason.
    Job(JobId, Reason),
    /// A free worker.
    Worker,
}

/// What each job that waits does wait for.
///
/// # Errors
/// When the database cannot be read.
pub async fn waits(db: &Db) -> db::Result<HashMap<JobId, Waiting>> {
    let open = jobs::open(&mut *db.read().acquire().await?).await?;
    let waiting = open.iter().filter(|job| !job.running).map(|job| {
        let waiting = match rules::may_start(job, &open) {
            Verdict::WaitFor(other, reason) => Waiting::Job(other, reason),
            Verdict::Go => Waiting::Worker,
        };
        (job.id, waiting)
    });
    Ok(waiting.collect())
}
