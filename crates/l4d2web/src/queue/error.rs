//! Why the queue refuses something; each is a sentence for a page.

use crate::id::JobId;

/// Why nothing was put into the queue, or changed in it.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The server is gone.
    #[error("There is no such server any more.")]
    NoServer,
    /// The overlay is gone.
    #[error("There is no such overlay any more.")]
    NoOverlay,
    /// The job is gone.
    #[error("There is no job {0}.")]
    NoJob(JobId),
    /// The server is about to go.
    #[error("“{0}” is being deleted. Cancel that job first, if it still waits.")]
    BeingDeleted(String),
    /// It should not run, so that nothing starts it again.
    #[error("“{0}” should be stopped, so that it is not restarted.")]
    NotWanted(String),
    /// The job is over.
    #[error("Job {0} has ended already, so there is nothing to cancel.")]
    Over(JobId),
    /// The job waits or runs, or did what it should.
    #[error(
        "Job {0} has not failed, so it cannot be repeated. Only what failed, was cancelled or was interrupted can."
    )]
    NothingToRetry(JobId),
    /// It would throw something away without asking.
    #[error(
        "Job {0} throws something away, so it is not repeated from here. Ask for it anew on the page of its server."
    )]
    AskAnew(JobId),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}
