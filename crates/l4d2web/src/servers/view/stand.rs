use super::Known;
use crate::db::servers::Desired;
use crate::host::shape::State;
use crate::pages::kit::StatePill;

/// What a server does, seen from what it should do; jobs left aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// It should run, and does.
    Running,
    /// It should be stopped, and runs.
    Up,
    /// It starts, and no job of ours is at it.
    Starting,
    /// It ended by itself, and is started again by systemd.
    Restarting,
    /// It stops, and no job of ours is at it.
    Stopping,
    /// It should be stopped, and is.
    Stopped,
    /// It was never started.
    New,
    /// It should run, and does not, and nobody here did it.
    Down,
    /// It is down because what was tried last did not work.
    Failed,
    /// The host has not said.
    Unknown,
}

impl Stand {
    pub(super) fn of(known: &Known<'_>) -> Self {
        let server = known.server;
        let wanted = server.desired == Desired::Running;
        let new = server.started_spec.is_none() && !wanted;
        let Some(status) = known.status else {
            return match server.status_at {
                // The host has nothing of it, since not even the first start got so far.
                _ if server.last_error.is_some() => Self::Failed,
                _ if new => Self::New,
                // The host was asked, and does not know it: somebody removed it there.
                Some(_) if wanted => Self::Down,
                Some(_) => Self::Stopped,
                None => Self::Unknown,
            };
        };
        match status.state {
            State::Running if wanted => Self::Running,
            State::Running => Self::Up,
            State::Starting => Self::Starting,
            State::Restarting => Self::Restarting,
            State::Stopping => Self::Stopping,
            State::Stopped | State::Failed if server.last_error.is_some() => Self::Failed,
            State::Stopped | State::Failed if wanted => Self::Down,
            State::Stopped | State::Failed if new => Self::New,
            State::Stopped | State::Failed => Self::Stopped,
            State::Unknown => Self::Unknown,
        }
    }

    /// Whether it is not as it should be, and nobody here did it.
    #[must_use]
    pub fn is_drift(self) -> bool {
        matches!(self, Self::Up | Self::Down)
    }

    /// Whether its process runs, or is about to.
    #[must_use]
    pub fn is_up(self) -> bool {
        matches!(self, Self::Running | Self::Up | Self::Starting | Self::Restarting)
    }

    pub(super) fn pill(self) -> StatePill {
        match self {
            Self::Running => StatePill::running(),
            Self::Up => StatePill::drift("Up"),
            Self::Starting => StatePill::moving("Starting"),
            Self::Restarting => StatePill::moving("Restarting"),
            Self::Stopping => StatePill::moving("Stopping"),
            Self::Stopped | Self::New => StatePill::stopped("Stopped"),
            Self::Down => StatePill::drift("Down"),
            Self::Failed => StatePill::failed("Failed"),
            Self::Unknown => StatePill::queued("Unknown"),
        }
    }
}
