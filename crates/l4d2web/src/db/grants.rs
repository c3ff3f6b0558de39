//! The table `server_grants`: who may do what with servers of others.

use sqlx::SqliteConnection;

use crate::db::{Db, Result};
use crate::id::{ServerId, UserId};
use crate::rights::Role;

/// A role that somebody was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub user: String,
    /// Whether they may also use the console, the files and the settings.
    pub manage: bool,
}

/// The roles on a server, by name.
pub async fn of_server(db: &Db, id: ServerId) -> Result<Vec<Grant>> {
    sqlx::query_as!(
        Grant,
        r#"SELECT g.user_id AS "user_id: UserId", u.name AS user, g.role = 'manage' AS "manage!: bool"
           FROM server_grants g JOIN users u ON u.id = g.user_id WHERE g.server_id = ? ORDER BY u.name"#,
        id
    )
    .fetch_all(db.read())
    .await
}

/// Gives somebody a role in place of the one that they have. Whoever manages no longer has known the RCON password: then the server gets
/// `rcon_password`.
pub async fn put(db: &Db, server: ServerId, user: UserId, role: Role, rcon_password: &str) -> Result<()> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    if role == Role::Operate {
        forget(&mut tx, server, user, rcon_password).await?;
    }
    let role = if role == Role::Operate { "operate" } else { "manage" };
    sqlx::query!(
        "INSERT INTO server_grants (server_id, user_id, role) VALUES (?1, ?2, ?3)
         ON CONFLICT (server_id, user_id) DO UPDATE SET role = ?3",
        server,
        user,
        role
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// Takes a role away, in the same way.
pub async fn delete(db: &Db, server: ServerId, user: UserId, rcon_password: &str) -> Result<()> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    forget(&mut tx, server, user, rcon_password).await?;
    sqlx::query!("DELETE FROM server_grants WHERE server_id = ? AND user_id = ?", server, user)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// Before `user` manages no longer: another RCON password.
async fn forget(tx: &mut SqliteConnection, server: ServerId, user: UserId, rcon_password: &str) -> Result<()> {
    sqlx::query!(
        "UPDATE servers SET rcon_password = ?1 WHERE id = ?2
         AND EXISTS (SELECT 1 FROM server_grants WHERE server_id = ?2 AND user_id = ?3 AND role = 'manage')",
        rcon_password,
        server,
        user
    )
    .execute(tx)
    .await?;
    Ok(())
}
