//! The logs of jobs as a whole: what they take, and removing them.

use crate::db::{Db, Result};

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
