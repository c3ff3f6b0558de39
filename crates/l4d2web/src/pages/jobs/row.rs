use std::collections::HashMap;

use super::words::{title, waits_for};
use crate::db::job_list::Listed;
use crate::db::{self, Db, jobs};
use crate::id::JobId;
use crate::pages::kit::{JobRow, StatePill, duration};
use crate::queue::rules::{self, Verdict};
use crate::queue::{JobState, Waiting};

/// What each job that waits does wait for.
pub async fn waits(db: &Db) -> db::Result<HashMap<JobId, Waiting>> {
    let open = jobs::open(&mut *db.read().acquire().await?).await?;
    let waiting = open.iter().filter(|job| !job.running).map(|job| {
        let waiting = match rules::may_start(job, &open) {
            Verdict::WaitFor(other, reason) => Waiting::Job(other, reason),
            Verdict::Go => Waiting::Worker,
        };
        (job.id, waiting)
    });
    Ok(waiting.collect())
}

/// What a job that waits does wait for, in words that follow "it"; none when it does not wait any more.
pub async fn waiting_words(db: &Db, job: JobId) -> db::Result<Option<String>> {
    Ok(waits(db).await?.get(&job).copied().map(waits_for))
}

/// The rows of a list.
pub async fn rows(db: &Db, jobs: Vec<Listed>, now: i64) -> db::Result<Vec<JobRow>> {
    let any_waits = jobs.iter().any(|job| job.state == JobState::Queued);
    let waits = if any_waits { waits(db).await? } else { HashMap::new() };
    Ok(jobs.into_iter().map(|job| row(job, &waits, now)).collect())
}

fn row(job: Listed, waits: &HashMap<JobId, Waiting>, now: i64) -> JobRow {
    let note = match job.state {
        JobState::Queued => waits.get(&job.id).copied().map(waits_for),
        JobState::Running | JobState::Cancelling | JobState::Succeeded => None,
        JobState::Failed | JobState::Cancelled | JobState::Interrupted => job.summary,
    };
    let running = job.started_at.filter(|_| !job.state.is_over()).map(|started| (started, now));
    let took = match (job.started_at, job.finished_at) {
        (Some(started), Some(finished)) => duration(finished - started),
        _ => String::new(),
    };
    JobRow {
        id: job.id.0,
        title: title(job.kind, &job.subject),
        by: job.by.unwrap_or_else(|| "left4me".to_owned()),
        note: note.unwrap_or_default(),
        pill: StatePill::of_job(job.state.as_str()),
        asked_at: job.created_at,
        running,
        took,
    }
}
