use super::{Known, Stand};
use crate::queue::Kind;
use crate::rights::ServerRight;

/// A button of a server: what cannot be done now stays visible and says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// It can be done.
    Can,
    /// It cannot, for this reason, a sentence.
    Cannot(String),
}

impl Act {
    /// Whether it can be done.
    #[must_use]
    pub fn can(&self) -> bool {
        matches!(self, Self::Can)
    }

    /// Why it cannot be done; empty when it can.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Can => "",
            Self::Cannot(why) => why,
        }
    }

    fn cannot(why: &str) -> Self {
        Self::Cannot(why.to_owned())
    }
}

/// The three buttons, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acts {
    /// Start.
    pub start: Act,
    /// Stop.
    pub stop: Act,
    /// Restart.
    pub restart: Act,
}

/// What can be done now.
pub(super) fn acts(known: &Known<'_>, stand: Stand) -> Acts {
    let mut acts = match known.job {
        Some(job) if job.cancelling => cancelling(),
        Some(job) => busy(job.kind, &format!("Wait for job {}, which {} it.", job.id, job.kind.does())),
        None => idle(stand),
    };
    if !known.standing.may(ServerRight::Start) {
        acts.start = Act::cannot("Only those can start it whom its owner lets operate it.");
        acts.restart = Act::cannot("Only those can restart it whom its owner lets operate it.");
    }
    if !known.standing.may(ServerRight::Stop) {
        acts.stop = Act::cannot("Only those can stop it whom its owner lets operate it.");
    }
    acts
}

/// While a job is at it: a stop overtakes a start that waits, and follows one that runs.
fn busy(kind: Kind, wait: &str) -> Acts {
    let (start, stop) = match kind {
        Kind::Start => (Act::cannot("It is starting already."), Act::Can),
        Kind::Restart => (Act::cannot("It is restarting already."), Act::Can),
        Kind::Stop => (Act::cannot(wait), Act::cannot("It is stopping already.")),
        _ => (Act::cannot(wait), Act::cannot(wait)),
    };
    Acts { start, stop, restart: Act::cannot(wait) }
}

/// While its job is being cancelled: how it will stand then is not known, and what is asked for now comes after that.
fn cancelling() -> Acts {
    Acts { start: Act::Can, stop: Act::Can, restart: Act::Can }
}

fn idle(stand: Stand) -> Acts {
    match stand {
        Stand::Running | Stand::Up => {
            Acts { start: Act::cannot("It is running already."), stop: Act::Can, restart: Act::Can }
        }
        Stand::Starting => Acts { start: Act::cannot("It is starting already."), stop: Act::Can, restart: Act::Can },
        Stand::Restarting => {
            Acts { start: Act::cannot("It ended, and starts again by itself."), stop: Act::Can, restart: Act::Can }
        }
        Stand::Stopping => Acts {
            start: Act::cannot("It is still stopping."),
            stop: Act::cannot("It is stopping already."),
            restart: Act::cannot("It is still stopping."),
        },
        Stand::Stopped | Stand::New => Acts {
            start: Act::Can,
            stop: Act::cannot("It is stopped already."),
            restart: Act::cannot("Start it first."),
        },
        Stand::Down | Stand::Failed => {
            Acts { start: Act::Can, stop: Act::cannot("It is not running."), restart: Act::cannot("Start it first.") }
        }
        Stand::Unknown => Acts { start: Act::Can, stop: Act::Can, restart: Act::Can },
    }
}
