//! The logs of jobs as a whole: what they take, and removing them.

use sqlx::SqliteConnection;

use crate::db::{Db, Result};
use crate::id::JobId;

/// How many lines are removed in one transaction, so that others can write in between.
const LINES_AT_ONCE: i64 = 5000;

/// What is, or was, to be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logs {
    /// How many jobs have lines.
    pub jobs: i64,
    /// How many lines.
    pub lines: i64,
}

/// The logs of the jobs that ended before `before` (Unix seconds).
pub async fn count_before(db: &Db, before: i64) -> Result<Logs> {
    sqlx::query_as!(
        Logs,
        r#"SELECT count(DISTINCT job_id) AS "jobs!: i64", count(*) AS "lines!: i64" FROM job_lines
           WHERE job_id IN (SELECT id FROM jobs WHERE finished_at < ?)"#,
        before
    )
    .fetch_one(db.read())
    .await
}

/// Removes the logs of the jobs that ended before `before`, the oldest of them first, at most those of `limit` jobs; how many lines that
/// were. The jobs themselves stay.
pub async fn remove_before(db: &Db, before: i64, limit: u32) -> Result<u64> {
    let done = sqlx::query!(
        r#"DELETE FROM job_lines WHERE job_id IN (
               SELECT id FROM jobs WHERE finished_at < ?1 AND EXISTS (SELECT 1 FROM job_lines WHERE job_id = jobs.id) ORDER BY id LIMIT ?2)"#,
        before,
        limit
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected())
}

/// Notes that lines were added to a job's log, which are so long together, in bytes.
pub async fn grew(db: &mut SqliteConnection, job: JobId, bytes: i64) -> Result<()> {
    sqlx::query!("UPDATE jobs SET log_bytes = log_bytes + ? WHERE id = ?", bytes, job).execute(db).await?;
    Ok(())
}

/// Removes logs of jobs that are over and were asked for by who asked for `job`: the oldest, as far as all of that user's are longer than `most`
/// bytes together; never `job`'s own. How many jobs lost theirs.
pub async fn trim(db: &Db, job: JobId, most: i64) -> Result<usize> {
    let old = sqlx::query_scalar!(
        r#"SELECT id AS "id!: JobId" FROM (
               SELECT id, finished_at, sum(log_bytes) OVER (ORDER BY id DESC) AS held FROM jobs
               WHERE user_id IS (SELECT user_id FROM jobs WHERE id = ?1) AND log_bytes > 0)
           WHERE held > ?2 AND id <> ?1 AND finished_at IS NOT NULL ORDER BY id"#,
        job,
        most
    )
    .fetch_all(db.read())
    .await?;
    for id in &old {
        while remove_lines(db, *id).await? > 0 {}
        sqlx::query!("UPDATE jobs SET log_bytes = 0 WHERE id = ?", id).execute(db.write()).await?;
    }
    Ok(old.len())
}

async fn remove_lines(db: &Db, job: JobId) -> Result<u64> {
    let done = sqlx::query!(
        "DELETE FROM job_lines WHERE job_id = ?1 AND seq < (SELECT min(seq) FROM job_lines WHERE job_id = ?1) + ?2",
        job,
        LINES_AT_ONCE
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected())
}
