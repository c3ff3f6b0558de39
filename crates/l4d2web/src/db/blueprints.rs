//! The tables `blueprints` and `blueprint_overlays`.

use crate::blueprints::Stack;
use crate::db::{Db, Result};
use crate::id::{BlueprintId, OverlayId, ServerId, UserId};
use crate::overlays::Kind;

/// What servers are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blueprint {
    /// Key.
    pub id: BlueprintId,
    /// Whose it is.
    pub owner_id: UserId,
    /// Unique among those of its owner.
    pub name: String,
    /// Words for `srcds_run`, one a line.
    pub arguments: String,
    /// Lines of `server.cfg`.
    pub config: String,
    /// Whether everybody may see and use it.
    pub shared: bool,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

/// The blueprint with this key.
pub async fn find(db: &Db, id: BlueprintId) -> Result<Option<Blueprint>> {
    sqlx::query_as!(
        Blueprint,
        r#"SELECT id AS "id: BlueprintId", owner_id AS "owner_id: UserId", name, arguments, config, shared AS "shared: bool",
                  created_at, updated_at
           FROM blueprints WHERE id = ?"#,
        id
    )
    .fetch_optional(db.read())
    .await
}

/// An overlay in a blueprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedOverlay {
    /// Key.
    pub id: OverlayId,
    /// What people call it.
    pub name: String,
    /// How it is made.
    pub kind: Kind,
    /// What `l4d2ctl` calls it.
    pub reference: String,
    /// Whether its `server.cfg` is run.
    pub expose: bool,
    /// Whether a server can start with it: it was built, or is used as it is.
    pub there: bool,
}

/// A blueprint in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Key.
    pub id: BlueprintId,
    /// Whose it is.
    pub owner_id: UserId,
    /// The name of whose it is.
    pub owner: String,
    /// Name.
    pub name: String,
    /// Whether everybody may see and use it.
    pub shared: bool,
    /// How many overlays it has.
    pub overlays: i64,
    /// How many servers use it.
    pub servers: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

/// A server that uses a blueprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Key.
    pub id: ServerId,
    /// Name.
    pub name: String,
    /// Whose it is.
    pub owner_id: UserId,
    /// Whether it should run.
    pub runs: bool,
}

/// What a form of a blueprint holds.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// Name.
    pub name: &'a str,
    /// Words for `srcds_run`, one a line.
    pub arguments: &'a str,
    /// Lines of `server.cfg`.
    pub config: &'a str,
    /// The overlays, the one on top first.
    pub stack: &'a Stack,
}

/// What became of an attempt to save.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is stored.
    Yes,
    /// Somebody else saved since `updated_at`; nothing was changed.
    Newer,
}

/// The overlays of a blueprint, the one on top first.
pub async fn overlays(db: &Db, id: BlueprintId) -> Result<Vec<UsedOverlay>> {
    sqlx::query_as!(
        UsedOverlay,
        r#"SELECT o.id AS "id: OverlayId", o.name, o.kind AS "kind: Kind", o.reference, bo.expose_server_cfg AS "expose: bool",
                  (o.built_at IS NOT NULL OR o.kind = 'directory') AS "there!: bool"
           FROM blueprint_overlays bo JOIN overlays o ON o.id = bo.overlay_id
           WHERE bo.blueprint_id = ? ORDER BY bo.position"#,
        id
    )
    .fetch_all(db.read())
    .await
}

/// Those that `user` may use, or `all`: their own, then others, by name.
pub async fn usable(db: &Db, user: UserId, all: bool) -> Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        r#"SELECT b.id AS "id: BlueprintId", b.owner_id AS "owner_id: UserId", u.name AS owner, b.name, b.shared AS "shared: bool",
                  (SELECT count(*) FROM blueprint_overlays bo WHERE bo.blueprint_id = b.id) AS "overlays!: i64",
                  (SELECT count(*) FROM servers s WHERE s.blueprint_id = b.id) AS "servers!: i64", b.updated_at
           FROM blueprints b JOIN users u ON u.id = b.owner_id
           WHERE b.owner_id = ?1 OR b.shared = 1 OR ?2
           ORDER BY b.owner_id <> ?1, b.name COLLATE NOCASE, b.id"#,
        user,
        all
    )
    .fetch_all(db.read())
    .await
}

/// The servers that use it, by name.
pub async fn users(db: &Db, id: BlueprintId) -> Result<Vec<User>> {
    sqlx::query_as!(
        User,
        r#"SELECT id AS "id: ServerId", name, owner_id AS "owner_id: UserId", desired = 'running' AS "runs!: bool"
           FROM servers WHERE blueprint_id = ? ORDER BY name COLLATE NOCASE, id"#,
        id
    )
    .fetch_all(db.read())
    .await
}

/// Adds one.
///
/// # Errors
///
/// A duplicate ([`super::is_duplicate`]) when its owner has one of that name.
pub async fn insert(db: &Db, owner: UserId, draft: Draft<'_>, now: i64) -> Result<BlueprintId> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    let id = sqlx::query_scalar!(
        r#"INSERT INTO blueprints (owner_id, name, arguments, config, created_at, updated_at)
           VALUES (?1, ?2, ?3, ?4, ?5, ?5) RETURNING id AS "id!: BlueprintId""#,
        owner,
        draft.name,
        draft.arguments,
        draft.config,
        now
    )
    .fetch_one(&mut *tx)
    .await?;
    put_stack(&mut tx, id, draft.stack).await?;
    tx.commit().await?;
    Ok(id)
}

/// Stores one, when nobody has stored it since `seen` (its `updated_at` when the form was made). The new `updated_at` is always later.
///
/// # Errors
///
/// A duplicate ([`super::is_duplicate`]) when its owner has another of that name.
pub async fn update(db: &Db, id: BlueprintId, draft: Draft<'_>, seen: i64, now: i64) -> Result<Saved> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    let stored = sqlx::query!(
        "UPDATE blueprints SET name = ?, arguments = ?, config = ?, updated_at = max(?, updated_at + 1) WHERE id = ? AND updated_at = ?",
        draft.name,
        draft.arguments,
        draft.config,
        now,
        id,
        seen
    )
    .execute(&mut *tx)
    .await?;
    if stored.rows_affected() == 0 {
        return Ok(Saved::Newer);
    }
    sqlx::query!("DELETE FROM blueprint_overlays WHERE blueprint_id = ?", id).execute(&mut *tx).await?;
    put_stack(&mut tx, id, draft.stack).await?;
    tx.commit().await?;
    Ok(Saved::Yes)
}

async fn put_stack(tx: &mut sqlx::SqliteConnection, id: BlueprintId, stack: &Stack) -> Result<()> {
    for (position, place) in (0_i64..).zip(&stack.0) {
        sqlx::query!(
            "INSERT INTO blueprint_overlays (blueprint_id, overlay_id, position, expose_server_cfg) VALUES (?, ?, ?, ?)",
            id,
            place.overlay,
            position,
            place.expose
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// Lets everybody see and use it, or no longer.
pub async fn share(db: &Db, id: BlueprintId, shared: bool) -> Result<()> {
    sqlx::query!("UPDATE blueprints SET shared = ? WHERE id = ?", shared, id).execute(db.write()).await?;
    Ok(())
}

/// Makes it somebody else's.
///
/// # Errors
///
/// A duplicate ([`super::is_duplicate`]) when they have one of that name.
pub async fn hand_over(db: &Db, id: BlueprintId, to: UserId) -> Result<()> {
    sqlx::query!("UPDATE blueprints SET owner_id = ? WHERE id = ?", to, id).execute(db.write()).await?;
    Ok(())
}

/// Removes one. It says whether it was there and no server uses it; otherwise nothing is changed.
pub async fn delete_unused(db: &Db, id: BlueprintId) -> Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM blueprints WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM servers WHERE blueprint_id = ?1)",
        id
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected() > 0)
}
