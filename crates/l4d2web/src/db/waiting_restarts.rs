//! The table `waiting_restarts`: restarts that wait until nobody plays.

use sqlx::SqliteConnection;

use crate::db::{Db, Result};
use crate::id::{ServerId, UserId};

/// Why a restart waits.
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

/// A restart that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRestart {
    /// Of which server.
    pub server_id: ServerId,
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
    /// Why it could not be seen whether somebody plays, a clause.
    pub trouble: Option<String>,
}

/// Lets a restart wait; false when one does already. One that is done at a time takes the place of one that is not.
pub async fn put(
    db: &mut SqliteConnection,
    server: ServerId,
    reason: Reason,
    by: Option<UserId>,
    forced_at: Option<i64>,
    now: i64,
) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO waiting_restarts (server_id, reason, user_id, asked_at, forced_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (server_id) DO UPDATE
         SET reason = excluded.reason, user_id = excluded.user_id, asked_at = excluded.asked_at, forced_at = excluded.forced_at, warned = 0
         WHERE excluded.forced_at IS NOT NULL AND waiting_restarts.forced_at IS NULL",
        server,
        reason,
        by,
        now,
        forced_at
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The restarts that wait, or that of this server.
pub async fn list(db: &Db, one: Option<ServerId>) -> Result<Vec<WaitingRestart>> {
    sqlx::query_as!(
        WaitingRestart,
        r#"SELECT w.server_id AS "server_id!: ServerId", w.reason AS "reason!: Reason", w.user_id AS "user_id: UserId", u.name AS "by?",
                  w.asked_at AS "asked_at!", w.forced_at, w.warned AS "warned!", w.trouble
           FROM waiting_restarts w LEFT JOIN users u ON u.id = w.user_id WHERE ?1 IS NULL OR w.server_id = ?1 ORDER BY w.server_id"#,
        one
    )
    .fetch_all(db.read())
    .await
}

/// Lets a restart wait no longer; false when none did.
pub async fn delete(db: &mut SqliteConnection, server: ServerId) -> Result<bool> {
    let done = sqlx::query!("DELETE FROM waiting_restarts WHERE server_id = ?", server).execute(db).await?;
    Ok(done.rows_affected() > 0)
}

/// Notes why it could not be seen whether somebody plays; none when it could. Says whether that is new.
pub async fn set_trouble(db: &Db, server: ServerId, trouble: Option<&str>) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE waiting_restarts SET trouble = ?2 WHERE server_id = ?1 AND trouble IS NOT ?2",
        server,
        trouble
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes how many warnings were said, and when it is done.
pub async fn set_warned(db: &Db, server: ServerId, warned: i64, forced_at: i64) -> Result<()> {
    sqlx::query!(
        "UPDATE waiting_restarts SET warned = ?, forced_at = ? WHERE server_id = ? AND forced_at IS NOT NULL",
        warned,
        forced_at,
        server
    )
    .execute(db.write())
    .await?;
    Ok(())
}

/// Whether it waits still, and is the same.
pub async fn is_there(db: &mut SqliteConnection, restart: &WaitingRestart) -> Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT count(*) > 0 AS "is!: bool" FROM waiting_restarts WHERE server_id = ? AND asked_at = ? AND forced_at IS ?"#,
        restart.server_id,
        restart.asked_at,
        restart.forced_at
    )
    .fetch_one(db)
    .await
}
