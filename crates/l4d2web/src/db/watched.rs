//! What the watch stores of servers in the table `servers`: what they do by themselves.

use crate::db::servers::Desired;
use crate::db::{Db, Result};
use crate::id::ServerId;

/// A server as the watch sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Key.
    pub id: ServerId,
    /// What should be.
    pub desired: Desired,
    /// The host's last answer (JSON).
    pub status: Option<String>,
    /// The word for its state in that answer.
    pub state: Option<String>,
    /// Whether the host has ever answered.
    pub asked: bool,
    /// Since when its state is not the desired one, Unix seconds.
    pub drift_seen_at: Option<i64>,
    /// Whether a job on it waits or runs.
    pub busy: bool,
}

/// All servers, or the one that is given.
pub async fn watched(db: &Db, one: Option<ServerId>) -> Result<Vec<Watched>> {
    sqlx::query_as!(
        Watched,
        r#"SELECT id AS "id!: ServerId", desired AS "desired: Desired", status,
                  CASE WHEN json_valid(status) THEN json_extract(status, '$.state') END AS "state: String",
                  status_at IS NOT NULL AS "asked!: bool", drift_seen_at,
                  EXISTS (SELECT 1 FROM jobs WHERE jobs.server_id = servers.id AND jobs.state IN ('queued', 'running', 'cancelling'))
                      AS "busy!: bool"
           FROM servers WHERE ?1 IS NULL OR id = ?1"#,
        one
    )
    .fetch_all(db.read())
    .await
}

/// Stores a new answer of the host in the place of the one that `before` has; none when the host does not know the server. Says whether it
/// did: not when somebody else has stored one meanwhile.
pub async fn set_status(db: &Db, before: &Watched, status: Option<&str>, at: i64) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE servers SET status = ?, status_at = ? WHERE id = ? AND status IS ?",
        status,
        at,
        before.id,
        before.status
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Stores since when a server's state is not the desired one.
pub async fn set_drift(db: &Db, id: ServerId, seen_at: Option<i64>) -> Result<()> {
    sqlx::query!("UPDATE servers SET drift_seen_at = ? WHERE id = ?", seen_at, id).execute(db.write()).await?;
    Ok(())
}
