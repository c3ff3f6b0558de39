//! The table `jobs`: what waits, runs and ran.

use sqlx::SqliteConnection;

use crate::db::{Db, Result};
use crate::id::{JobId, OverlayId, ServerId, UserId};
use crate::queue::rules::Open;
use crate::queue::{Condition, JobState, Kind, Work};

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What it does.
    pub kind: Kind,
    /// Where it is in its life.
    pub state: JobState,
    /// Who asked for it; none: left4me itself, or somebody who is gone.
    pub user_id: Option<UserId>,
    /// The server that it is about; none when it is about none, or that one is gone.
    pub server_id: Option<ServerId>,
    /// The overlay that it is about; none when it is about none, or that one is gone.
    pub overlay_id: Option<OverlayId>,
    /// The name of the server or overlay when the job was asked for; empty when it is about none.
    pub subject: String,
    /// Of a build: whether it begins with nothing, instead of what is published.
    pub reset: bool,
    /// Of a restart or a stop: what must hold as it begins.
    pub only_when: Option<Condition>,
    /// How `l4d2ctl` ended: its exit code, or 128 and the signal.
    pub exit_code: Option<i64>,
    /// How it ended, in plain words.
    pub summary: Option<String>,
    /// While it runs: [`crate::host::Progress`] as JSON.
    pub progress: Option<String>,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub started_at: Option<i64>,
    /// Unix seconds.
    pub finished_at: Option<i64>,
}

impl Job {
    /// How far it is, while it runs.
    #[must_use]
    pub fn progress(&self) -> Option<crate::host::Progress> {
        serde_json::from_str(self.progress.as_deref()?).ok()
    }

    /// What it would take to do it again; none when what it is about is gone.
    #[must_use]
    pub fn work(&self) -> Option<Work> {
        match (self.kind, self.server_id, self.only_when) {
            (Kind::Restart, Some(server), Some(condition)) => Some(Work::RestartIf(server, condition)),
            (Kind::Stop, Some(server), Some(condition)) => Some(Work::StopIf(server, condition)),
            _ => Work::of(self.kind, self.server_id, self.overlay_id, self.reset),
        }
    }
}

/// Which jobs to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// All.
    All,
    /// Those of a server.
    Server(ServerId),
    /// Those of an overlay.
    Overlay(OverlayId),
    /// Those that a user may see: asked for, of a server that is theirs or shared with them, or of an overlay that is theirs.
    User(UserId),
}

/// Adds a job that waits.
pub async fn insert(
    db: &mut SqliteConnection,
    work: Work,
    by: Option<UserId>,
    subject: &str,
    now: i64,
) -> Result<JobId> {
    let (kind, server, overlay, reset) = (work.kind(), work.server(), work.overlay(), work.resets());
    let only_when = work.condition();
    sqlx::query_scalar!(
        r#"INSERT INTO jobs (kind, user_id, server_id, overlay_id, reset, only_when, subject, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
           RETURNING id AS "id!: JobId""#,
        kind,
        by,
        server,
        overlay,
        reset,
        only_when,
        subject,
        now
    )
    .fetch_one(db)
    .await
}

/// The job with this number.
pub async fn find(db: &Db, id: JobId) -> Result<Option<Job>> {
    sqlx::query_as!(
        Job,
        r#"SELECT id AS "id: JobId", kind AS "kind: Kind", state AS "state: JobState", user_id AS "user_id: UserId",
                  server_id AS "server_id: ServerId", overlay_id AS "overlay_id: OverlayId", subject, reset AS "reset: bool",
                  only_when AS "only_when: Condition", exit_code, summary, progress,
                  created_at, started_at, finished_at
           FROM jobs WHERE id = ?"#,
        id
    )
    .fetch_optional(db.read())
    .await
}

/// Lets a build that waits begin with nothing; false when it does not wait any more.
pub async fn set_reset(db: &mut SqliteConnection, id: JobId) -> Result<bool> {
    let done = sqlx::query!("UPDATE jobs SET reset = 1 WHERE id = ? AND state = 'queued'", id).execute(db).await?;
    Ok(done.rows_affected() == 1)
}

/// Lets a restart or a stop that waits be done whatever holds.
pub async fn set_regardless(db: &mut SqliteConnection, id: JobId) -> Result<()> {
    sqlx::query!("UPDATE jobs SET only_when = NULL WHERE id = ? AND state = 'queued'", id).execute(db).await?;
    Ok(())
}

/// The restart or stop of a server that waits or runs, and for which care decides whom it throws out.
pub async fn open_with_care(db: &Db, server: ServerId) -> Result<Option<JobId>> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id: JobId" FROM jobs
           WHERE server_id = ? AND only_when IN ('empty', 'warned') AND state IN ('queued', 'running')"#,
        server
    )
    .fetch_optional(db.read())
    .await
}

/// Whether a job of a server is not over.
pub async fn is_busy(db: &mut SqliteConnection, server: ServerId) -> Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT count(*) > 0 AS "is!: bool" FROM jobs WHERE server_id = ? AND state IN ('queued', 'running', 'cancelling')"#,
        server
    )
    .fetch_one(db)
    .await
}

/// Whether a job of a server is not over that was asked for after `job`.
pub async fn newer_is_open(db: &mut SqliteConnection, server: ServerId, job: JobId) -> Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT count(*) > 0 AS "is!: bool" FROM jobs WHERE server_id = ? AND id > ? AND state IN ('queued', 'running', 'cancelling')"#,
        server,
        job
    )
    .fetch_one(db)
    .await
}

/// All jobs that are not over, the oldest first, with the overlays that they would use if they began now.
pub async fn open(db: &mut SqliteConnection) -> Result<Vec<Open>> {
    let jobs = sqlx::query!(
        r#"SELECT id AS "id: JobId", kind AS "kind: Kind", state <> 'queued' AS "running!: bool",
                  state = 'cancelling' AS "cancelling!: bool", only_when IS NOT NULL AS "careful!: bool",
                  server_id AS "server: ServerId", overlay_id AS "overlay: OverlayId"
           FROM jobs WHERE state IN ('queued', 'running', 'cancelling') ORDER BY id"#
    )
    .fetch_all(&mut *db)
    .await?;
    let uses = sqlx::query!(
        r#"SELECT jobs.id AS "job: JobId", blueprint_overlays.overlay_id AS "overlay: OverlayId"
           FROM jobs JOIN servers ON servers.id = jobs.server_id
                JOIN blueprint_overlays ON blueprint_overlays.blueprint_id = servers.blueprint_id
           WHERE jobs.state = 'queued' AND jobs.kind IN ('start', 'restart')"#
    )
    .fetch_all(db)
    .await?;
    let open = jobs.into_iter().map(|job| Open {
        uses: uses.iter().filter(|used| used.job == job.id).map(|used| used.overlay).collect(),
        id: job.id,
        kind: job.kind,
        running: job.running,
        cancelling: job.cancelling,
        careful: job.careful,
        server: job.server,
        overlay: job.overlay,
    });
    Ok(open.collect())
}

/// Takes a job that waits, to run it; false when it does not wait any more.
pub async fn claim(db: &Db, id: JobId, now: i64) -> Result<bool> {
    let done =
        sqlx::query!("UPDATE jobs SET state = 'running', started_at = ? WHERE id = ? AND state = 'queued'", now, id)
            .execute(db.write())
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Marks a job that runs as one that is being cancelled; false when it does not run.
pub async fn set_cancelling(db: &mut SqliteConnection, id: JobId) -> Result<bool> {
    let done =
        sqlx::query!("UPDATE jobs SET state = 'cancelling' WHERE id = ? AND state = 'running'", id).execute(db).await?;
    Ok(done.rows_affected() == 1)
}

/// Whether a job runs and is being cancelled.
pub async fn is_cancelling(db: &mut SqliteConnection, id: JobId) -> Result<bool> {
    sqlx::query_scalar!(r#"SELECT count(*) > 0 AS "is!: bool" FROM jobs WHERE id = ? AND state = 'cancelling'"#, id)
        .fetch_one(db)
        .await
}

/// Cancels a job that waits; false when it does not wait any more.
pub async fn cancel_queued(db: &mut SqliteConnection, id: JobId, summary: &str, now: i64) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE jobs SET state = 'cancelled', summary = ?, finished_at = ? WHERE id = ? AND state = 'queued'",
        summary,
        now,
        id
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How far a job is that runs.
pub async fn set_progress(db: &Db, id: JobId, progress: &str) -> Result<()> {
    sqlx::query!("UPDATE jobs SET progress = ? WHERE id = ? AND state IN ('running', 'cancelling')", progress, id)
        .execute(db.write())
        .await?;
    Ok(())
}

/// How a job that ran ended.
pub async fn finish(
    db: &mut SqliteConnection,
    id: JobId,
    state: JobState,
    exit_code: Option<i32>,
    summary: &str,
    now: i64,
) -> Result<()> {
    sqlx::query!(
        r#"UPDATE jobs SET state = ?, exit_code = ?, summary = ?, progress = NULL, finished_at = ?
           WHERE id = ? AND state IN ('running', 'cancelling')"#,
        state,
        exit_code,
        summary,
        now,
        id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A job that is said to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    /// Its number.
    pub id: JobId,
    /// What it does.
    pub kind: Kind,
    /// The server that it is about.
    pub server: Option<ServerId>,
    /// The overlay that it is about.
    pub overlay: Option<OverlayId>,
}

/// The jobs that are said to run.
pub async fn running(db: &mut SqliteConnection) -> Result<Vec<Begun>> {
    sqlx::query_as!(
        Begun,
        r#"SELECT id AS "id: JobId", kind AS "kind: Kind", server_id AS "server: ServerId", overlay_id AS "overlay: OverlayId"
           FROM jobs WHERE state IN ('running', 'cancelling') ORDER BY id"#
    )
    .fetch_all(db)
    .await
}
