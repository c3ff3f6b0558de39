//! The table `bans`: who may not come to a server, as it was wished here.

use crate::db::{Db, Result};
use crate::id::{ServerId, UserId};

/// A ban to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBan {
    /// Whose account, 64 bits.
    pub steam_id: i64,
    /// What they call themselves; empty when it is not known.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Until when, Unix seconds; none for good.
    pub until: Option<i64>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// Whose account, 64 bits.
    pub steam_id: i64,
    /// What they called themselves.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Who banned them; none when they are gone.
    pub by: Option<String>,
    /// When, Unix seconds.
    pub made_at: i64,
    /// Until when, Unix seconds; none for good.
    pub until_at: Option<i64>,
    /// Whether it is only there to be taken out of the game.
    pub lifted: bool,
    /// When the process of the game began that was told, Unix seconds; none when it is to be told.
    pub told_start: Option<i64>,
}

/// The most bans of a server.
pub const MOST: i64 = 5000;

/// Bans somebody, or bans them otherwise. It says whether there was room.
pub async fn put(db: &Db, server: ServerId, user: UserId, ban: &NewBan, now: i64) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO bans (server_id, steam_id, name, reason, user_id, made_at, until_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
         WHERE (SELECT count(*) FROM bans WHERE server_id = ?1 AND steam_id <> ?2) < ?8
         ON CONFLICT (server_id, steam_id) DO UPDATE SET
             name = CASE WHEN excluded.name = '' THEN name ELSE excluded.name END, reason = excluded.reason,
             user_id = excluded.user_id, made_at = excluded.made_at, until_at = excluded.until_at, lifted = 0,
             told_start = NULL",
        server,
        ban.steam_id,
        ban.name,
        ban.reason,
        user,
        now,
        ban.until,
        MOST
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Wishes that somebody may come again: the row stays until the game has heard of it.
pub async fn lift(db: &Db, server: ServerId, steam_id: i64, now: i64) -> Result<()> {
    sqlx::query!(
        "INSERT INTO bans (server_id, steam_id, name, reason, made_at, lifted) VALUES (?, ?, '', '', ?, 1)
         ON CONFLICT (server_id, steam_id) DO UPDATE SET lifted = 1, told_start = NULL",
        server,
        steam_id,
        now
    )
    .execute(db.write())
    .await?;
    Ok(())
}

/// Forgets one that is lifted, once the game has.
pub async fn forget(db: &Db, server: ServerId, steam_id: i64) -> Result<()> {
    sqlx::query!("DELETE FROM bans WHERE server_id = ? AND steam_id = ? AND lifted = 1", server, steam_id)
        .execute(db.write())
        .await?;
    Ok(())
}

/// Puts down that the process of the game that began at `start` has a ban, unless another was wished for meanwhile.
pub async fn set_told(db: &Db, server: ServerId, ban: &Ban, start: i64) -> Result<()> {
    sqlx::query!(
        "UPDATE bans SET told_start = ? WHERE server_id = ? AND steam_id = ? AND lifted = 0 AND made_at = ? AND until_at IS ?",
        start,
        server,
        ban.steam_id,
        ban.made_at,
        ban.until_at
    )
    .execute(db.write())
    .await?;
    Ok(())
}

/// Ends those that are over. A game that was told one forgets it by itself; of others its file may hold an older one for good, so that they stay to
/// be taken out. It says which servers are to be told.
pub async fn end_past(db: &Db, now: i64) -> Result<Vec<ServerId>> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query!("DELETE FROM bans WHERE until_at <= ? AND lifted = 0 AND told_start IS NOT NULL", now)
        .execute(&mut *tx)
        .await?;
    let servers = sqlx::query_scalar!(
        r#"UPDATE bans SET lifted = 1 WHERE until_at <= ? AND lifted = 0 RETURNING server_id AS "server_id!: ServerId""#,
        now
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(servers)
}

/// All of a server, the newest first; those that are over are left out, unless they are to be taken out of the game.
pub async fn of(db: &Db, server: ServerId, now: i64) -> Result<Vec<Ban>> {
    sqlx::query_as!(
        Ban,
        r#"SELECT b.steam_id AS "steam_id!", b.name, b.reason, u.name AS "by?", b.made_at, b.until_at, b.lifted AS "lifted: bool", b.told_start
           FROM bans b LEFT JOIN users u ON u.id = b.user_id
           WHERE b.server_id = ? AND (b.lifted = 1 OR b.until_at IS NULL OR b.until_at > ?) ORDER BY b.made_at DESC, b.steam_id"#,
        server,
        now
    )
    .fetch_all(db.read())
    .await
}
