//! What does jobs, and how they end.

use std::pin::Pin;

use tokio_util::sync::CancellationToken;

use super::Output;
use crate::db::jobs::Job;

/// What a worker gives back at once, and works on then.
pub type Running<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Does jobs.
pub trait Worker: Send + Sync + 'static {
    /// Does a job. It has ended with all that it started when this returns, also when `cancel` is cancelled meanwhile.
    fn run<'a>(&'a self, job: &'a Job, output: &'a Output, cancel: &'a CancellationToken) -> Running<'a, Outcome>;

    /// Looks what is, before the first job: a panel that is gone may have left jobs half done.
    fn look(&self) -> Running<'_, ()>;
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it did what it should.
    pub end: End,
    /// How `l4d2ctl` ended: its exit code, or 128 and the signal.
    pub exit_code: Option<i32>,
    /// How it ended, in plain words.
    pub summary: String,
}

/// See [`Outcome`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It did what it should.
    Succeeded,
    /// It did not.
    Failed,
    /// It was cancelled before it could.
    Cancelled,
    /// Nothing was done, for a reason that passes: it is wished for on.
    PutOff,
    /// It failed before anything was changed, and left4me itself had decided it: it is tried again after a while.
    Unbegun,
}
