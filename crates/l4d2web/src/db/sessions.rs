//! The table `sessions`.

use crate::db::users::User;
use crate::db::{Db, Result, Version};
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
    /// What the database was when it was looked for.
    pub version: Version,
}

/// A session as its user sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// Key.
    pub id: SessionId,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub last_seen_at: i64,
    /// Where it was last used from.
    pub address: String,
    /// `User-Agent` of the login: what a stranger may have written.
    pub agent: String,
}

/// Begins a session, when `user` is active and has still the password that was checked; else none.
pub async fn insert(
    db: &Db,
    user: &User,
    token_hash: &[u8],
    address: &str,
    agent: &str,
    now: i64,
) -> Result<Option<SessionId>> {
    sqlx::query_scalar!(
        r#"INSERT INTO sessions (user_id, token_hash, created_at, last_seen_at, address, agent)
           SELECT id, ?2, ?3, ?3, ?4, ?5 FROM users WHERE id = ?1 AND active = 1 AND password_hash = ?6
           RETURNING id AS "id!: SessionId""#,
        user.id,
        token_hash,
        now,
        address,
        agent,
        user.password_hash
    )
    .fetch_optional(db.write())
    .await
}

/// The sessions of `owner` that began after `born` and were used after `used` (Unix seconds), the last used first.
pub async fn list(db: &Db, owner: UserId, born: i64, used: i64) -> Result<Vec<Own>> {
    sqlx::query_as!(
        Own,
        r#"SELECT id AS "id: SessionId", created_at, last_seen_at, address, agent FROM sessions
           WHERE user_id = ? AND created_at > ? AND last_seen_at > ? ORDER BY last_seen_at DESC, id DESC"#,
        owner,
        born,
        used
    )
    .fetch_all(db.read())
    .await
}

/// The session with this token, when it began after `born` and was used after `used` (Unix seconds) and its user is active. `version` is
/// what the database was before.
pub async fn find(db: &Db, version: Version, token_hash: &[u8], born: i64, used: i64) -> Result<Option<Found>> {
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
        version,
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

/// Ends a session of `user`. False when they have none with this key.
pub async fn delete_of(db: &Db, user: UserId, id: SessionId) -> Result<bool> {
    let done = sqlx::query!("DELETE FROM sessions WHERE id = ? AND user_id = ?", id, user).execute(db.write()).await?;
    Ok(done.rows_affected() > 0)
}

/// Ends all sessions of `user` but `keep`. Gives how many.
pub async fn delete_others(db: &Db, user: UserId, keep: SessionId) -> Result<u64> {
    let done =
        sqlx::query!("DELETE FROM sessions WHERE user_id = ? AND id <> ?", user, keep).execute(db.write()).await?;
    Ok(done.rows_affected())
}

/// Takes away those that have ended by themselves: begun before `born` or last used before `used` (Unix seconds).
pub async fn sweep(db: &Db, born: i64, used: i64) -> Result<()> {
    sqlx::query!("DELETE FROM sessions WHERE created_at <= ? OR last_seen_at <= ?", born, used)
        .execute(db.write())
        .await?;
    Ok(())
}
