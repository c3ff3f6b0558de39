//! The steps of jobs: those lines of `job_lines` that begin with `step: `, found by an index of their own.

use crate::db::{Db, Result};
use crate::id::JobId;

/// A step that a job has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When, Unix milliseconds.
    pub at: i64,
    /// The line without its beginning.
    pub words: String,
}

/// The first `limit` steps of a job, in their order.
pub async fn list(db: &Db, job: JobId, limit: u32) -> Result<Vec<Step>> {
    sqlx::query_as!(
        Step,
        r#"SELECT at, substr(line, 7) AS "words!: String" FROM job_lines
           WHERE job_id = ? AND substr(line, 1, 6) = 'step: ' ORDER BY seq LIMIT ?"#,
        job,
        limit
    )
    .fetch_all(db.read())
    .await
}
