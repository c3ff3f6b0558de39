//! The table `command_history`: what people typed into consoles, and what came of it.

use crate::db::{Db, Result};
use crate::id::{ServerId, UserId};

/// A command with its reply. Secrets are masked in both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Key.
    pub id: i64,
    /// When, Unix seconds.
    pub at: i64,
    /// The line.
    pub command: String,
    /// What the game said, or why it did not.
    pub reply: String,
    /// Whether the game said nothing.
    pub failed: bool,
}

/// How many are kept of a user on a server, and how many bytes they have.
const MOST: i64 = 500;
const BYTES: i64 = 1024 * 1024;

/// Puts a command down, and forgets the oldest that are too many.
pub async fn insert(
    db: &Db,
    server: ServerId,
    user: UserId,
    command: &str,
    reply: &str,
    failed: bool,
    at: i64,
) -> Result<Said> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    let done = sqlx::query!(
        "INSERT INTO command_history (server_id, user_id, at, command, reply, failed) VALUES (?, ?, ?, ?, ?, ?)",
        server,
        user,
        at,
        command,
        reply,
        failed
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "DELETE FROM command_history WHERE server_id = ?1 AND user_id = ?2 AND id <=
         (SELECT id FROM command_history WHERE server_id = ?1 AND user_id = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)",
        server,
        user,
        MOST
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "DELETE FROM command_history WHERE server_id = ?1 AND user_id = ?2 AND id <=
         (SELECT max(id) FROM (SELECT id, sum(octet_length(command) + octet_length(reply)) OVER (ORDER BY id DESC) AS bytes
                               FROM command_history WHERE server_id = ?1 AND user_id = ?2) WHERE bytes > ?3)",
        server,
        user,
        BYTES
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Said { id: done.last_insert_rowid(), at, command: command.to_owned(), reply: reply.to_owned(), failed })
}

/// The newest commands of a user on a server, the oldest of them first; those before one, when it is named.
pub async fn before(db: &Db, server: ServerId, user: UserId, before: Option<i64>, most: i64) -> Result<Vec<Said>> {
    let mut rows = sqlx::query_as!(
        Said,
        r#"SELECT id AS "id!", at, command, reply, failed AS "failed: bool" FROM command_history
           WHERE server_id = ?1 AND user_id = ?2 AND (?3 IS NULL OR id < ?3) ORDER BY id DESC LIMIT ?4"#,
        server,
        user,
        before,
        most
    )
    .fetch_all(db.read())
    .await?;
    rows.reverse();
    Ok(rows)
}
