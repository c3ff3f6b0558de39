//! The table `users`.

use crate::account::UserName;
use crate::db::{Db, Result};
use crate::id::{SessionId, UserId};

/// A person who can log in.
#[derive(Clone)]
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

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, name, admin, active, .. } = self;
        f.debug_struct("User")
            .field("id", id)
            .field("name", name)
            .field("admin", admin)
            .field("active", active)
            .finish_non_exhaustive()
    }
}

/// A user with what the list of users says about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Key.
    pub id: UserId,
    /// Name.
    pub name: String,
    /// Manages the panel.
    pub admin: bool,
    /// May log in.
    pub active: bool,
    /// When one of their sessions was last used, Unix seconds; none when there is no session.
    pub seen_at: Option<i64>,
    /// How many servers they own.
    pub servers: i64,
    /// How many blueprints they own.
    pub blueprints: i64,
    /// How many overlays they own.
    pub overlays: i64,
    /// What their published overlays hold, in bytes.
    pub overlay_bytes: i64,
    /// How many servers they may have; none: no limit.
    pub max_servers: Option<i64>,
    /// What their overlays may hold, in bytes; none: no limit.
    pub max_overlay_bytes: Option<i64>,
    /// How many active admins there are besides them.
    pub other_admins: i64,
}

/// Adds a user.
///
/// # Errors
///
/// A duplicate ([`super::is_duplicate`]) when the name is taken.
pub async fn insert(db: &Db, name: &UserName, password_hash: &str, admin: bool, now: i64) -> Result<UserId> {
    let name = name.as_str();
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

/// Whether there is any.
pub async fn any(db: &Db) -> Result<bool> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT 1 FROM users) AS "any!: bool""#).fetch_one(db.read()).await
}

/// All, by name.
pub async fn list(db: &Db) -> Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        r#"SELECT u.id AS "id: UserId", u.name, u.admin AS "admin: bool", u.active AS "active: bool",
                  (SELECT max(last_seen_at) FROM sessions s WHERE s.user_id = u.id) AS "seen_at: i64",
                  (SELECT count(*) FROM servers s WHERE s.owner_id = u.id) AS "servers!: i64",
                  (SELECT count(*) FROM blueprints b WHERE b.owner_id = u.id) AS "blueprints!: i64",
                  (SELECT count(*) FROM overlays o WHERE o.owner_id = u.id) AS "overlays!: i64",
                  (SELECT coalesce(sum(bytes), 0) FROM overlays o WHERE o.owner_id = u.id) AS "overlay_bytes!: i64",
                  u.max_servers, u.max_overlay_bytes,
                  (SELECT count(*) FROM users a WHERE a.admin = 1 AND a.active = 1 AND a.id <> u.id) AS "other_admins!: i64"
           FROM users u ORDER BY u.name"#
    )
    .fetch_all(db.read())
    .await
}

/// The one with this key, as [`list`] has it.
pub async fn listed(db: &Db, id: UserId) -> Result<Option<Listed>> {
    Ok(list(db).await?.into_iter().find(|user| user.id == id))
}

/// Stores a new password, and ends all sessions of the user but `keep`. Gives the number of sessions that ended.
pub async fn set_password(db: &Db, id: UserId, password_hash: &str, keep: Option<SessionId>, now: i64) -> Result<u64> {
    let mut change = db.write().begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query!("UPDATE users SET password_hash = ?, password_changed_at = ? WHERE id = ?", password_hash, now, id)
        .execute(&mut *change)
        .await?;
    let keep = keep.unwrap_or(SessionId(0));
    let ended =
        sqlx::query!("DELETE FROM sessions WHERE user_id = ? AND id <> ?", id, keep).execute(&mut *change).await?;
    change.commit().await?;
    Ok(ended.rows_affected())
}

/// Stores the same password with another hash, unless it was changed in the meantime.
pub async fn rehash(db: &Db, id: UserId, old: &str, new: &str) -> Result<()> {
    sqlx::query!("UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?", new, id, old)
        .execute(db.write())
        .await?;
    Ok(())
}

/// Lets a user in again. False when there is no such user.
pub async fn activate(db: &Db, id: UserId) -> Result<bool> {
    let done = sqlx::query!("UPDATE users SET active = 1 WHERE id = ?", id).execute(db.write()).await?;
    Ok(done.rows_affected() > 0)
}

/// Keeps a user out, and ends their sessions. False, and nothing happens, for the last active admin and when there is no such user.
pub async fn deactivate(db: &Db, id: UserId) -> Result<bool> {
    let mut change = db.write().begin_with("BEGIN IMMEDIATE").await?;
    let done = sqlx::query!(
        "UPDATE users SET active = 0 WHERE id = ?1
            AND (admin = 0 OR active = 0 OR EXISTS (SELECT 1 FROM users a WHERE a.admin = 1 AND a.active = 1 AND a.id <> ?1))",
        id
    )
    .execute(&mut *change)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!("DELETE FROM sessions WHERE user_id = ?", id).execute(&mut *change).await?;
    change.commit().await?;
    Ok(true)
}

/// Makes a user an admin. False when there is no such user.
pub async fn grant_admin(db: &Db, id: UserId) -> Result<bool> {
    let done = sqlx::query!("UPDATE users SET admin = 1 WHERE id = ?", id).execute(db.write()).await?;
    Ok(done.rows_affected() > 0)
}

/// Makes a user one who is no admin. False, and nothing happens, for the last active admin and when there is no such user.
pub async fn withdraw_admin(db: &Db, id: UserId) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE users SET admin = 0 WHERE id = ?1
            AND (active = 0 OR EXISTS (SELECT 1 FROM users a WHERE a.admin = 1 AND a.active = 1 AND a.id <> ?1))",
        id
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Deletes a user with their sessions and roles; their jobs stay, as nobody's. False, and nothing happens, for the last active admin, for one who
/// owns a server, blueprint or overlay, and when there is no such user.
pub async fn delete(db: &Db, id: UserId) -> Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM users WHERE id = ?1
            AND (admin = 0 OR active = 0 OR EXISTS (SELECT 1 FROM users a WHERE a.admin = 1 AND a.active = 1 AND a.id <> ?1))
            AND NOT EXISTS (SELECT 1 FROM servers WHERE owner_id = ?1)
            AND NOT EXISTS (SELECT 1 FROM blueprints WHERE owner_id = ?1)
            AND NOT EXISTS (SELECT 1 FROM overlays WHERE owner_id = ?1)",
        id
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected() > 0)
}
