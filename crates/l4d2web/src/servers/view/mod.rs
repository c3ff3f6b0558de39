//! The view of a server: from its row, what the host last said, its open job and what a restart would apply, to what a reader is shown.
//! Pure. Lists, the state cluster of a page, and the fragments that are pushed are all made of it.

mod act;
mod cause;
mod job;
mod notice;
mod phrase;
mod stand;

pub use act::{Act, Acts};
pub use job::OpenJob;
pub use notice::{Notice, Way};
pub use phrase::{Bit, Phrase};
pub use stand::Stand;

use crate::db::servers::{Desired, Server};
use crate::host::shape::Status;
use crate::id::ServerId;
use crate::pages::kit::StatePill;
use crate::rights::Standing;

/// What is known of a server when it is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Its row.
    pub server: &'a Server,
    /// What the host said last.
    pub status: Option<&'a Status>,
    /// The job that is at it.
    pub job: Option<&'a OpenJob>,
    /// What a restart would apply, a clause each.
    pub changes: &'a [String],
    /// How the reader stands to it.
    pub standing: Standing,
    /// Unix seconds.
    pub now: i64,
}

/// A server as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerView {
    /// Key.
    pub id: ServerId,
    /// Name.
    pub name: String,
    /// What it does, jobs left aside.
    pub stand: Stand,
    /// Shape and word of its state.
    pub pill: StatePill,
    /// What follows the word: "for 3 h 12 min".
    pub state: Phrase,
    /// Its buttons.
    pub acts: Acts,
    /// What it should be and is, when that differs.
    pub drift: Option<Drift>,
    /// What its reader should know, worst first.
    pub notices: Vec<Notice>,
    /// What a restart would apply.
    pub changes: Vec<String>,
    /// The job that is at it.
    pub job: Option<OpenJob>,
    /// Where it stands in lists.
    pub rank: Rank,
}

/// The order of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Something is wrong with it.
    NeedsYou,
    /// It runs, or is about to.
    Running,
    /// The rest.
    Rest,
}

/// It is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// What it should be.
    pub should: &'static str,
    /// What it is.
    pub is: &'static str,
    /// Why, a clause.
    pub why: String,
    /// Since when, Unix seconds.
    pub since: Option<i64>,
}

impl ServerView {
    /// Looks at a server.
    #[must_use]
    pub fn of(known: &Known<'_>) -> Self {
        let stand = Stand::of(known);
        let drift = drift(known, stand);
        let up = stand.is_up();
        Self {
            id: known.server.id,
            name: known.server.name.clone(),
            stand,
            pill: pill(known, stand),
            state: state(known, stand, drift.as_ref()),
            acts: act::acts(known, stand),
            notices: notice::notices(known, stand, drift.as_ref()),
            changes: if up { known.changes.to_vec() } else { Vec::new() },
            job: known.job.copied(),
            rank: match (known.job, stand) {
                (None, Stand::Failed | Stand::Down | Stand::Up) => Rank::NeedsYou,
                (Some(_), _) => Rank::Running,
                _ if up => Rank::Running,
                _ => Rank::Rest,
            },
            drift,
        }
    }
}

/// A job that waits leaves what runs as it is; one that runs is what happens.
fn pill(known: &Known<'_>, stand: Stand) -> StatePill {
    match known.job {
        Some(job) if job.cancelling => StatePill::moving("Cancelling"),
        Some(job) if !job.waits => StatePill::moving(job.kind.doing()),
        Some(_) if !stand.is_up() => StatePill::queued("Queued"),
        _ => stand.pill(),
    }
}

fn state(known: &Known<'_>, stand: Stand, drift: Option<&Drift>) -> Phrase {
    if let Some(job) = known.job {
        let link = Phrase::default();
        let (lead, number) = (job.kind.as_str(), format!("/jobs/{}", job.id));
        return if job.waits {
            link.and(format!("a {lead} waits, ")).link(format!("job {}", job.id), number)
        } else {
            link.link(format!("job {}", job.id), number).and(", for ").since(job.since, known.now)
        };
    }
    let started = known.status.and_then(|status| status.started_at);
    let ended = known.status.and_then(|status| status.ended_at);
    match stand {
        Stand::Running => started.map_or_else(Phrase::default, |from| Phrase::text("for ").since(from, known.now)),
        Stand::Up | Stand::Down => match drift.and_then(|drift| drift.since) {
            Some(from) => Phrase::text("since ").at(from),
            None => Phrase::default(),
        },
        Stand::Restarting => Phrase::text("it ended, and comes back in a moment"),
        Stand::Starting | Stand::Stopping => Phrase::default(),
        Stand::New => Phrase::text("never started"),
        Stand::Stopped | Stand::Failed => ended.map_or_else(Phrase::default, |from| Phrase::text("since ").at(from)),
        Stand::Unknown => Phrase::text("the host has not said what it does"),
    }
}

fn drift(known: &Known<'_>, stand: Stand) -> Option<Drift> {
    if !stand.is_drift() || known.job.is_some() {
        return None;
    }
    let word = |wanted| if wanted { "Running" } else { "Stopped" };
    let wanted = known.server.desired == Desired::Running;
    let why = match known.status.map(|status| &status.reason) {
        Some(Some(reason)) => cause::cause(reason),
        Some(None) => "it was started outside of left4me".to_owned(),
        None => "it was removed outside of left4me".to_owned(),
    };
    let changed = known.status.and_then(|status| if wanted { status.ended_at } else { status.started_at });
    let is = if wanted { "Down" } else { "Running" };
    Some(Drift { should: word(wanted), is, why, since: changed.or(known.server.drift_seen_at) })
}

#[cfg(test)]
mod tests;
