//! What may run together. Pure.
//!
//! * `install` and `refresh` exclude only themselves, and a `build` only builds of the same overlay: what they publish
//!   changes nothing that runs.
//! * Jobs of one server run one at a time, in their order, except that `stop`, `reset` and `delete` overtake a `start` or a
//!   `restart` that still waits, which is cancelled.
//! * `start` and `restart` wait for those builds of the overlays that they will use that were asked for before them.
//!
//! A job waits only for older ones and for a running one, and every job ends: nothing starves.

use super::kind::Kind;
use crate::id::{JobId, OverlayId, ServerId};

/// A job that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Its number: younger ones have higher numbers.
    pub id: JobId,
    /// What it does.
    pub kind: Kind,
    /// Whether it runs, or is being cancelled; else it waits.
    pub running: bool,
    /// Whether it is being cancelled: what it should have done must not be counted on.
    pub cancelling: bool,
    /// Whether it is done only when something holds as it begins.
    pub careful: bool,
    /// The server that it is about.
    pub server: Option<ServerId>,
    /// The overlay that it builds.
    pub overlay: Option<OverlayId>,
    /// The overlays that it would use if it began now; only of a `start` or a `restart` that waits.
    pub uses: Vec<OverlayId>,
}

/// Whether a job may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Now.
    Go,
    /// Not before this job has ended.
    WaitFor(JobId, Reason),
}

/// Why a job waits for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Both are the same work, which is done once at a time.
    SameWork,
    /// Both are about the same server.
    SameServer,
    /// The other builds an overlay that this one will use.
    Overlay,
}

/// Whether `candidate`, which waits, may begin beside the other jobs that are not over. `open` may hold the candidate
/// itself, in any order. Of several that it waits for, the oldest is named.
#[must_use]
pub fn may_start(candidate: &Open, open: &[Open]) -> Verdict {
    let blocks = |other: &&Open| other.id != candidate.id && (other.running || other.id < candidate.id);
    let reasons = open.iter().filter(blocks).filter_map(|other| Some((other.id, reason(candidate, other)?)));
    reasons.min_by_key(|(id, _)| *id).map_or(Verdict::Go, |(id, reason)| Verdict::WaitFor(id, reason))
}

/// Why `candidate` waits for `other`, which runs or is older.
fn reason(candidate: &Open, other: &Open) -> Option<Reason> {
    if other.kind == Kind::Build && other.id < candidate.id {
        let used = other.overlay.is_some_and(|overlay| candidate.uses.contains(&overlay));
        if candidate.kind.is_up() && used {
            return Some(Reason::Overlay);
        }
    }
    if candidate.server.is_some() && candidate.server == other.server {
        let overtaken = !other.running && candidate.kind.is_down() && other.kind.is_up();
        return (!overtaken).then_some(Reason::SameServer);
    }
    excludes_itself(candidate, other).then_some(Reason::SameWork)
}

fn excludes_itself(candidate: &Open, other: &Open) -> bool {
    candidate.kind == other.kind
        && match candidate.kind {
            Kind::Install | Kind::Refresh => true,
            Kind::Build => candidate.overlay == other.overlay,
            Kind::Start | Kind::Stop | Kind::Restart | Kind::Reset | Kind::Delete => false,
        }
}

/// The jobs that a new one of this kind on this server makes pointless, when they still wait: of one that takes it down starts and restarts; of
/// one that brings it up, which somebody wishes now, stops for which left4me waits until nobody plays.
pub fn displaced(kind: Kind, server: Option<ServerId>, open: &[Open]) -> impl Iterator<Item = JobId> + '_ {
    let pointless = move |other: &&Open| {
        let other_way =
            (kind.is_down() && other.kind.is_up()) || (kind.is_up() && other.careful && other.kind.is_down());
        server.is_some() && other.server == server && !other.running && other_way
    };
    open.iter().filter(pointless).map(|other| other.id)
}

/// The job that does what a new one would do, so that the new one is not needed: for most kinds one that still waits,
/// for what a second time would change nothing one that runs, too, unless it is being cancelled. Of a server only its last
/// job counts.
#[must_use]
pub fn same(kind: Kind, server: Option<ServerId>, overlay: Option<OverlayId>, open: &[Open]) -> Option<JobId> {
    let related = |other: &&Open| if server.is_some() { other.server == server } else { other.kind == kind };
    let last = open.iter().filter(related).filter(|other| other.overlay == overlay).max_by_key(|other| other.id)?;
    let idempotent = matches!(kind, Kind::Install | Kind::Refresh | Kind::Start | Kind::Stop | Kind::Delete);
    // One that care decided may find, while it runs, that it must do nothing: whoever wishes it now is not served by that.
    let enough = !last.running || (idempotent && !last.careful);
    (last.kind == kind && !last.cancelling && enough).then_some(last.id)
}

#[cfg(test)]
mod tests;
