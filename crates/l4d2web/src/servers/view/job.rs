use crate::id::JobId;
use crate::queue::{JobState, Kind};

/// The job of a server that has not ended yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenJob {
    /// Its number.
    pub id: JobId,
    /// What it does.
    pub kind: Kind,
    /// Whether it still waits.
    pub waits: bool,
    /// Whether it is being cancelled.
    pub cancelling: bool,
    /// Since when it waits or runs, Unix seconds.
    pub since: i64,
}

impl OpenJob {
    /// From the columns of its row.
    #[must_use]
    pub fn of_row(id: JobId, kind: Kind, state: JobState, created_at: i64, started_at: Option<i64>) -> Self {
        Self {
            id,
            kind,
            waits: state == JobState::Queued,
            cancelling: state == JobState::Cancelling,
            since: started_at.unwrap_or(created_at),
        }
    }
}
