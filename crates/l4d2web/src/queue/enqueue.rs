//! Putting work into the queue.

use sqlx::SqliteConnection;

use super::{Kind, Queue, QueueError, Work, rules};
use crate::db::servers::Desired;
use crate::db::{job_askers, job_lines, job_subject, jobs, server_state};
use crate::id::{JobId, OverlayId, ServerId, UserId};

/// The job that does what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enqueued {
    /// Its number.
    pub id: JobId,
    /// Whether it was made for this; else one that was there already does it.
    pub new: bool,
}

/// What was put into the queue in a transaction, and is told when that is committed.
#[derive(Debug)]
#[must_use = "the queue does not know of it before it is told"]
pub struct Put {
    job: Enqueued,
    server: Option<ServerId>,
    overlay: Option<OverlayId>,
    displaced: Vec<JobId>,
}

impl Put {
    /// The job that does what was asked for.
    #[must_use]
    pub fn job(&self) -> Enqueued {
        self.job
    }
}

impl Queue {
    /// Asks for work. When a job that waits (or runs, where a second time would change nothing) does the same already, that
    /// one is given back. What takes a server down cancels what waits to bring it up. The server's desired state changes with
    /// it, and stays when the job is cancelled.
    ///
    /// # Errors
    /// [`QueueError::NoServer`], [`QueueError::NoOverlay`], [`QueueError::BeingDeleted`].
    pub async fn enqueue(&self, work: Work, by: Option<UserId>) -> Result<Enqueued, QueueError> {
        let mut tx = self.0.db.write().begin_with("BEGIN IMMEDIATE").await?;
        let put = self.put(&mut tx, work, by).await?;
        tx.commit().await?;
        Ok(self.tell_of(put))
    }

    /// The same within a transaction of the caller, who tells of it after the commit ([`Queue::tell_of`]). When it fails, the transaction may hold
    /// a part, and is to be given up.
    ///
    /// # Errors
    /// Those of [`Queue::enqueue`].
    pub async fn put(&self, tx: &mut SqliteConnection, work: Work, by: Option<UserId>) -> Result<Put, QueueError> {
        let now = self.0.clock.now();
        let open = jobs::open(&mut *tx).await?;
        let (kind, server, overlay) = (work.kind(), work.server(), work.overlay());
        let subject = match (server, overlay) {
            (Some(server), _) => job_subject::server_name(&mut *tx, server).await?.ok_or(QueueError::NoServer)?,
            (_, Some(overlay)) => job_subject::overlay_name(&mut *tx, overlay).await?.ok_or(QueueError::NoOverlay)?,
            _ => String::new(),
        };
        let same = rules::same(kind, server, overlay, &open);
        let going = |job: &rules::Open| job.kind == Kind::Delete && job.server == server && !job.cancelling;
        if server.is_some() && same.is_none() && open.iter().any(going) {
            return Err(QueueError::BeingDeleted(subject));
        }
        if let (Some(server), Some(_)) = (server, work.condition()) {
            if server_state::desired(&mut *tx, server).await? != Desired::Running {
                return Err(QueueError::NotWanted(subject));
            }
        } else if let Some(server) = server {
            let desired = if kind.is_up() { Desired::Running } else { Desired::Stopped };
            server_state::set_desired(&mut *tx, server, desired, now).await?;
        }
        if let Some(id) = same {
            if work.resets() {
                jobs::set_reset(&mut *tx, id).await?;
            }
            if work.condition().is_none() {
                jobs::set_regardless(&mut *tx, id).await?;
            }
            // Their wish stays when the first who asked may not ask any more.
            job_askers::note(&mut *tx, id, by, self.0.clock.now_ms()).await?;
            return Ok(Put { job: Enqueued { id, new: false }, server, overlay, displaced: Vec::new() });
        }
        let id = jobs::insert(&mut *tx, work, by, &subject, now).await?;
        let displaced: Vec<JobId> = rules::displaced(kind, server, &open).collect();
        let why = format!("Cancelled before it began: job {id} ({}) took its place.", kind.as_str());
        for job in &displaced {
            if jobs::cancel_queued(&mut *tx, *job, &why, now).await? {
                job_lines::append(&mut *tx, *job, self.0.clock.now_ms(), &why).await?;
            }
        }
        Ok(Put { job: Enqueued { id, new: true }, server, overlay, displaced })
    }

    /// Tells of what was put into the queue, and begins it, after the commit.
    #[expect(clippy::must_use_candidate, reason = "who knows the job already has no use for it")]
    pub fn tell_of(&self, put: Put) -> Enqueued {
        let Put { job, server, overlay, displaced } = put;
        if job.new {
            for job in displaced {
                self.0.feed.close(job);
                self.announce(job, server, None);
            }
            self.announce(job.id, server, overlay);
            self.0.wake.notify_one();
        }
        job
    }

    /// Asks again for what a job that failed, was cancelled or was interrupted should have done.
    ///
    /// # Errors
    /// [`QueueError::NoJob`], [`QueueError::NothingToRetry`], [`QueueError::AskAnew`], and those of [`Queue::enqueue`].
    pub async fn retry(&self, id: JobId, by: Option<UserId>) -> Result<Enqueued, QueueError> {
        let job = jobs::find(&self.0.db, id).await?.ok_or(QueueError::NoJob(id))?;
        if !job.state.can_retry() {
            return Err(QueueError::NothingToRetry(id));
        }
        if job.kind.destroys() {
            return Err(QueueError::AskAnew(id));
        }
        let gone = if job.kind == Kind::Build { QueueError::NoOverlay } else { QueueError::NoServer };
        self.enqueue(job.work().ok_or(gone)?, by).await
    }
}
