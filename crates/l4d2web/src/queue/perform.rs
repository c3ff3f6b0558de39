//! One job from its beginning to its end.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::log::JobLog;
use super::{End, JobState, Outcome, Output, Queue, Worker};
use crate::db::jobs::Job;
use crate::db::{self, jobs, server_state};
use crate::id::JobId;
use crate::live::Change;

/// How often the end of a job is tried to be stored, and how long to wait in between.
const TRIES: u32 = 60;
const AGAIN: Duration = Duration::from_secs(1);

impl Queue {
    /// Runs a job that was claimed, and stores how it ended.
    pub(super) async fn perform(self, id: JobId, worker: Arc<dyn Worker>, log: JobLog, cancel: CancellationToken) {
        let mut tries = 0;
        let job = loop {
            match jobs::find(&self.0.db, id).await {
                Ok(Some(job)) => break job,
                Err(error) if tries < TRIES => tracing::error!(job = id.0, %error, "a job cannot be read"),
                _ => return self.forget(id),
            }
            tries += 1;
            sleep(AGAIN).await;
        };
        self.tell(&job);
        // Cancelled between the claim and now: nobody heard it.
        if job.state == JobState::Cancelling {
            cancel.cancel();
        }
        let output = Output::new(id, log.clone(), self.0.db.clone(), self.0.clock.clone(), self.0.bus.clone());
        let outcome = {
            let (job, output) = (job.clone(), output.clone());
            // In a task of its own, so that a panic ends the job and not the queue.
            let work = tokio::spawn(async move { worker.run(&job, &output, &cancel).await });
            work.await.unwrap_or_else(|_| Outcome {
                end: End::Failed,
                exit_code: None,
                summary:
                    "The panel itself failed while this ran; its own log says where. What was changed is not known."
                        .to_owned(),
            })
        };
        let (state, summary) = self.judge(&job, outcome.end, outcome.summary).await;
        output.own(&summary).await;
        log.flush(id).await;
        for _ in 0..TRIES {
            match self.store(&job, state, outcome.exit_code, &summary).await {
                Ok(()) => break,
                Err(error) => tracing::error!(job = id.0, %error, "the end of a job cannot be stored"),
            }
            sleep(AGAIN).await;
        }
        self.forget(id);
        self.0.feed.close(id);
        self.tell(&job);
        self.0.wake.notify_one();
    }

    fn forget(&self, id: JobId) {
        self.running().remove(&id);
    }

    /// The state of a job that ended so, and what stands there: a cancellation that nobody asked for is the end of the panel.
    async fn judge(&self, job: &Job, end: End, summary: String) -> (JobState, String) {
        match end {
            End::Succeeded => (JobState::Succeeded, summary),
            End::Failed => (JobState::Failed, summary),
            End::Cancelled => match jobs::find(&self.0.db, job.id).await {
                Ok(Some(job)) if job.state == JobState::Running => {
                    let rest = summary.strip_prefix("Cancelled. ").unwrap_or(&summary);
                    (JobState::Interrupted, format!("The panel ended while this ran. {rest} It can be run again."))
                }
                _ => (JobState::Cancelled, summary),
            },
        }
    }

    async fn store(&self, job: &Job, state: JobState, exit_code: Option<i32>, summary: &str) -> db::Result<()> {
        let mut tx = self.0.db.write().begin_with("BEGIN IMMEDIATE").await?;
        jobs::finish(&mut tx, job.id, state, exit_code, summary, self.0.clock.now()).await?;
        if let Some(server) = job.server_id {
            let error = (state != JobState::Succeeded).then_some(summary);
            server_state::set_last_error(&mut tx, server, error).await?;
        }
        tx.commit().await
    }

    fn tell(&self, job: &Job) {
        self.0.bus.send(Change::Job(job.id));
        if let Some(server) = job.server_id {
            self.0.bus.send(Change::Server(server));
        }
        if let Some(overlay) = job.overlay_id {
            self.0.bus.send(Change::Overlay(overlay));
        }
        if job.server_id.is_none() && job.overlay_id.is_none() {
            self.0.bus.send(Change::Host);
        }
    }
}
