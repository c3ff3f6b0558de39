//! Jobs that are said to run and do not: what a panel that is gone left behind, and what could not be stored.

use super::{JobState, Queue, summary};
use crate::db::{self, job_lines, jobs, server_state};

/// What stands in a job that was cut off.
const CUT: &str = "The panel ended while this ran, so how far it came is not known.";
/// What stands in a job whose beginning was stored, and which nobody runs.
const LOST: &str = "The panel could not store how this went, so how far it came is not known.";

impl Queue {
    /// Says of each job that was running that it was interrupted. What waits goes on waiting.
    pub(super) async fn recover(&self) -> db::Result<()> {
        self.interrupt(CUT).await
    }

    /// The same of what is said to run, and has no place here.
    pub(super) async fn reconcile(&self) -> db::Result<()> {
        self.interrupt(LOST).await
    }

    async fn interrupt(&self, why: &str) -> db::Result<()> {
        let mut tx = self.0.db.write().begin_with("BEGIN IMMEDIATE").await?;
        let mut cut = jobs::running(&mut tx).await?;
        // A job has its place before it is claimed and until its end is stored; neither happens during this transaction.
        cut.retain(|job| !self.running().contains_key(&job.id));
        for job in &cut {
            let summary = format!("{why} {}", summary::again(job.kind));
            job_lines::append(&mut tx, job.id, self.0.clock.now_ms(), &summary).await?;
            jobs::finish(&mut tx, job.id, JobState::Interrupted, None, &summary, self.0.clock.now()).await?;
            if let Some(server) = job.server {
                server_state::set_last_error(&mut tx, server, Some(&summary)).await?;
            }
        }
        tx.commit().await?;
        for job in cut {
            tracing::warn!(job = job.id.0, kind = job.kind.as_str(), why, "a job was interrupted");
            self.0.feed.close(job.id);
            self.announce(job.id, job.server, job.overlay);
        }
        Ok(())
    }
}
