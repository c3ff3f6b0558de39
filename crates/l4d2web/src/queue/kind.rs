//! What kinds of jobs there are, in which states they can be, and what somebody asks for.

use crate::id::{OverlayId, ServerId};

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum Kind {
    /// Installs or updates the game.
    Install,
    /// Looks for newer workshop items.
    Refresh,
    /// Builds an overlay.
    Build,
    /// Starts a server.
    Start,
    /// Stops a server.
    Stop,
    /// Stops and starts a server.
    Restart,
    /// Stops a server and removes what it wrote.
    Reset,
    /// Removes a server.
    Delete,
}

impl Kind {
    /// The word by which the database and programs know it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Refresh => "refresh",
            Self::Build => "build",
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Reset => "reset",
            Self::Delete => "delete",
        }
    }

    /// What it does to what it is about, as in "job 3, which starts it".
    #[must_use]
    pub fn does(self) -> &'static str {
        match self {
            Self::Install => "installs",
            Self::Refresh => "looks for",
            Self::Build => "builds",
            Self::Start => "starts",
            Self::Stop => "stops",
            Self::Restart => "restarts",
            Self::Reset => "resets",
            Self::Delete => "deletes",
        }
    }

    /// The same while it is done: `Starting`.
    #[must_use]
    pub fn doing(self) -> &'static str {
        match self {
            Self::Install => "Installing",
            Self::Refresh => "Looking for",
            Self::Build => "Building",
            Self::Start => "Starting",
            Self::Stop => "Stopping",
            Self::Restart => "Restarting",
            Self::Reset => "Resetting",
            Self::Delete => "Deleting",
        }
    }

    /// The kind with that word; none when there is none.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        use Kind::{Build, Delete, Install, Refresh, Reset, Restart, Start, Stop};
        let all = [Install, Refresh, Build, Start, Stop, Restart, Reset, Delete];
        all.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether it brings a server up, and so uses overlays.
    #[must_use]
    pub fn is_up(self) -> bool {
        matches!(self, Self::Start | Self::Restart)
    }

    /// Whether it takes a server down, and so overtakes what would bring it up.
    #[must_use]
    pub fn is_down(self) -> bool {
        matches!(self, Self::Stop | Self::Reset | Self::Delete)
    }

    /// Whether it throws something away, and so is asked for anew, where somebody is asked whether they mean it.
    #[must_use]
    pub fn destroys(self) -> bool {
        matches!(self, Self::Reset | Self::Delete)
    }

    /// The workers that do it.
    #[must_use]
    pub fn lane(self) -> Lane {
        match self {
            Self::Install | Self::Refresh | Self::Build => Lane::Long,
            Self::Start | Self::Restart => Lane::Up,
            Self::Stop | Self::Reset | Self::Delete => Lane::Down,
        }
    }
}

/// Workers that do not wait for those of other lanes: what takes an hour never keeps a server from being stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Installs and builds.
    Long,
    /// What brings servers up.
    Up,
    /// What takes servers down.
    Down,
}

/// Where a job is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum JobState {
    /// It waits.
    Queued,
    /// It runs.
    Running,
    /// Somebody has cancelled it, and it has not ended yet.
    Cancelling,
    /// It did what it should.
    Succeeded,
    /// It did not.
    Failed,
    /// It was cancelled.
    Cancelled,
    /// The panel ended before it did.
    Interrupted,
}

impl JobState {
    /// Those of jobs that are not over.
    pub const OPEN: [Self; 3] = [Self::Queued, Self::Running, Self::Cancelling];

    /// The word by which the database knows it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Cancelling => "cancelling",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_over(self) -> bool {
        !Self::OPEN.contains(&self)
    }

    /// Whether it can be asked for again: it is over, and did not do what it should.
    #[must_use]
    pub fn can_retry(self) -> bool {
        matches!(self, Self::Failed | Self::Cancelled | Self::Interrupted)
    }
}

/// What must hold as work begins, which may be long after it was decided; else nothing is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum Condition {
    /// Nobody plays.
    Empty,
    /// Who plays was warned, and it is time; or nobody plays.
    Warned,
    /// It hangs still.
    Hung,
}

/// What somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Work {
    /// Install or update the game.
    Install,
    /// Look for newer workshop items.
    Refresh,
    /// Build an overlay.
    Build(OverlayId),
    /// Build an overlay, beginning with nothing instead of what is published.
    Rebuild(OverlayId),
    /// Start a server.
    Start(ServerId),
    /// Stop a server.
    Stop(ServerId),
    /// Stop and start a server.
    Restart(ServerId),
    /// The same when this holds at that moment; else nothing is done.
    RestartIf(ServerId, Condition),
    /// Stop a server when this holds at that moment; else nothing is done.
    StopIf(ServerId, Condition),
    /// Stop a server and remove what it wrote.
    Reset(ServerId),
    /// Remove a server.
    Delete(ServerId),
}

impl Work {
    /// The work of that kind on that server or overlay; none when the one that the kind needs is gone. `reset` is of a build.
    #[must_use]
    pub fn of(kind: Kind, server: Option<ServerId>, overlay: Option<OverlayId>, reset: bool) -> Option<Self> {
        Some(match kind {
            Kind::Install => Self::Install,
            Kind::Refresh => Self::Refresh,
            Kind::Build if reset => Self::Rebuild(overlay?),
            Kind::Build => Self::Build(overlay?),
            Kind::Start => Self::Start(server?),
            Kind::Stop => Self::Stop(server?),
            Kind::Restart => Self::Restart(server?),
            Kind::Reset => Self::Reset(server?),
            Kind::Delete => Self::Delete(server?),
        })
    }

    /// Its kind.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::Install => Kind::Install,
            Self::Refresh => Kind::Refresh,
            Self::Build(_) | Self::Rebuild(_) => Kind::Build,
            Self::Start(_) => Kind::Start,
            Self::Stop(_) | Self::StopIf(..) => Kind::Stop,
            Self::Restart(_) | Self::RestartIf(..) => Kind::Restart,
            Self::Reset(_) => Kind::Reset,
            Self::Delete(_) => Kind::Delete,
        }
    }

    /// The server that it is about.
    #[must_use]
    pub fn server(self) -> Option<ServerId> {
        match self {
            Self::Start(id)
            | Self::Stop(id)
            | Self::Restart(id)
            | Self::RestartIf(id, _)
            | Self::StopIf(id, _)
            | Self::Reset(id)
            | Self::Delete(id) => Some(id),
            Self::Install | Self::Refresh | Self::Build(_) | Self::Rebuild(_) => None,
        }
    }

    /// The overlay that it is about.
    #[must_use]
    pub fn overlay(self) -> Option<OverlayId> {
        match self {
            Self::Build(id) | Self::Rebuild(id) => Some(id),
            _ => None,
        }
    }

    /// What must hold as it begins.
    #[must_use]
    pub fn condition(self) -> Option<Condition> {
        match self {
            Self::RestartIf(_, condition) | Self::StopIf(_, condition) => Some(condition),
            _ => None,
        }
    }

    /// Whether it is a build that begins with nothing.
    #[must_use]
    pub fn resets(self) -> bool {
        matches!(self, Self::Rebuild(_))
    }
}
