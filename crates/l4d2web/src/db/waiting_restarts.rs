//! The table `waiting_restarts`: restarts and stops that wait until nobody plays, or until it is time.

use sqlx::SqliteConnection;

use crate::db::{Db, Result};
use crate::id::{ServerId, UserId};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum Deed {
    /// The server restarts.
    Restart,
    /// It stops.
    Stop,
}

/// Why it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum Reason {
    /// Somebody asked for it.
    Asked,
    /// There is a newer game.
    Update,
    /// It is done each day.
    Schedule,
    /// It has run for long.
    Uptime,
}

/// A restart or a stop that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRestart {
    /// Of which server.
    pub server_id: ServerId,
    /// What.
    pub deed: Deed,
    /// Why.
    pub reason: Reason,
    /// Who asked.
    pub user_id: Option<UserId>,
    /// The name of who asked.
    pub by: Option<String>,
    /// Unix seconds.
    pub asked_at: i64,
    /// When it is done even when people play, Unix seconds.
    pub forced_at: Option<i64>,
    /// How many warnings were said.
    pub warned: i64,
    /// How often it was put off since they could not be said.
    pub unsaid: i64,
    /// When it is tried again after it failed, Unix seconds.
    pub not_before: i64,
    /// Since when a lobby holds the server while nobody is on it, Unix seconds.
    pub coming_since: Option<i64>,
    /// Why it waits while nobody is seen to play, in sentences.
    pub trouble: Option<String>,
    /// Whether the server should run.
    pub wanted: bool,
}

/// Lets it wait; false when something waits already. What is stronger takes the place of what is weaker: a stop that of a restart, what is done at a
/// time that of what is not, and what somebody asked for that of what follows from how the server runs, which may take it back.
pub async fn put(
    db: &mut SqliteConnection,
    server: ServerId,
    (deed, reason): (Deed, Reason),
    by: Option<UserId>,
    forced_at: Option<i64>,
    now: i64,
) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO waiting_restarts AS w (server_id, deed, reason, user_id, asked_at, forced_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (server_id) DO UPDATE
         SET deed = excluded.deed, reason = excluded.reason, user_id = excluded.user_id, asked_at = excluded.asked_at,
             forced_at = excluded.forced_at, warned = 0, unsaid = 0, failed = 0, not_before = 0, trouble = NULL
         WHERE (excluded.deed = 'stop' AND w.deed = 'restart' AND (excluded.forced_at IS NOT NULL OR w.forced_at IS NULL))
            OR (excluded.deed = w.deed AND w.forced_at IS NULL
                AND (excluded.forced_at IS NOT NULL
                     OR (excluded.reason = 'asked' AND (w.reason <> 'asked' OR w.failed > 0))
                     OR (excluded.reason = 'schedule' AND w.reason IN ('update', 'uptime'))))",
        server,
        deed,
        reason,
        by,
        now,
        forced_at
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What waits, or what waits of this server.
pub async fn list(db: &Db, one: Option<ServerId>) -> Result<Vec<WaitingRestart>> {
    sqlx::query_as!(
        WaitingRestart,
        r#"SELECT w.server_id AS "server_id!: ServerId", w.deed AS "deed!: Deed", w.reason AS "reason!: Reason", w.user_id AS "user_id: UserId",
                  u.name AS "by?", w.asked_at AS "asked_at!", w.forced_at, w.warned AS "warned!", w.unsaid AS "unsaid!",
                  w.not_before AS "not_before!", w.coming_since, w.trouble, s.desired = 'running' AS "wanted!: bool"
           FROM waiting_restarts w JOIN servers s ON s.id = w.server_id LEFT JOIN users u ON u.id = w.user_id
           WHERE ?1 IS NULL OR w.server_id = ?1 ORDER BY w.server_id"#,
        one
    )
    .fetch_all(db.read())
    .await
}

/// What waits of a server, and why.
pub async fn deed(db: &mut SqliteConnection, server: ServerId) -> Result<Option<(Deed, Reason)>> {
    let row = sqlx::query!(
        r#"SELECT deed AS "deed: Deed", reason AS "reason: Reason" FROM waiting_restarts WHERE server_id = ?"#,
        server
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.deed, row.reason)))
}

/// Lets it wait no longer; false when nothing did.
pub async fn delete(db: &mut SqliteConnection, server: ServerId) -> Result<bool> {
    let done = sqlx::query!("DELETE FROM waiting_restarts WHERE server_id = ?", server).execute(db).await?;
    Ok(done.rows_affected() > 0)
}

/// Notes what was seen while it waits: why nothing is done, and since when a lobby holds the server.
pub async fn set_seen(db: &Db, server: ServerId, trouble: Option<&str>, coming_since: Option<i64>) -> Result<()> {
    sqlx::query!(
        "UPDATE waiting_restarts SET trouble = ?, coming_since = ? WHERE server_id = ?",
        trouble,
        coming_since,
        server
    )
    .execute(db.write())
    .await?;
    Ok(())
}

/// Notes that it failed before anything was done: it is tried again after a minute, and each time after twice as long, an hour at most. How often it
/// has failed by now; none when nothing waits.
pub async fn set_failed(db: &mut SqliteConnection, server: ServerId, trouble: &str, now: i64) -> Result<Option<i64>> {
    sqlx::query_scalar!(
        r#"UPDATE waiting_restarts
           SET failed = failed + 1, not_before = ?1 + min(3600, 60 << min(failed, 6)), trouble = ?2
           WHERE server_id = ?3 RETURNING failed AS "failed!: i64""#,
        now,
        trouble,
        server
    )
    .fetch_optional(db)
    .await
}

/// Notes how many warnings were said of one that is done at this time.
pub async fn set_warned(db: &Db, server: ServerId, warned: i64, forced_at: i64) -> Result<()> {
    sqlx::query!(
        "UPDATE waiting_restarts SET warned = ?, trouble = NULL WHERE server_id = ? AND forced_at = ?",
        warned,
        server,
        forced_at
    )
    .execute(db.write())
    .await?;
    Ok(())
}

/// Lets one that is done at a time be done at another, with its warnings anew.
pub async fn put_off(db: &Db, restart: &WaitingRestart, forced_at: i64, unsaid: i64, trouble: &str) -> Result<()> {
    sqlx::query!(
        "UPDATE waiting_restarts SET warned = 0, forced_at = ?, unsaid = ?, trouble = ? WHERE server_id = ? AND forced_at = ?",
        forced_at,
        unsaid,
        trouble,
        restart.server_id,
        restart.forced_at
    )
    .execute(db.write())
    .await?;
    Ok(())
}

/// Whether it waits still, and is the same.
pub async fn is_there(db: &mut SqliteConnection, restart: &WaitingRestart) -> Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT count(*) > 0 AS "is!: bool" FROM waiting_restarts WHERE server_id = ? AND asked_at = ? AND deed = ? AND forced_at IS ?"#,
        restart.server_id,
        restart.asked_at,
        restart.deed,
        restart.forced_at
    )
    .fetch_one(db)
    .await
}
