//! The table `server_care`: what people wish for their servers.

use sqlx::SqliteConnection;

use crate::db::{Db, Result};
use crate::id::ServerId;

/// What is wished for a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wishes {
    /// Whether it restarts when empty when there is a newer game.
    pub after_update: bool,
    /// After how many hours it restarts when empty.
    pub uptime_hours: Option<i64>,
    /// Whether it is restarted when it hangs.
    pub hang_restart: bool,
}

/// A server that runs and should, with what care has to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cared {
    /// Key.
    pub id: ServerId,
    /// Name.
    pub name: String,
    /// The host's last answer, JSON.
    pub status: String,
    /// Whether it restarts when empty when there is a newer game.
    pub after_update: bool,
    /// After how many hours it restarts when empty.
    pub uptime_hours: Option<i64>,
    /// Whether it is restarted when it hangs.
    pub hang_restart: bool,
    /// The tree of the game for which somebody cancelled the restart.
    pub update_declined: Option<String>,
    /// When it had started when somebody cancelled the restart for its uptime.
    pub uptime_declined: Option<i64>,
    /// Whether a job is at it, or waits.
    pub busy: bool,
}

/// What is wished for a server; the defaults when nobody has said.
pub async fn wishes(db: &Db, server: ServerId) -> Result<Wishes> {
    let row = sqlx::query_as!(
        Wishes,
        r#"SELECT after_update AS "after_update: bool", uptime_hours, hang_restart AS "hang_restart: bool"
           FROM server_care WHERE server_id = ?"#,
        server
    )
    .fetch_optional(db.read())
    .await?;
    Ok(row.unwrap_or(Wishes { after_update: true, uptime_hours: None, hang_restart: false }))
}

/// Stores what is wished for a server.
pub async fn set(db: &Db, server: ServerId, wishes: Wishes) -> Result<()> {
    sqlx::query!(
        "INSERT INTO server_care (server_id, after_update, uptime_hours, hang_restart) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (server_id) DO UPDATE SET after_update = ?2, uptime_hours = ?3, hang_restart = ?4",
        server,
        wishes.after_update,
        wishes.uptime_hours,
        wishes.hang_restart
    )
    .execute(db.write())
    .await?;
    Ok(())
}

/// Notes for what somebody does not want a restart: the tree of a game, or the start that was long ago.
pub async fn decline(
    db: &mut SqliteConnection,
    server: ServerId,
    update: Option<&str>,
    uptime: Option<i64>,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO server_care (server_id, update_declined, uptime_declined) VALUES (?1, ?2, ?3)
         ON CONFLICT (server_id) DO UPDATE
         SET update_declined = ifnull(?2, update_declined), uptime_declined = ifnull(?3, uptime_declined)",
        server,
        update,
        uptime
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What the host said last of a server, JSON.
pub async fn status(db: &mut SqliteConnection, server: ServerId) -> Result<Option<String>> {
    let status = sqlx::query_scalar!("SELECT status FROM servers WHERE id = ?", server).fetch_optional(db).await?;
    Ok(status.flatten())
}

/// The servers that run and should.
pub async fn running(db: &Db) -> Result<Vec<Cared>> {
    sqlx::query_as!(
        Cared,
        r#"SELECT s.id AS "id!: ServerId", s.name AS "name!", s.status AS "status!", ifnull(c.after_update, 1) AS "after_update!: bool",
                  c.uptime_hours, ifnull(c.hang_restart, 0) AS "hang_restart!: bool", c.update_declined, c.uptime_declined,
                  EXISTS (SELECT 1 FROM jobs WHERE jobs.server_id = s.id AND jobs.state IN ('queued', 'running', 'cancelling')) AS "busy!: bool"
           FROM (SELECT * FROM servers WHERE json_valid(status) AND desired = 'running') s LEFT JOIN server_care c ON c.server_id = s.id
           WHERE json_extract(s.status, '$.state') = 'running' ORDER BY s.id"#
    )
    .fetch_all(db.read())
    .await
}
