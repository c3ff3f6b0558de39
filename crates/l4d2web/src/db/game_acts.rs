//! The table `game_acts`: what was done to games from pages, by whom, and what came of it.

use crate::db::{Db, Result};
use crate::id::{ServerId, UserId};

/// What kind of act it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum ActKind {
    /// Another map, mode or difficulty.
    Change,
    /// Somebody was thrown out.
    Kick,
    /// Somebody may not come.
    Ban,
    /// Somebody may come again.
    Lift,
    /// Something was said to all who play.
    Say,
}

/// How far an act is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum ActState {
    /// At it.
    Running,
    /// It counts here, and the game is told when it answers.
    Waiting,
    /// Done, and read back.
    Done,
    /// The game did not want it.
    Refused,
    /// It could not be done, or it is not known whether it was.
    Failed,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GameAct {
    /// Key.
    pub id: i64,
    /// What kind.
    pub kind: ActKind,
    /// A clause that says what: “Change to Dark Carnival”.
    pub what: String,
    /// Who; none when they are gone, or the panel itself.
    pub by: Option<String>,
    /// When, Unix seconds.
    pub at: i64,
    /// How far.
    pub state: ActState,
    /// What came of it, a sentence.
    pub result: String,
    /// When it ended, Unix seconds.
    pub ended_at: Option<i64>,
}

/// How many are kept of a server.
const MOST: i64 = 500;

/// Puts down that somebody does something; the key of the row.
pub async fn begin(
    db: &Db,
    server: ServerId,
    user: Option<UserId>,
    kind: ActKind,
    what: &str,
    now: i64,
) -> Result<i64> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    let done = sqlx::query!(
        "INSERT INTO game_acts (server_id, user_id, kind, what, at, state) VALUES (?, ?, ?, ?, ?, 'running')",
        server,
        user,
        kind,
        what,
        now
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "DELETE FROM game_acts WHERE server_id = ?1 AND id <=
         (SELECT id FROM game_acts WHERE server_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        server,
        MOST
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(done.last_insert_rowid())
}

/// Puts down what came of it.
pub async fn end(db: &Db, id: i64, state: ActState, result: &str, now: i64) -> Result<()> {
    sqlx::query!(
        "UPDATE game_acts SET state = ?, result = ?, ended_at = ? WHERE id = ? AND state = 'running'",
        state,
        result,
        now,
        id
    )
    .execute(db.write())
    .await?;
    Ok(())
}

/// Puts down of what waited that the game has it, when the process that began at `start` has been told all bans; whether anything did.
pub async fn told(db: &Db, server: ServerId, start: i64, result: &str, now: i64) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE game_acts SET state = 'done', result = ?1, ended_at = ?2 WHERE server_id = ?3 AND state = 'waiting' AND NOT EXISTS (
             SELECT 1 FROM bans
             WHERE server_id = ?3 AND (lifted = 1 OR (told_start IS NOT ?4 AND (until_at IS NULL OR until_at > ?2))))",
        result,
        now,
        server,
        start
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Puts down of all that are under way that nobody is at them any more: the panel was ended.
pub async fn abandon(db: &Db, result: &str, now: i64) -> Result<()> {
    sqlx::query!(
        "UPDATE game_acts SET state = 'failed', result = ?, ended_at = ? WHERE state = 'running'",
        result,
        now
    )
    .execute(db.write())
    .await?;
    Ok(())
}

/// The newest acts of a server, the newest first.
pub async fn newest(db: &Db, server: ServerId, most: i64) -> Result<Vec<GameAct>> {
    sqlx::query_as!(
        GameAct,
        r#"SELECT a.id AS "id!", a.kind AS "kind: ActKind", a.what, u.name AS "by?", a.at, a.state AS "state: ActState",
                  a.result, a.ended_at
           FROM game_acts a LEFT JOIN users u ON u.id = a.user_id
           WHERE a.server_id = ? ORDER BY a.id DESC LIMIT ?"#,
        server,
        most
    )
    .fetch_all(db.read())
    .await
}
