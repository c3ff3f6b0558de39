//! The table `schedules`: what is done each day.

use sqlx::SqliteConnection;

use crate::db::{Db, Result};
use crate::id::{ScheduleId, ServerId};

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "snake_case")]
pub enum Action {
    /// A server restarts when nobody plays.
    Restart,
    /// A server restarts, after warnings to who plays.
    RestartAnyway,
    /// A server starts.
    Start,
    /// A server stops when nobody plays.
    Stop,
    /// A server stops, after warnings to who plays.
    StopAnyway,
    /// The game is updated.
    Install,
}

impl Action {
    /// Whether it is done whoever plays, who is warned before.
    #[must_use]
    pub fn is_forced(self) -> bool {
        matches!(self, Self::RestartAnyway | Self::StopAnyway)
    }
}

/// Something that is done each day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Key.
    pub id: ScheduleId,
    /// With which server; none: with the game.
    pub server_id: Option<ServerId>,
    /// What.
    pub kind: Action,
    /// When: minutes since midnight.
    pub minute: i64,
    /// By the clock of this zone.
    pub zone: String,
    /// When next, Unix seconds.
    pub next_at: i64,
    /// When last, Unix seconds.
    pub last_at: Option<i64>,
    /// What came of that, a sentence.
    pub last: Option<String>,
}

/// Those of a server, or of the game.
pub async fn list(db: &Db, server: Option<ServerId>) -> Result<Vec<Schedule>> {
    sqlx::query_as!(
        Schedule,
        r#"SELECT id AS "id!: ScheduleId", server_id AS "server_id: ServerId", kind AS "kind: Action", minute, zone, next_at, last_at, last
           FROM schedules WHERE server_id IS ? ORDER BY minute, id"#,
        server
    )
    .fetch_all(db.read())
    .await
}

/// All of them.
pub async fn all(db: &Db) -> Result<Vec<Schedule>> {
    sqlx::query_as!(
        Schedule,
        r#"SELECT id AS "id!: ScheduleId", server_id AS "server_id: ServerId", kind AS "kind: Action", minute, zone, next_at, last_at, last
           FROM schedules ORDER BY next_at, id"#
    )
    .fetch_all(db.read())
    .await
}

/// Adds one, unless there are `most` already; says whether it did.
pub async fn insert(
    db: &Db,
    server: Option<ServerId>,
    kind: Action,
    (minute, zone): (u16, &str),
    next_at: i64,
    most: i64,
    now: i64,
) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO schedules (server_id, kind, minute, zone, next_at, created_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE (SELECT count(*) FROM schedules WHERE server_id IS ?1) < ?7",
        server,
        kind,
        minute,
        zone,
        next_at,
        now,
        most
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Changes one of a server, or of the game; false when it has no such.
pub async fn update(
    db: &Db,
    server: Option<ServerId>,
    id: ScheduleId,
    kind: Action,
    (minute, zone): (u16, &str),
    next_at: i64,
) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE schedules SET kind = ?, minute = ?, zone = ?, next_at = ? WHERE id = ? AND server_id IS ?",
        kind,
        minute,
        zone,
        next_at,
        id,
        server
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes one of a server, or of the game; false when it has no such.
pub async fn delete(db: &Db, server: Option<ServerId>, id: ScheduleId) -> Result<bool> {
    let done =
        sqlx::query!("DELETE FROM schedules WHERE id = ? AND server_id IS ?", id, server).execute(db.write()).await?;
    Ok(done.rows_affected() == 1)
}

/// Moves one on from the time that it had: false when somebody else did so, or it is gone. `last`: what came of that time.
pub async fn advance(db: &mut SqliteConnection, schedule: &Schedule, next_at: i64, last: Option<&str>) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE schedules SET next_at = ?1, last_at = CASE WHEN ?2 IS NULL THEN last_at ELSE next_at END, last = ifnull(?2, last)
         WHERE id = ?3 AND next_at = ?4",
        next_at,
        last,
        schedule.id,
        schedule.next_at
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The zone that was chosen last.
pub async fn last_zone(db: &Db) -> Result<Option<String>> {
    sqlx::query_scalar!("SELECT zone FROM schedules ORDER BY id DESC LIMIT 1").fetch_optional(db.read()).await
}
