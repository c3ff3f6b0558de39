//! The table `job_lines`: what jobs printed, numbered 1, 2, 3 … within each.

use sqlx::SqliteConnection;

use crate::db::{Db, Result};
use crate::id::JobId;

/// Who printed a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum LineStream {
    /// Standard output of `l4d2ctl`.
    Stdout,
    /// Standard error of `l4d2ctl`.
    Stderr,
    /// The panel itself.
    Left4me,
}

impl LineStream {
    /// The word by which the database and pages know it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
            Self::Left4me => "left4me",
        }
    }
}

/// A line of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLine {
    /// Its place in the job: 1, 2, 3 …
    pub seq: i64,
    /// Unix milliseconds.
    pub at: i64,
    /// Who printed it.
    pub stream: LineStream,
    /// The line without its end; foreign text, which may hold escape sequences.
    pub line: String,
}

/// Adds lines, in one statement.
pub async fn insert(db: &mut SqliteConnection, job: JobId, lines: &[JobLine]) -> Result<()> {
    let rows: Vec<_> = lines.iter().map(|line| (line.seq, line.at, line.stream.as_str(), &line.line)).collect();
    let rows = serde_json::to_string(&rows).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query!(
        r#"INSERT INTO job_lines (job_id, seq, at, stream, line)
           SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)"#,
        job,
        rows
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Adds a line of the panel's behind the last; for jobs that do not run, so that nobody else adds any.
pub async fn append(db: &mut SqliteConnection, job: JobId, at: i64, text: &str) -> Result<()> {
    let seq = last_seq(&mut *db, job).await? + 1;
    insert(db, job, &[JobLine { seq, at, stream: LineStream::Left4me, line: text.to_owned() }]).await
}

/// The place of the last line; 0 when there is none.
pub async fn last_seq(db: &mut SqliteConnection, job: JobId) -> Result<i64> {
    sqlx::query_scalar!(r#"SELECT coalesce(max(seq), 0) AS "seq!: i64" FROM job_lines WHERE job_id = ?"#, job)
        .fetch_one(db)
        .await
}

/// How many lines a job has, which is the place of the last.
pub async fn count(db: &Db, job: JobId) -> Result<i64> {
    last_seq(&mut *db.read().acquire().await?, job).await
}

/// At most `limit` lines behind place `after`, the oldest first.
pub async fn after(db: &Db, job: JobId, after: i64, limit: u32) -> Result<Vec<JobLine>> {
    sqlx::query_as!(
        JobLine,
        r#"SELECT seq, at, stream AS "stream: LineStream", line FROM job_lines
           WHERE job_id = ? AND seq > ? ORDER BY seq LIMIT ?"#,
        job,
        after,
        limit
    )
    .fetch_all(db.read())
    .await
}

/// At most `limit` lines before place `before`, the newest of them, the oldest first.
pub async fn before(db: &Db, job: JobId, before: i64, limit: u32) -> Result<Vec<JobLine>> {
    let mut lines = sqlx::query_as!(
        JobLine,
        r#"SELECT seq, at, stream AS "stream: LineStream", line FROM job_lines
           WHERE job_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?"#,
        job,
        before,
        limit
    )
    .fetch_all(db.read())
    .await?;
    lines.reverse();
    Ok(lines)
}
