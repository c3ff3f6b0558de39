//! The table `sessions`.

use crate::db::users::User;
use crate::db::{Db, Result};
use crate::id::{SessionId, UserId};

/// A session with its user, as a request finds it.
#[derive(Debug, Clone)]
pub struct Found {
    /// Key.
    pub id: SessionId,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub last_seen_at: i64,
    /// Whose it is.
    pub user: User,
}

/// Begins a session.
pub async fn insert(
    db: &Db,
    user: UserId,
    token_hash: &[u8],
    address: &str,
    agent: &str,
    now: i64,
) -> Result<SessionId> {
    sqlx::query_scalar!(
        r#"INSERT INTO sessions (user_id, token_hash, created_at, last_seen_at, address, agent) VALUES (?1, ?2, ?3, ?3, ?4, ?5)
           RETURNING id AS "id!: SessionId""#,
        user,
        token_hash,
        now,
        address,
        agent
    )
    .fetch_one(db.write())
    .await
}

/// The session with this token, when it began after `born` and was used after `used` (Unix seconds) and its user is active.
pub async fn find(db: &Db, token_hash: &[u8], born: i64, used: i64) -> Result<Option<Found>> {
    let row = sqlx::query!(
        r#"SELECT s.id AS "id: SessionId", s.created_at, s.last_seen_at,
                  u.id AS "user_id: UserId", u.name, u.password_hash, u.admin AS "admin: bool", u.active AS "active: bool",
                  u.password_changed_at, u.created_at AS user_created_at
           FROM sessions s JOIN users u ON u.id = s.user_id
           WHERE s.token_hash = ? AND s.created_at > ? AND s.last_seen_at > ? AND u.active = 1"#,
        token_hash,
        born,
        used
    )
    .fetch_optional(db.read())
    .await?;
    Ok(row.map(|row| Found {
        id: row.id,
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
        user: User {
            id: row.user_id,
            name: row.name,
            password_hash: row.password_hash,
            admin: row.admin,
            active: row.active,
            password_changed_at: row.password_changed_at,
            created_at: row.user_created_at,
        },
    }))
}

/// Notes that a session was used.
pub async fn touch(db: &Db, id: SessionId, address: &str, now: i64) -> Result<()> {
    sqlx::query!("UPDATE sessions SET last_seen_at = ?, address = ? WHERE id = ?", now, address, id)
        .execute(db.write())
        .await?;
    Ok(())
}

/// Ends a session.
pub async fn delete(db: &Db, id: SessionId) -> Result<()> {
    sqlx::query!("DELETE FROM sessions WHERE id = ?", id).execute(db.write()).await?;
    Ok(())
}
