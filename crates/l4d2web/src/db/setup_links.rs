//! The table `setup_links`: the way in on a panel without any user. At most one row counts.

use crate::account::UserName;
use crate::db::{Db, Result};
use crate::id::UserId;

/// Stores a link in place of all earlier ones. False, and nothing happens, when there is a user.
pub async fn replace(db: &Db, token_hash: &[u8], expires_at: i64) -> Result<bool> {
    let mut change = db.write().begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query!("DELETE FROM setup_links").execute(&mut *change).await?;
    let done = sqlx::query!(
        "INSERT INTO setup_links (token_hash, expires_at) SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM users)",
        token_hash,
        expires_at
    )
    .execute(&mut *change)
    .await?;
    change.commit().await?;
    Ok(done.rows_affected() > 0)
}

/// Stores a link beside nothing else. False, and nothing happens, when there is one that still counts.
pub async fn insert(db: &Db, token_hash: &[u8], expires_at: i64, now: i64) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO setup_links (token_hash, expires_at) SELECT ?1, ?2
         WHERE NOT EXISTS (SELECT 1 FROM setup_links WHERE expires_at > ?3)",
        token_hash,
        expires_at,
        now
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Until when a link counts, Unix seconds; none when it does not count.
pub async fn find(db: &Db, token_hash: &[u8], now: i64) -> Result<Option<i64>> {
    sqlx::query_scalar!(
        "SELECT expires_at FROM setup_links
         WHERE token_hash = ? AND expires_at > ? AND NOT EXISTS (SELECT 1 FROM users)",
        token_hash,
        now
    )
    .fetch_optional(db.read())
    .await
}

/// Uses a link up: makes the first user, an admin. None, and nothing happens, when the link does not count.
pub async fn redeem(
    db: &Db,
    token_hash: &[u8],
    name: &UserName,
    password_hash: &str,
    now: i64,
) -> Result<Option<UserId>> {
    let name = name.as_str();
    let mut change = db.write().begin_with("BEGIN IMMEDIATE").await?;
    let made = sqlx::query_scalar!(
        r#"INSERT INTO users (name, password_hash, admin, password_changed_at, created_at)
           SELECT ?1, ?2, 1, ?3, ?3
           WHERE NOT EXISTS (SELECT 1 FROM users) AND EXISTS (SELECT 1 FROM setup_links WHERE token_hash = ?4 AND expires_at > ?3)
           RETURNING id AS "id!: UserId""#,
        name,
        password_hash,
        now,
        token_hash
    )
    .fetch_optional(&mut *change)
    .await?;
    if made.is_some() {
        sqlx::query!("DELETE FROM setup_links").execute(&mut *change).await?;
        change.commit().await?;
    }
    Ok(made)
}
