//! One job from its beginning to its end.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::log::JobLog;
use super::{End, JobState, Outcome, Output, Queue, Worker};
use crate::db::jobs::Job;
use crate::db::{self, jobs, server_state, users};
use crate::id::JobId;
use crate::live::Change;
use crate::rights::JobRight;
use crate::routes::job_standing;

/// How often the end of a job is tried to be stored, and how long to wait in between.
const TRIES: u32 = 60;
const AGAIN: Duration = Duration::from_secs(1);

/// systemd ends the panel and what it runs together: how much later than a child the panel may hear of it.
const TOGETHER: Duration = Duration::from_secs(1);
/// How summaries of what did not end by itself begin.
const CUT: [&str; 2] = ["Cancelled. ", "It was ended from outside. "];

/// What stands in a job whose asker has lost the right to it while it waited.
const NOT_ANY_MORE: &str = "Cancelled before it began: who asked for it may not do that any more. Nothing was changed.";

/// What ends a job before its time.
pub(super) struct Ends {
    /// The job alone.
    pub(super) cancel: CancellationToken,
    /// The panel.
    pub(super) stop: CancellationToken,
}

impl Queue {
    /// Runs a job that was claimed, and stores how it ended.
    pub(super) async fn perform(self, id: JobId, worker: Arc<dyn Worker>, log: JobLog, ends: Ends) {
        let Ends { cancel, stop } = ends;
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
        let allowed = self.may_still(&job).await;
        let output = Output::new(id, log.clone(), self.0.db.clone(), self.0.clock.clone(), self.0.bus.clone());
        let outcome = if allowed {
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
        } else {
            Outcome { end: End::Cancelled, exit_code: None, summary: NOT_ANY_MORE.to_owned() }
        };
        let (state, summary) = if allowed {
            self.judge(&job, outcome.end, outcome.summary, &stop).await
        } else {
            (JobState::Cancelled, outcome.summary)
        };
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

    /// Whether who asked for a job could ask for it now. A right that cannot be read counts as gone.
    async fn may_still(&self, job: &Job) -> bool {
        let Some(user) = job.user_id else { return true };
        let may = async {
            let Some(user) = users::find(&self.0.db, user).await?.filter(|user| user.active) else { return Ok(false) };
            let standing = job_standing(&self.0.db, &user, job).await?;
            Ok::<_, sqlx::Error>(standing.may(JobRight::Retry, job.kind))
        };
        may.await.unwrap_or_else(|error| {
            tracing::error!(job = job.id.0, %error, "it cannot be read whether a job is still allowed");
            false
        })
    }

    fn forget(&self, id: JobId) {
        self.running().remove(&id);
    }

    /// The state of a job that ended so, and what stands there. A cancellation that nobody asked for is the end of the panel, or
    /// else somebody on the machine ended what it ran.
    async fn judge(&self, job: &Job, end: End, summary: String, stop: &CancellationToken) -> (JobState, String) {
        match end {
            End::Succeeded => (JobState::Succeeded, summary),
            End::Failed => (JobState::Failed, summary),
            End::Cancelled => match jobs::find(&self.0.db, job.id).await {
                Ok(Some(job)) if job.state == JobState::Running => {
                    let rest = CUT.iter().find_map(|cut| summary.strip_prefix(cut)).unwrap_or(&summary);
                    if timeout(TOGETHER, stop.cancelled()).await.is_err() {
                        return (JobState::Failed, format!("{}{rest}", CUT[1]));
                    }
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
