//! Who else asked for what a job does, while it waited. It stands among the job's lines, so that people read it there, too.

use sqlx::SqliteConnection;

use crate::db::{Db, Result, job_lines};
use crate::id::{JobId, UserId};

/// Notes, once, that `user` asks for what a job does that still waits, which somebody else asked for. What left4me itself asks for is nobody's:
/// then the job is, too.
pub async fn note(db: &mut SqliteConnection, job: JobId, user: Option<UserId>, at: i64) -> Result<()> {
    let Some(user) = user else {
        sqlx::query!("UPDATE jobs SET user_id = NULL WHERE id = ? AND state = 'queued'", job).execute(db).await?;
        return Ok(());
    };
    let line = sqlx::query_scalar!(
        r#"SELECT 'Also asked for by ' || users.name || '.' AS "line!: String" FROM jobs JOIN users ON users.id = ?2
           WHERE jobs.id = ?1 AND jobs.state = 'queued' AND jobs.user_id <> ?2
             AND NOT EXISTS (SELECT 1 FROM job_lines WHERE job_id = ?1 AND line = 'Also asked for by ' || users.name || '.')"#,
        job,
        user
    )
    .fetch_optional(&mut *db)
    .await?;
    match line {
        Some(line) => job_lines::append(db, job, at, &line).await,
        None => Ok(()),
    }
}

/// The users who were noted, the first of them first.
pub async fn others(db: &Db, job: JobId) -> Result<Vec<UserId>> {
    sqlx::query_scalar!(
        r#"SELECT users.id AS "id!: UserId"
           FROM job_lines JOIN users ON job_lines.line = 'Also asked for by ' || users.name || '.'
           WHERE job_id = ? AND stream = 'left4me' ORDER BY seq"#,
        job
    )
    .fetch_all(db.read())
    .await
}

/// Makes a job that of `user`.
pub async fn set(db: &Db, job: JobId, user: UserId) -> Result<()> {
    sqlx::query!("UPDATE jobs SET user_id = ? WHERE id = ?", user, job).execute(db.write()).await?;
    Ok(())
}

/// The jobs that wait and were asked for by `user`, each with the first of the others who asked for it.
pub async fn waiting_of(db: &mut SqliteConnection, user: UserId) -> Result<Vec<(JobId, Option<UserId>)>> {
    let rows = sqlx::query!(
        r#"SELECT jobs.id AS "id!: JobId",
                  (SELECT users.id FROM job_lines JOIN users ON job_lines.line = 'Also asked for by ' || users.name || '.'
                   WHERE job_id = jobs.id AND stream = 'left4me' AND users.id <> ?1 ORDER BY seq LIMIT 1) AS "other: UserId"
           FROM jobs WHERE jobs.user_id = ?1 AND jobs.state = 'queued' ORDER BY jobs.id"#,
        user
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.other)).collect())
}
