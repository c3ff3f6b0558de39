//! The table `overlays`.

use crate::db::{Db, Result};
use crate::id::{OverlayId, UserId};
use crate::overlays::Kind;

/// Something that servers can be laid upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlay {
    /// Key.
    pub id: OverlayId,
    /// Whose it is; none: everybody may use it.
    pub owner_id: Option<UserId>,
    /// What people call it.
    pub name: String,
    /// How it is made.
    pub kind: Kind,
    /// What `l4d2ctl` calls it.
    pub reference: String,
    /// Unix seconds.
    pub updated_at: i64,
}

/// A blueprint that uses an overlay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Which overlay.
    pub overlay_id: OverlayId,
    /// The blueprint's name.
    pub blueprint: String,
    /// Whose it is.
    pub owner_id: UserId,
}

/// Those that `user` may use, by name.
pub async fn visible(db: &Db, user: UserId) -> Result<Vec<Overlay>> {
    sqlx::query_as!(
        Overlay,
        r#"SELECT id AS "id: OverlayId", owner_id AS "owner_id: UserId", name, kind AS "kind: Kind", reference, updated_at
           FROM overlays WHERE owner_id IS NULL OR owner_id = ? ORDER BY name COLLATE NOCASE, id"#,
        user
    )
    .fetch_all(db.read())
    .await
}

/// The overlay with this key.
pub async fn find(db: &Db, id: OverlayId) -> Result<Option<Overlay>> {
    sqlx::query_as!(
        Overlay,
        r#"SELECT id AS "id: OverlayId", owner_id AS "owner_id: UserId", name, kind AS "kind: Kind", reference, updated_at
           FROM overlays WHERE id = ?"#,
        id
    )
    .fetch_optional(db.read())
    .await
}

/// The name of each by its reference.
pub async fn names(db: &Db) -> Result<Vec<(String, String)>> {
    let rows = sqlx::query!("SELECT reference, name FROM overlays").fetch_all(db.read()).await?;
    Ok(rows.into_iter().map(|row| (row.reference, row.name)).collect())
}

/// Which blueprints use which overlays, by name of the blueprint.
pub async fn uses(db: &Db) -> Result<Vec<Use>> {
    sqlx::query_as!(
        Use,
        r#"SELECT bo.overlay_id AS "overlay_id: OverlayId", b.name AS blueprint, b.owner_id AS "owner_id: UserId"
           FROM blueprint_overlays bo JOIN blueprints b ON b.id = bo.blueprint_id ORDER BY b.name COLLATE NOCASE, b.id"#
    )
    .fetch_all(db.read())
    .await
}

/// Adds a plain directory that everybody may use.
///
/// # Errors
///
/// A duplicate ([`super::is_duplicate`]) when its name or reference is taken.
pub async fn insert_directory(db: &Db, name: &str, reference: &str, now: i64) -> Result<OverlayId> {
    sqlx::query_scalar!(
        r#"INSERT INTO overlays (owner_id, name, kind, reference, created_at, updated_at)
           VALUES (NULL, ?1, 'directory', ?2, ?3, ?3) RETURNING id AS "id!: OverlayId""#,
        name,
        reference,
        now
    )
    .fetch_one(db.write())
    .await
}

/// Removes one. It says whether it was there and no blueprint uses it; otherwise nothing is changed.
pub async fn delete_unused(db: &Db, id: OverlayId) -> Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM overlays WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM blueprint_overlays WHERE overlay_id = ?1)",
        id
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected() > 0)
}
