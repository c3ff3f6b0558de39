//! The tables `servers` and `server_grants`.

use crate::db::{Db, Result};
use crate::id::{BlueprintId, ServerId, UserId};
use crate::rights::Role;

/// A server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Key; as text its name for `l4d2ctl`.
    pub id: ServerId,
    /// Whose it is.
    pub owner_id: UserId,
    /// What it is made of.
    pub blueprint_id: BlueprintId,
    /// The name that people see.
    pub name: String,
    /// The name in the game; empty: the same.
    pub hostname: String,
    /// UDP and TCP.
    pub port: u16,
    /// Lets in whoever types commands.
    pub rcon_password: String,
    /// Whether it should run.
    pub desired: Desired,
    /// The spec of the last start.
    pub started_spec: Option<String>,
    /// The last answer of `l4d2ctl status`, JSON.
    pub status: Option<String>,
    /// When that was, Unix seconds.
    pub status_at: Option<i64>,
    /// Why the last job that changed its state failed.
    pub last_error: Option<String>,
    /// Since when its state is not the desired one, Unix seconds.
    pub drift_seen_at: Option<i64>,
    /// When it last ended badly while it should run and came back by itself, Unix seconds.
    pub crashed_at: Option<i64>,
    /// How: what follows "it".
    pub crash: Option<String>,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

/// What should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum Desired {
    /// It should be down.
    Stopped,
    /// It should run.
    Running,
}

/// The server with this key.
pub async fn find(db: &Db, id: ServerId) -> Result<Option<Server>> {
    sqlx::query_as!(
        Server,
        r#"SELECT id AS "id: ServerId", owner_id AS "owner_id: UserId", blueprint_id AS "blueprint_id: BlueprintId", name, hostname,
                  port AS "port: u16", rcon_password, desired AS "desired: Desired", started_spec, status, status_at, last_error,
                  drift_seen_at, crashed_at, crash, created_at, updated_at
           FROM servers WHERE id = ?"#,
        id
    )
    .fetch_optional(db.read())
    .await
}

/// The role of `user` on a server.
pub async fn role(db: &Db, server: &Server, user: UserId) -> Result<Option<Role>> {
    if server.owner_id == user {
        return Ok(Some(Role::Own));
    }
    let granted =
        sqlx::query_scalar!("SELECT role FROM server_grants WHERE server_id = ? AND user_id = ?", server.id, user)
            .fetch_optional(db.read())
            .await?;
    Ok(granted.map(|role| if role == "manage" { Role::Manage } else { Role::Operate }))
}

/// Notes that a server ended badly at `at` (Unix seconds) and is started again by systemd; `how` follows "it" (see
/// [`crate::servers::crash`]).
pub async fn note_crash(db: &Db, id: ServerId, how: &str, at: i64) -> Result<()> {
    sqlx::query!("UPDATE servers SET crashed_at = ?, crash = ? WHERE id = ?", at, how, id).execute(db.write()).await?;
    Ok(())
}
