//! The table `overlays`.

use crate::db::{Db, Result};
use crate::id::{BlueprintId, OverlayId, UserId};
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
    /// The size of what is published; none: not known.
    pub bytes: Option<i64>,
    /// What the source of a files overlay holds, in bytes; none: it was not weighed yet, or is another kind.
    pub held_bytes: Option<i64>,
    /// How many files that are; none: not known.
    pub files: Option<i64>,
    /// When what it is made of last changed; each change makes it higher.
    pub source_at: Option<i64>,
    /// When the last build that worked began; none: never built.
    pub built_at: Option<i64>,
    /// The `source_at` that this build was made of.
    pub built_source: Option<i64>,
}

impl Overlay {
    /// Whether what it is made of has changed since it was built.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.kind.is_built() && self.source_at != self.built_source
    }

    /// Whether a server can start with it: it was built, or is used as it is.
    #[must_use]
    pub fn is_there(&self) -> bool {
        !self.kind.is_built() || self.built_at.is_some()
    }

    /// What it counts for where its owner may have so much and no more: as [`super::quotas::usage`] has it.
    #[must_use]
    pub fn counted(&self) -> u64 {
        self.size().max(self.held_bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default())
    }

    /// The size of what is published, as far as that is known.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default()
    }
}

/// A blueprint that uses an overlay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Which overlay.
    pub overlay_id: OverlayId,
    /// The blueprint.
    pub blueprint_id: BlueprintId,
    /// The blueprint's name.
    pub blueprint: String,
    /// Whose it is.
    pub owner_id: UserId,
    /// Whether everybody may see it.
    pub shared: bool,
}

/// Those that `user` may use, by name.
pub async fn visible(db: &Db, user: UserId) -> Result<Vec<Overlay>> {
    sqlx::query_as!(
        Overlay,
        r#"SELECT id AS "id: OverlayId", owner_id AS "owner_id: UserId", name, kind AS "kind: Kind", reference, updated_at,
                  bytes, held_bytes, files, source_at, built_at, built_source
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
        r#"SELECT id AS "id: OverlayId", owner_id AS "owner_id: UserId", name, kind AS "kind: Kind", reference, updated_at,
                  bytes, held_bytes, files, source_at, built_at, built_source
           FROM overlays WHERE id = ?"#,
        id
    )
    .fetch_optional(db.read())
    .await
}

/// Everybody's overlay of that name.
pub async fn find_shared(db: &Db, name: &str) -> Result<Option<Overlay>> {
    sqlx::query_as!(
        Overlay,
        r#"SELECT id AS "id: OverlayId", owner_id AS "owner_id: UserId", name, kind AS "kind: Kind", reference, updated_at,
                  bytes, held_bytes, files, source_at, built_at, built_source
           FROM overlays WHERE owner_id IS NULL AND name = ?"#,
        name
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
        r#"SELECT bo.overlay_id AS "overlay_id: OverlayId", b.id AS "blueprint_id: BlueprintId", b.name AS blueprint,
                  b.owner_id AS "owner_id: UserId", b.shared AS "shared: bool"
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

/// Adds one that left4me builds. Its reference is its key; a key that an admin's directory is called by is passed over.
///
/// # Errors
///
/// A duplicate ([`super::is_duplicate`]) when its owner, or everybody, has one of that name.
pub async fn insert(db: &Db, owner: Option<UserId>, name: &str, kind: Kind, now: i64) -> Result<OverlayId> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    let id = insert_in(&mut tx, owner, name, kind, now).await?;
    tx.commit().await?;
    Ok(id)
}

/// The same within a transaction.
pub(super) async fn insert_in(
    tx: &mut sqlx::SqliteConnection,
    owner: Option<UserId>,
    name: &str,
    kind: Kind,
    now: i64,
) -> Result<OverlayId> {
    loop {
        // No reference is written so: the row has it for no longer than this transaction.
        let id = sqlx::query_scalar!(
            r#"INSERT INTO overlays (owner_id, name, kind, reference, source_at, created_at, updated_at)
               VALUES (?1, ?2, ?3, '', ?4, ?4, ?4) RETURNING id AS "id!: OverlayId""#,
            owner,
            name,
            kind,
            now
        )
        .fetch_one(&mut *tx)
        .await?;
        let named = sqlx::query!(
            r#"UPDATE overlays SET reference = CAST(id AS TEXT)
               WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM overlays o WHERE o.reference = CAST(?1 AS TEXT))"#,
            id
        )
        .execute(&mut *tx)
        .await?;
        if named.rows_affected() == 1 {
            return Ok(id);
        }
        sqlx::query!("DELETE FROM overlays WHERE id = ?", id).execute(&mut *tx).await?;
    }
}

/// Gives one another name. False when it is gone.
///
/// # Errors
///
/// A duplicate ([`super::is_duplicate`]) when its owner, or everybody, has another of that name.
pub async fn rename(db: &Db, id: OverlayId, name: &str, now: i64) -> Result<bool> {
    let done = sqlx::query!("UPDATE overlays SET name = ?, updated_at = ? WHERE id = ?", name, now, id)
        .execute(db.write())
        .await?;
    Ok(done.rows_affected() > 0)
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
