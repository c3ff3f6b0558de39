//! The tables `server_crashes` and `server_hangs`: how servers ended by themselves, and which do not answer.

use sqlx::SqliteConnection;

use crate::db::{Db, Result};
use crate::id::ServerId;

/// How long crashes are kept, in seconds.
const KEPT_FOR: i64 = 30 * 86_400;

/// A server that ended by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crash {
    /// When, Unix seconds.
    pub at: i64,
    /// How: what follows "it".
    pub how: String,
    /// Whether systemd started it again.
    pub back: bool,
    /// The last lines of its log; none: they are not read yet.
    pub lines: Option<String>,
}

/// A server that runs and does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hang {
    /// Which.
    pub server: ServerId,
    /// When it was last heard of, Unix seconds.
    pub since_at: i64,
    /// When that was found, Unix seconds.
    pub found_at: i64,
    /// The start of the process that hangs, Unix seconds.
    pub started_at: Option<i64>,
    /// Whether its console alone is silent: it answers queries.
    pub answers: bool,
}

/// Notes a crash; false when it is known. One that was followed by a start may turn out to be the last that systemd allows.
pub async fn note(db: &mut SqliteConnection, server: ServerId, at: i64, how: &str, back: bool) -> Result<bool> {
    let known = sqlx::query_scalar!("SELECT count(*) FROM server_crashes WHERE server_id = ? AND at = ?", server, at)
        .fetch_one(&mut *db)
        .await?;
    if known > 0 {
        sqlx::query!(
            "UPDATE server_crashes SET back = ? WHERE server_id = ? AND at = ? AND back = 1",
            back,
            server,
            at
        )
        .execute(db)
        .await?;
        return Ok(false);
    }
    sqlx::query!("INSERT INTO server_crashes (server_id, at, how, back) VALUES (?, ?, ?, ?)", server, at, how, back)
        .execute(&mut *db)
        .await?;
    let before = at - KEPT_FOR;
    sqlx::query!("DELETE FROM server_crashes WHERE server_id = ? AND at < ?", server, before).execute(db).await?;
    Ok(true)
}

/// The crashes of a server since then, the last first; 50 at most.
pub async fn since(db: &Db, server: ServerId, since: i64) -> Result<Vec<Crash>> {
    sqlx::query_as!(
        Crash,
        r#"SELECT at, how, back AS "back: bool", lines FROM server_crashes WHERE server_id = ? AND at >= ? ORDER BY at DESC LIMIT 50"#,
        server,
        since
    )
    .fetch_all(db.read())
    .await
}

/// A crash of which the last lines are still to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread {
    /// Of which server.
    pub server: ServerId,
    /// When it was, Unix seconds.
    pub at: i64,
    /// How often it was tried to read them.
    pub reads: i64,
}

/// Crashes of which the last lines are to be read now. A time that is an hour ahead was set by a wrong clock.
pub async fn unread(db: &Db, now: i64) -> Result<Vec<Unread>> {
    sqlx::query_as!(
        Unread,
        r#"SELECT server_id AS "server!: ServerId", at AS "at!", reads AS "reads!" FROM server_crashes
           WHERE lines IS NULL AND (read_at <= ?1 OR read_at > ?1 + 3600) ORDER BY at DESC LIMIT 20"#,
        now
    )
    .fetch_all(db.read())
    .await
}

/// Notes that they could not be read, and when that is tried again.
pub async fn put_off_lines(db: &Db, server: ServerId, at: i64, reads: i64, read_at: i64) -> Result<()> {
    sqlx::query!(
        "UPDATE server_crashes SET reads = ?, read_at = ? WHERE server_id = ? AND at = ?",
        reads,
        read_at,
        server,
        at
    )
    .execute(db.write())
    .await?;
    Ok(())
}

/// Stores the last lines.
pub async fn set_lines(db: &Db, server: ServerId, at: i64, lines: &str) -> Result<()> {
    sqlx::query!("UPDATE server_crashes SET lines = ? WHERE server_id = ? AND at = ?", lines, server, at)
        .execute(db.write())
        .await?;
    Ok(())
}

/// The servers that hang, or this one if it does.
pub async fn hangs(db: &Db, one: Option<ServerId>) -> Result<Vec<Hang>> {
    sqlx::query_as!(
        Hang,
        r#"SELECT server_id AS "server!: ServerId", since_at, found_at, started_at, answers AS "answers: bool"
           FROM server_hangs WHERE ?1 IS NULL OR server_id = ?1"#,
        one
    )
    .fetch_all(db.read())
    .await
}

/// Notes that a server hangs; false when that is known. One whose console alone was silent may turn out to hang.
pub async fn note_hang(db: &mut SqliteConnection, hang: Hang) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO server_hangs (server_id, since_at, found_at, started_at, answers) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (server_id) DO UPDATE
         SET since_at = excluded.since_at, found_at = excluded.found_at, started_at = excluded.started_at, answers = 0
         WHERE server_hangs.answers = 1 AND excluded.answers = 0",
        hang.server,
        hang.since_at,
        hang.found_at,
        hang.started_at,
        hang.answers
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that a server does not hang any more.
pub async fn end_hang(db: &Db, server: ServerId) -> Result<()> {
    sqlx::query!("DELETE FROM server_hangs WHERE server_id = ?", server).execute(db.write()).await?;
    Ok(())
}

/// Notes that people were told of a build of the game; false when they were before.
pub async fn note_build(db: &mut SqliteConnection, build: &str) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO game_care (id, notified) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET notified = ?1 WHERE notified <> ?1",
        build
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
