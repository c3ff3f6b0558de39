//! The table `users`.

use crate::db::{Db, Result};
use crate::id::UserId;

/// A person who can log in.
#[derive(Debug, Clone)]
pub struct User {
    /// Key.
    pub id: UserId,
    /// The name, unique without regard to the case of ASCII letters.
    pub name: String,
    /// argon2id, as a PHC string.
    pub password_hash: String,
    /// May see every server and manage the panel.
    pub admin: bool,
    /// May log in.
    pub active: bool,
    /// Unix seconds.
    pub password_changed_at: i64,
    /// Unix seconds.
    pub created_at: i64,
}

/// Adds a user.
///
/// # Errors
///
/// A duplicate ([`super::is_duplicate`]) when the name is taken.
pub async fn insert(db: &Db, name: &str, password_hash: &str, admin: bool, now: i64) -> Result<UserId> {
    sqlx::query_scalar!(
        r#"INSERT INTO users (name, password_hash, admin, password_changed_at, created_at) VALUES (?1, ?2, ?3, ?4, ?4)
           RETURNING id AS "id!: UserId""#,
        name,
        password_hash,
        admin,
        now
    )
    .fetch_one(db.write())
    .await
}

/// The user with this key.
pub async fn find(db: &Db, id: UserId) -> Result<Option<User>> {
    sqlx::query_as!(
        User,
        r#"SELECT id AS "id: UserId", name, password_hash, admin AS "admin: bool", active AS "active: bool",
                  password_changed_at, created_at
           FROM users WHERE id = ?"#,
        id
    )
    .fetch_optional(db.read())
    .await
}

/// The user with this name.
pub async fn find_by_name(db: &Db, name: &str) -> Result<Option<User>> {
    sqlx::query_as!(
        User,
        r#"SELECT id AS "id: UserId", name, password_hash, admin AS "admin: bool", active AS "active: bool",
                  password_changed_at, created_at
           FROM users WHERE name = ?"#,
        name
    )
    .fetch_optional(db.read())
    .await
}

/// How many there are.
pub async fn count(db: &Db) -> Result<i64> {
    sqlx::query_scalar!("SELECT count(*) FROM users").fetch_one(db.read()).await
}

/// Stores a new password. Sessions are not touched.
pub async fn set_password(db: &Db, id: UserId, password_hash: &str, now: i64) -> Result<()> {
    sqlx::query!("UPDATE users SET password_hash = ?, password_changed_at = ? WHERE id = ?", password_hash, now, id)
        .execute(db.write())
        .await?;
    Ok(())
}

/// Lets a user in, or keeps them out.
pub async fn set_active(db: &Db, id: UserId, active: bool) -> Result<()> {
    sqlx::query!("UPDATE users SET active = ? WHERE id = ?", active, id).execute(db.write()).await?;
    Ok(())
}
