//! A row of a list of jobs.

use super::StatePill;

/// A job as lists show it. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Its number.
    pub id: i64,
    /// What it does, with the name: `Start Friday Versus`.
    pub title: String,
    /// Who asked for it: a name, or `left4me`.
    pub by: String,
    /// What it waits for, or how it ended: `waits for job 1044`. May be empty.
    pub note: String,
    /// Its state.
    pub pill: StatePill,
    /// When it was asked for.
    pub asked_at: i64,
    /// Since when it runs, and the time now: while it does.
    pub running: Option<(i64, i64)>,
    /// How long it took, in words, once it ended. Empty before.
    pub took: String,
}
