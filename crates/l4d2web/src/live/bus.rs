use tokio::sync::broadcast;

use crate::id::{BlueprintId, JobId, OverlayId, ServerId, UserId};

/// How many changes a slow listener may be behind; whoever is further behind looks at everything anew.
const BACKLOG: usize = 1024;

/// Something in the database is not as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// A server's row, state, rights or jobs, or that it is gone.
    Server(ServerId),
    /// What lists show of a server in the game: who plays how many on which map, or that nothing is seen of it.
    Play(ServerId),
    /// What only its own page shows of that: pings, frames, CPU, memory, who played.
    Figures(ServerId),
    /// A job's row. With that of a server goes [`Change::Server`], with that of an overlay [`Change::Overlay`], with any other [`Change::Host`].
    Job(JobId),
    /// How far a job is, and nothing else: of an install that prints, several times in a second.
    Progress(JobId),
    /// A blueprint.
    Blueprint(BlueprintId),
    /// An overlay.
    Overlay(OverlayId),
    /// Sessions, rights or the name of a user: streams ask again whether they may go on.
    User(UserId),
    /// The game or the machine.
    Host,
}

/// Tells all open pages what changed. Send after the commit.
#[derive(Debug, Clone)]
pub struct Bus(broadcast::Sender<Change>);

impl Bus {
    /// A bus that nobody listens to yet.
    #[must_use]
    pub fn new() -> Self {
        Self(broadcast::channel(BACKLOG).0)
    }

    /// Tells everybody who listens.
    pub fn send(&self, change: Change) {
        let _ = self.0.send(change);
    }

    /// Hears every change from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Change> {
        self.0.subscribe()
    }
}

impl Default for Bus {
    fn default() -> Self {
        Self::new()
    }
}
