//! The tables `overlay_items` and `overlay_clashes`: which items an overlay lists, and which of them get in each other's way.

use crate::db::{Db, Result, overlay_builds, workshop_items};
use crate::id::OverlayId;
use crate::steam::{Item, ItemId};
use crate::workshop::Clash;

/// What became of an attempt to add items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// So many were not there before.
    New(usize),
    /// There would be more than it takes; nothing was added. How many there are, and how many of these are new.
    Full {
        /// How many there are.
        present: usize,
        /// How many of these are new.
        new: usize,
    },
}

/// Adds items to an overlay, with what Steam has said of them; those that are there already stay where they are.
pub async fn add(db: &Db, overlay: OverlayId, items: &[(ItemId, Item)], most: usize, now: i64) -> Result<Added> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    let listed =
        sqlx::query!(r#"SELECT steam_id AS "id: ItemId", position FROM overlay_items WHERE overlay_id = ?"#, overlay)
            .fetch_all(&mut *tx)
            .await?;
    let new: Vec<&(ItemId, Item)> = items.iter().filter(|(id, _)| listed.iter().all(|row| row.id != *id)).collect();
    if listed.len() + new.len() > most {
        return Ok(Added::Full { present: listed.len(), new: new.len() });
    }
    let first = listed.iter().map(|row| row.position + 1).max().unwrap_or_default();
    for ((id, item), position) in new.iter().zip(first..) {
        sqlx::query!("INSERT INTO workshop_items (steam_id) VALUES (?) ON CONFLICT (steam_id) DO NOTHING", id)
            .execute(&mut *tx)
            .await?;
        workshop_items::set_item(&mut tx, *id, item, now).await?;
        sqlx::query!(
            "INSERT INTO overlay_items (overlay_id, steam_id, position) VALUES (?, ?, ?)",
            overlay,
            id,
            position
        )
        .execute(&mut *tx)
        .await?;
    }
    if !new.is_empty() {
        overlay_builds::touch_in(&mut tx, overlay, now).await?;
    }
    let added = Added::New(new.len());
    tx.commit().await?;
    Ok(added)
}

/// Takes an item out of an overlay. It says whether it was in it.
pub async fn remove(db: &Db, overlay: OverlayId, id: ItemId, now: i64) -> Result<bool> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    let done = sqlx::query!("DELETE FROM overlay_items WHERE overlay_id = ? AND steam_id = ?", overlay, id);
    let removed = done.execute(&mut *tx).await?.rows_affected() > 0;
    if removed {
        sqlx::query!("DELETE FROM overlay_clashes WHERE overlay_id = ?1 AND (winner = ?2 OR loser = ?2)", overlay, id)
            .execute(&mut *tx)
            .await?;
        overlay_builds::touch_in(&mut tx, overlay, now).await?;
    }
    tx.commit().await?;
    Ok(removed)
}

/// The workshop overlays that have changed since they were built.
pub async fn changed_overlays(db: &Db) -> Result<Vec<OverlayId>> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id!: OverlayId" FROM overlays
           WHERE kind = 'workshop' AND source_at IS NOT built_source AND EXISTS (SELECT 1 FROM overlay_items WHERE overlay_id = overlays.id)
           ORDER BY id"#
    )
    .fetch_all(db.read())
    .await
}

/// The clashes that the last build of an overlay found.
pub async fn clashes(db: &Db, overlay: OverlayId) -> Result<Vec<Clash>> {
    sqlx::query_as!(
        Clash,
        r#"SELECT winner AS "winner: ItemId", loser AS "loser: ItemId", files, example FROM overlay_clashes WHERE overlay_id = ?"#,
        overlay
    )
    .fetch_all(db.read())
    .await
}

/// Stores the clashes that a build has found, in the place of those before.
pub async fn set_clashes(db: &Db, overlay: OverlayId, clashes: &[Clash]) -> Result<()> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query!("DELETE FROM overlay_clashes WHERE overlay_id = ?", overlay).execute(&mut *tx).await?;
    for clash in clashes {
        sqlx::query!(
            "INSERT INTO overlay_clashes (overlay_id, winner, loser, files, example) VALUES (?, ?, ?, ?, ?)",
            overlay,
            clash.winner,
            clash.loser,
            clash.files,
            clash.example
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await
}
