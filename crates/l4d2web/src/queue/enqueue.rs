//! Putting work into the queue.

use super::{Kind, Queue, QueueError, Work, rules};
use crate::db::servers::Desired;
use crate::db::{job_lines, job_subject, jobs, server_state};
use crate::id::{JobId, UserId};
use crate::live::Change;

/// The job that does what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enqueued {
    /// Its number.
    pub id: JobId,
    /// Whether it was made for this; else one that was there already does it.
    pub new: bool,
}

impl Queue {
    /// Asks for work. When a job that waits (or runs, where a second time would change nothing) does the same already, that
    /// one is given back. What takes a server down cancels what waits to bring it up. The server's desired state changes with
    /// it, and stays when the job is cancelled.
    ///
    /// # Errors
    /// [`QueueError::NoServer`], [`QueueError::NoOverlay`], [`QueueError::BeingDeleted`].
    pub async fn enqueue(&self, work: Work, by: Option<UserId>) -> Result<Enqueued, QueueError> {
        let (db, now) = (&self.0.db, self.0.clock.now());
        let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
        let open = jobs::open(&mut tx).await?;
        let (kind, server, overlay) = (work.kind(), work.server(), work.overlay());
        let subject = match (server, overlay) {
            (Some(server), _) => job_subject::server_name(&mut tx, server).await?.ok_or(QueueError::NoServer)?,
            (_, Some(overlay)) => job_subject::overlay_name(&mut tx, overlay).await?.ok_or(QueueError::NoOverlay)?,
            _ => String::new(),
        };
        let same = rules::same(kind, server, overlay, &open);
        let going = |job: &rules::Open| job.kind == Kind::Delete && job.server == server && !job.cancelling;
        if server.is_some() && same.is_none() && open.iter().any(going) {
            return Err(QueueError::BeingDeleted(subject));
        }
        if let Some(server) = server {
            let desired = if kind.is_up() { Desired::Running } else { Desired::Stopped };
            server_state::set_desired(&mut tx, server, desired, now).await?;
        }
        if let Some(id) = same {
            if work.resets() {
                jobs::set_reset(&mut tx, id).await?;
            }
            tx.commit().await?;
            return Ok(Enqueued { id, new: false });
        }
        let id = jobs::insert(&mut tx, work, by, &subject, now).await?;
        let displaced: Vec<JobId> = rules::displaced(kind, server, &open).collect();
        let why = format!("Cancelled before it began: job {id} ({}) took its place.", kind.as_str());
        for job in &displaced {
            if jobs::cancel_queued(&mut tx, *job, &why, now).await? {
                job_lines::append(&mut tx, *job, self.0.clock.now_ms(), &why).await?;
            }
        }
        tx.commit().await?;
        for job in displaced {
            self.0.feed.close(job);
            self.0.bus.send(Change::Job(job));
        }
        self.0.bus.send(Change::Job(id));
        if let Some(server) = server {
            self.0.bus.send(Change::Server(server));
        }
        if let Some(overlay) = overlay {
            self.0.bus.send(Change::Overlay(overlay));
        }
        self.0.wake.notify_one();
        Ok(Enqueued { id, new: true })
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
