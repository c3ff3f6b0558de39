//! Cancelling a job that waits or runs.

use super::{Queue, QueueError};
use crate::db::{self, job_lines, jobs, users};
use crate::id::{JobId, UserId};

/// What cancelling did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// It waited, and will not run.
    BeforeItBegan,
    /// It runs, and is being ended.
    Ending,
}

impl Queue {
    /// Tells of jobs that waited, and are cancelled or somebody else's by now.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn changed(&self, waited: &[JobId]) -> db::Result<()> {
        for id in waited {
            let Some(job) = jobs::find(&self.0.db, *id).await? else { continue };
            if job.state.is_over() {
                self.0.feed.close(*id);
            }
            self.tell(&job);
        }
        self.0.wake.notify_one();
        Ok(())
    }

    /// Cancels a job: one that waits at once, one that runs as soon as all that it started has ended.
    ///
    /// # Errors
    /// [`QueueError::NoJob`], [`QueueError::Over`].
    pub async fn cancel(&self, id: JobId, by: Option<UserId>) -> Result<Cancelled, QueueError> {
        let who = match by {
            Some(by) => users::find(&self.0.db, by).await?.map(|user| user.name),
            None => None,
        };
        let named = who.map(|name| format!(" by {name}")).unwrap_or_default();
        let job = jobs::find(&self.0.db, id).await?.ok_or(QueueError::NoJob(id))?;
        let mut tx = self.0.db.write().begin_with("BEGIN IMMEDIATE").await?;
        let done = format!("Cancelled{named} before it began. Nothing was changed.");
        let cancelled = if jobs::cancel_queued(&mut tx, id, &done, self.0.clock.now()).await? {
            job_lines::append(&mut tx, id, self.0.clock.now_ms(), &done).await?;
            Cancelled::BeforeItBegan
        } else if jobs::set_cancelling(&mut tx, id).await? || jobs::is_cancelling(&mut tx, id).await? {
            Cancelled::Ending
        } else {
            return Err(QueueError::Over(id));
        };
        // Else what care decided is decided again at once.
        if let (Some(server), Some(_), Some(_)) = (job.server_id, job.only_when, by) {
            crate::care::take_back(&mut tx, server).await?;
        }
        tx.commit().await?;
        match cancelled {
            Cancelled::BeforeItBegan => self.0.feed.close(id),
            Cancelled::Ending => {
                if let Some(slot) = self.running().get(&id) {
                    slot.cancel.cancel();
                }
            }
        }
        self.tell(&job);
        self.0.wake.notify_one();
        Ok(cancelled)
    }
}
