//! One job from its beginning to its end.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::log::JobLog;
use super::{End, JobState, Outcome, Output, Queue, Worker};
use crate::care::Event;
use crate::db::jobs::Job;
use crate::db::{self, job_askers, job_logs, jobs, server_state, users, waiting_restarts, webhooks};
use crate::id::JobId;
use crate::rights::JobRight;
use crate::routes::job_standing;

/// How long to wait between two tries to read a job or to store its end, and how often either is tried when the panel ends.
const AGAIN: Duration = Duration::from_secs(1);
const LAST_TRIES: u32 = 3;

/// systemd ends the panel and what it runs together: how much later than a child the panel may hear of it.
const TOGETHER: Duration = Duration::from_secs(1);
/// How much of what a user's jobs printed is kept, in bytes: two jobs may print as much as one may at most.
const LOGS_MOST: i64 = 512 << 20;
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
        let found = until_done(&stop, AGAIN, "a job cannot be read", || jobs::find(&self.0.db, id)).await;
        let Some(job) = found.flatten() else { return self.forget(id) };
        self.tell(&job);
        // Cancelled between the claim and now: nobody heard it.
        if job.state == JobState::Cancelling {
            cancel.cancel();
        }
        let (job, allowed) = self.entitled(job).await;
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
        let end = outcome.end;
        let (state, summary) = if allowed {
            self.judge(&job, end, outcome.summary, &stop).await
        } else {
            (JobState::Cancelled, outcome.summary)
        };
        output.own(&summary).await;
        log.flush(id).await;
        // A disk that is full is mended some day. Who does not live to see that leaves the job to the next panel.
        let store = || self.store(&job, (state, end), outcome.exit_code, &summary);
        until_done(&stop, AGAIN, "the end of a job cannot be stored", store).await;
        self.0.counters.job_ended(job.kind, state);
        self.forget(id);
        self.0.feed.close(id);
        self.tell(&job);
        self.0.wake.notify_one();
        if let Err(error) = job_logs::trim(&self.0.db, id, LOGS_MOST).await {
            tracing::warn!(job = id.0, %error, "old logs of jobs could not be removed");
        }
    }

    /// The job, and whether it is still allowed: to who asked for it, or else to who asked for the same later, whose it then is.
    async fn entitled(&self, job: Job) -> (Job, bool) {
        if self.may_still(&job).await {
            return (job, true);
        }
        let others = job_askers::others(&self.0.db, job.id).await.unwrap_or_else(|error| {
            tracing::error!(job = job.id.0, %error, "it cannot be read who else asked for a job");
            Vec::new()
        });
        for other in others {
            let theirs = Job { user_id: Some(other), ..job.clone() };
            if self.may_still(&theirs).await {
                if let Err(error) = job_askers::set(&self.0.db, job.id, other).await {
                    tracing::error!(job = job.id.0, %error, "it cannot be stored whose a job is");
                }
                return (theirs, true);
            }
        }
        (job, false)
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
            End::Failed | End::Unbegun => (JobState::Failed, summary),
            End::PutOff => (JobState::Cancelled, summary),
            End::Cancelled => match jobs::find(&self.0.db, job.id).await {
                Ok(Some(job)) if job.state == JobState::Running => {
                    let rest = CUT.iter().find_map(|cut| summary.strip_prefix(cut)).unwrap_or(&summary);
                    if timeout(TOGETHER, stop.cancelled()).await.is_err() {
                        return (JobState::Failed, format!("{}{rest}", CUT[1]));
                    }
                    let again = super::summary::again(job.kind);
                    (JobState::Interrupted, format!("The panel ended while this ran. {rest} {again}"))
                }
                _ => (JobState::Cancelled, summary),
            },
        }
    }

    async fn store(
        &self,
        job: &Job,
        (state, end): (JobState, End),
        exit_code: Option<i32>,
        summary: &str,
    ) -> db::Result<()> {
        let now = self.0.clock.now();
        let mut tx = self.0.db.write().begin_with("BEGIN IMMEDIATE").await?;
        jobs::finish(&mut tx, job.id, state, exit_code, summary, now).await?;
        let mut again = false;
        if let Some(server) = job.server_id.filter(|_| end != End::PutOff) {
            if end == End::Unbegun {
                again =
                    waiting_restarts::set_failed(&mut tx, server, summary, now).await?.is_some_and(|times| times > 1);
            } else if state != JobState::Interrupted {
                // What it waited for has come, or did not work, or was cancelled by somebody; a panel that ended goes on with it.
                waiting_restarts::delete(&mut tx, server).await?;
            }
            let error = (state != JobState::Succeeded).then_some(summary);
            server_state::set_last_error(&mut tx, server, error).await?;
        }
        // What is tried again and again is told of once.
        if matches!(state, JobState::Failed | JobState::Interrupted) && !again {
            webhooks::tell(&mut tx, &Event::job(job, state, summary, now), now).await?;
        }
        tx.commit().await
    }

    pub(super) fn tell(&self, job: &Job) {
        self.announce(job.id, job.server_id, job.overlay_id);
    }
}

/// What `what` gives, tried until it works or, when the panel ends, a few times more. None: it never worked.
async fn until_done<T, F>(
    stop: &CancellationToken,
    pause: Duration,
    failed: &str,
    mut what: impl FnMut() -> F,
) -> Option<T>
where
    F: Future<Output = db::Result<T>>,
{
    let mut last = 0;
    loop {
        match what().await {
            Ok(done) => return Some(done),
            Err(error) => tracing::error!(%error, "{failed}"),
        }
        if stop.is_cancelled() {
            last += 1;
            if last == LAST_TRIES {
                return None;
            }
        }
        sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk stays full for as long as it takes somebody to come.
    #[tokio::test]
    async fn what_cannot_be_stored_is_tried_until_the_panel_ends() {
        let stop = CancellationToken::new();
        let mut tries = 0;
        let mut full = |until| {
            tries += 1;
            std::future::ready(if tries < until { Err(sqlx::Error::PoolTimedOut) } else { Ok(tries) })
        };
        assert_eq!(until_done(&stop, Duration::ZERO, "a test", || full(500)).await, Some(500));
        stop.cancel();
        assert_eq!(until_done(&stop, Duration::ZERO, "a test", || full(i32::MAX)).await, None);
        assert_eq!(tries, 500 + 3);
    }
}
