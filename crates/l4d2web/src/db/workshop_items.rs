//! The table `workshop_items`: what is known of each item of the Workshop, and what the cache has of it.

use crate::db::{Db, Result, overlay_builds};
use crate::id::OverlayId;
use crate::steam::{Item, ItemId};
use crate::workshop::Outcome;

/// An item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkshopItem {
    /// Its number at Steam.
    pub id: ItemId,
    /// What it is called; empty when Steam has not said.
    pub title: String,
    /// Where its file is.
    pub file_url: Option<String>,
    /// Where its picture is.
    pub preview_url: Option<String>,
    /// How long its file is; none when that is not known.
    pub bytes: Option<i64>,
    /// When its file last changed, in Unix seconds.
    pub time_updated: Option<i64>,
    /// When Steam last spoke of it; none: it is to be asked.
    pub checked_at: Option<i64>,
    /// What came of fetching it.
    pub outcome: Outcome,
    /// Why it could not be fetched.
    pub reason: Option<String>,
    /// The length of what is in the cache; none when nothing is.
    pub cached_bytes: Option<i64>,
    /// The [`WorkshopItem::time_updated`] of what is in the cache.
    pub cached_at: Option<i64>,
    /// The maps and campaigns in that, as JSON.
    pub contents: Option<String>,
}

/// Those of an overlay, in the order in which they were added.
pub async fn of_overlay(db: &Db, overlay: OverlayId) -> Result<Vec<WorkshopItem>> {
    sqlx::query_as!(
        WorkshopItem,
        r#"SELECT i.steam_id AS "id!: ItemId", title, file_url, preview_url, bytes, time_updated, checked_at,
                  outcome AS "outcome: Outcome", reason, cached_bytes, cached_at, contents
           FROM overlay_items o JOIN workshop_items i ON i.steam_id = o.steam_id
           WHERE o.overlay_id = ? ORDER BY o.position, o.steam_id"#,
        overlay
    )
    .fetch_all(db.read())
    .await
}

/// Those that some overlay lists.
pub async fn listed(db: &Db) -> Result<Vec<WorkshopItem>> {
    sqlx::query_as!(
        WorkshopItem,
        r#"SELECT steam_id AS "id!: ItemId", title, file_url, preview_url, bytes, time_updated, checked_at,
                  outcome AS "outcome: Outcome", reason, cached_bytes, cached_at, contents
           FROM workshop_items i WHERE EXISTS (SELECT 1 FROM overlay_items o WHERE o.steam_id = i.steam_id) ORDER BY steam_id"#
    )
    .fetch_all(db.read())
    .await
}

/// The item with that number.
pub async fn find(db: &Db, id: ItemId) -> Result<Option<WorkshopItem>> {
    sqlx::query_as!(
        WorkshopItem,
        r#"SELECT steam_id AS "id!: ItemId", title, file_url, preview_url, bytes, time_updated, checked_at,
                  outcome AS "outcome: Outcome", reason, cached_bytes, cached_at, contents
           FROM workshop_items WHERE steam_id = ?"#,
        id
    )
    .fetch_optional(db.read())
    .await
}

/// What Steam says of items that can be fetched, all at once. What the cache has of one that has not changed stays ready.
pub async fn set_items(db: &Db, items: &[(ItemId, &Item)], now: i64) -> Result<()> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    for (id, item) in items {
        set_item(&mut tx, *id, item, now).await?;
    }
    tx.commit().await
}

/// The same for one, within a transaction.
pub(super) async fn set_item(tx: &mut sqlx::SqliteConnection, id: ItemId, item: &Item, now: i64) -> Result<()> {
    let bytes = item.bytes.and_then(|bytes| i64::try_from(bytes).ok());
    sqlx::query!(
        "UPDATE workshop_items SET title = ?2, file_url = ?3, preview_url = ?4, bytes = ?5, time_updated = ?6, checked_at = ?7,
                reason = NULL,
                outcome = CASE WHEN cached_at = ?6 AND cached_bytes = coalesce(?5, cached_bytes) THEN 'ready' ELSE 'new' END
         WHERE steam_id = ?1",
        id,
        item.title,
        item.file_url,
        item.preview_url,
        bytes,
        item.time_updated,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// What Steam says of one that cannot be fetched; without a title the known one stays.
pub async fn set_refused(db: &Db, id: ItemId, title: &str, outcome: Outcome, reason: &str, now: i64) -> Result<()> {
    sqlx::query!(
        "UPDATE workshop_items SET title = CASE ?2 WHEN '' THEN title ELSE ?2 END, outcome = ?3, reason = ?4, checked_at = ?5 WHERE steam_id = ?1",
        id,
        title,
        outcome,
        reason,
        now
    )
    .execute(db.write())
    .await?;
    Ok(())
}

/// Notes that one could not be fetched.
pub async fn set_failed(db: &Db, id: ItemId, reason: &str) -> Result<()> {
    sqlx::query!("UPDATE workshop_items SET outcome = 'failed', reason = ? WHERE steam_id = ?", reason, id)
        .execute(db.write())
        .await?;
    Ok(())
}

/// Notes what the cache has of one now. The overlays that list it have changed by that, when it is something else than before; they are given.
pub async fn set_cached(
    db: &Db,
    id: ItemId,
    time_updated: i64,
    bytes: i64,
    contents: &str,
    now: i64,
) -> Result<Vec<OverlayId>> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    let before = sqlx::query!("SELECT cached_at, cached_bytes FROM workshop_items WHERE steam_id = ?", id);
    let before = before.fetch_optional(&mut *tx).await?;
    let same = before.is_some_and(|row| row.cached_at == Some(time_updated) && row.cached_bytes == Some(bytes));
    sqlx::query!(
        "UPDATE workshop_items SET cached_at = ?2, cached_bytes = ?3, contents = ?4, outcome = 'ready', reason = NULL WHERE steam_id = ?1",
        id,
        time_updated,
        bytes,
        contents
    )
    .execute(&mut *tx)
    .await?;
    let overlays =
        sqlx::query_scalar!(r#"SELECT overlay_id AS "id!: OverlayId" FROM overlay_items WHERE steam_id = ?"#, id);
    let overlays = if same { Vec::new() } else { overlays.fetch_all(&mut *tx).await? };
    for overlay in &overlays {
        overlay_builds::touch_in(&mut tx, *overlay, now).await?;
    }
    tx.commit().await?;
    Ok(overlays)
}

/// Notes that the cache has nothing of one.
pub async fn set_uncached(db: &Db, id: ItemId) -> Result<()> {
    sqlx::query!(
        "UPDATE workshop_items SET cached_at = NULL, cached_bytes = NULL, contents = NULL,
                outcome = CASE outcome WHEN 'ready' THEN 'new' ELSE outcome END WHERE steam_id = ?",
        id
    )
    .execute(db.write())
    .await?;
    Ok(())
}

/// Lets the next build of an overlay ask Steam for all of its items, or for one of them; for how many.
pub async fn ask_again(db: &Db, overlay: OverlayId, item: Option<ItemId>) -> Result<u64> {
    let done = sqlx::query!(
        "UPDATE workshop_items SET checked_at = NULL
         WHERE steam_id IN (SELECT steam_id FROM overlay_items WHERE overlay_id = ?1 AND steam_id = coalesce(?2, steam_id))",
        overlay,
        item
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected())
}

/// Those that no overlay lists.
pub async fn unlisted(db: &Db) -> Result<Vec<ItemId>> {
    sqlx::query_scalar!(
        r#"SELECT steam_id AS "id!: ItemId" FROM workshop_items i
           WHERE NOT EXISTS (SELECT 1 FROM overlay_items o WHERE o.steam_id = i.steam_id)"#
    )
    .fetch_all(db.read())
    .await
}

/// Forgets one that no overlay lists. It says whether there was one.
pub async fn delete_unlisted(db: &Db, id: ItemId) -> Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM workshop_items WHERE steam_id = ?1 AND NOT EXISTS (SELECT 1 FROM overlay_items WHERE steam_id = ?1)",
        id
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The numbers of all.
pub async fn all(db: &Db) -> Result<Vec<ItemId>> {
    sqlx::query_scalar!(r#"SELECT steam_id AS "id!: ItemId" FROM workshop_items"#).fetch_all(db.read()).await
}
