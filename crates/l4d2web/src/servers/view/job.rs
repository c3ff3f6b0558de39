use crate::id::JobId;

/// What a job does to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// It starts it.
    Start,
    /// It stops it.
    Stop,
    /// It stops and starts it.
    Restart,
    /// It throws away what it wrote.
    Reset,
    /// It throws it away.
    Delete,
}

impl Verb {
    /// The `kind` of a job's row; none when such a job is not one of a server.
    #[must_use]
    pub fn parse(kind: &str) -> Option<Self> {
        Some(match kind {
            "start" => Self::Start,
            "stop" => Self::Stop,
            "restart" => Self::Restart,
            "reset" => Self::Reset,
            "delete" => Self::Delete,
            _ => return None,
        })
    }

    /// `start`
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Reset => "reset",
            Self::Delete => "delete",
        }
    }

    /// `Starting`
    #[must_use]
    pub fn doing(self) -> &'static str {
        match self {
            Self::Start => "Starting",
            Self::Stop => "Stopping",
            Self::Restart => "Restarting",
            Self::Reset => "Resetting",
            Self::Delete => "Deleting",
        }
    }

    /// `starts`, as in "job 3, which starts it".
    pub(super) fn does(self) -> &'static str {
        match self {
            Self::Start => "starts",
            Self::Stop => "stops",
            Self::Restart => "restarts",
            Self::Reset => "resets",
            Self::Delete => "deletes",
        }
    }
}

/// The job of a server that has not ended yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenJob {
    /// Its number.
    pub id: JobId,
    /// What it does.
    pub verb: Verb,
    /// Whether it still waits.
    pub waits: bool,
    /// Whether it is being cancelled.
    pub cancelling: bool,
    /// Since when it waits or runs, Unix seconds.
    pub since: i64,
}

impl OpenJob {
    /// From the columns of its row; none when it is not a job of a server.
    #[must_use]
    pub fn of_row(id: JobId, kind: &str, state: &str, created_at: i64, started_at: Option<i64>) -> Option<Self> {
        Some(Self {
            id,
            verb: Verb::parse(kind)?,
            waits: state == "queued",
            cancelling: state == "cancelling",
            since: started_at.unwrap_or(created_at),
        })
    }
}
