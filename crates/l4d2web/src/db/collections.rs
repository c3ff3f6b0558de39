//! The tables `map_collections` and `collection_maps`: collections of maps, what their index says, and what the cache has of it.

use std::collections::HashMap;

use crate::db::{Db, Result, overlay_builds, overlays};
use crate::id::{MapId, OverlayId};
use crate::maps::index::{Index, Listed};
use crate::maps::{CachedFile, Collection, MapOutcome};
use crate::overlays::Kind;

/// A collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapCollection {
    /// The overlay of it.
    pub overlay_id: OverlayId,
    /// Which one.
    pub source: Collection,
    /// When its index was last read, Unix seconds.
    pub looked_at: Option<i64>,
    /// Why it could not be read since, in sentences.
    pub trouble: Option<String>,
    /// Since when its index has lost most of its maps.
    pub shrunk_at: Option<i64>,
}

/// A map of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionMap {
    /// Key.
    pub id: MapId,
    /// The overlay of its collection.
    pub overlay_id: OverlayId,
    /// Its collection.
    pub source: Collection,
    /// What its file is called.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// The size that the index says, in bytes.
    pub bytes: Option<i64>,
    /// The MD5 that the index says.
    pub md5: Option<String>,
    /// What came of fetching it.
    pub outcome: MapOutcome,
    /// Why it could not be fetched.
    pub reason: Option<String>,
    /// Which version the cache has.
    pub version: Option<String>,
    /// What the cache has, JSON.
    pub files: Option<String>,
    /// When that was fetched, Unix seconds.
    pub changed_at: Option<i64>,
}

/// What an index has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// The names of maps that it did not have before.
    pub added: Vec<String>,
    /// The names of maps that it has no more.
    pub removed: Vec<String>,
}

impl CollectionMap {
    /// What the cache has of it.
    #[must_use]
    pub fn cached(&self) -> Vec<CachedFile> {
        self.files.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }
}

/// Makes the overlay of a collection, for everybody.
///
/// # Errors
///
/// A duplicate ([`super::is_duplicate`]) when its name is taken, or the collection has an overlay already.
pub async fn insert(db: &Db, name: &str, source: Collection, now: i64) -> Result<OverlayId> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    let id = overlays::insert_in(&mut tx, None, name, Kind::Maps, now).await?;
    sqlx::query!("INSERT INTO map_collections (overlay_id, source) VALUES (?, ?)", id, source)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// All collections.
pub async fn all(db: &Db) -> Result<Vec<MapCollection>> {
    sqlx::query_as!(
        MapCollection,
        r#"SELECT overlay_id AS "overlay_id: OverlayId", source AS "source: Collection", looked_at, trouble, shrunk_at
           FROM map_collections ORDER BY overlay_id"#
    )
    .fetch_all(db.read())
    .await
}

/// The collection of an overlay.
pub async fn find(db: &Db, overlay: OverlayId) -> Result<Option<MapCollection>> {
    Ok(all(db).await?.into_iter().find(|collection| collection.overlay_id == overlay))
}

/// The maps of a collection, by name.
pub async fn maps(db: &Db, overlay: OverlayId) -> Result<Vec<CollectionMap>> {
    sqlx::query_as!(
        CollectionMap,
        r#"SELECT m.id AS "id!: MapId", m.overlay_id AS "overlay_id!: OverlayId", c.source AS "source: Collection", m.name, m.url, m.bytes,
                  m.md5, m.outcome AS "outcome: MapOutcome", m.reason, m.version, m.files, m.changed_at
           FROM collection_maps m JOIN map_collections c ON c.overlay_id = m.overlay_id WHERE m.overlay_id = ? ORDER BY m.folded"#,
        overlay
    )
    .fetch_all(db.read())
    .await
}

/// Notes why an index could not be read, or is not believed.
pub async fn set_trouble(db: &Db, overlay: OverlayId, trouble: &str, shrunk_at: Option<i64>) -> Result<()> {
    sqlx::query!(
        "UPDATE map_collections SET trouble = ?, shrunk_at = ? WHERE overlay_id = ?",
        trouble,
        shrunk_at,
        overlay
    )
    .execute(db.write())
    .await?;
    Ok(())
}

/// Stores what an index says: maps that it has no more go, and what they were made of has changed then. One of which it says something that was
/// not understood stays as it is.
pub async fn set_index(db: &Db, overlay: OverlayId, index: &Index, now: i64) -> Result<Changed> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    let known = sqlx::query!(
        r#"SELECT id AS "id: MapId", name, folded, url, bytes, md5, files IS NOT NULL AS "there!: bool"
           FROM collection_maps WHERE overlay_id = ?"#,
        overlay
    )
    .fetch_all(&mut *tx)
    .await?;
    let (mut changed, mut touched) = (Changed::default(), false);
    let listed: HashMap<String, &Listed> = index.maps.iter().map(|map| (map.name.folded(), map)).collect();
    let by_name: HashMap<&str, _> = known.iter().map(|known| (known.folded.as_str(), known)).collect();
    for map in &index.maps {
        let (folded, name) = (map.name.folded(), map.name.as_str());
        match by_name.get(folded.as_str()) {
            None => {
                changed.added.push(name.to_owned());
                sqlx::query!(
                    "INSERT INTO collection_maps (overlay_id, name, folded, url, bytes, md5) VALUES (?, ?, ?, ?, ?, ?)",
                    overlay,
                    name,
                    folded,
                    map.url,
                    map.bytes,
                    map.md5
                )
                .execute(&mut *tx)
                .await?;
            }
            Some(known)
                if (&known.name, &known.url, known.bytes, &known.md5)
                    == (&name.to_owned(), &map.url, map.bytes, &map.md5) => {}
            Some(known) => {
                // Another name is another file in the game.
                touched |= known.name != name;
                sqlx::query!(
                    "UPDATE collection_maps SET name = ?, url = ?, bytes = ?, md5 = ? WHERE id = ?",
                    name,
                    map.url,
                    map.bytes,
                    map.md5,
                    known.id
                )
                .execute(&mut *tx)
                .await?;
            }
        }
    }
    let is_gone = |folded: &String| !listed.contains_key(folded) && !index.unclear.contains(folded);
    for gone in known.iter().filter(|known| is_gone(&known.folded)) {
        changed.removed.push(gone.name.clone());
        touched |= gone.there;
        sqlx::query!("DELETE FROM collection_maps WHERE id = ?", gone.id).execute(&mut *tx).await?;
    }
    sqlx::query!(
        "UPDATE map_collections SET looked_at = ?, trouble = NULL, shrunk_at = NULL WHERE overlay_id = ?",
        now,
        overlay
    )
    .execute(&mut *tx)
    .await?;
    if touched {
        overlay_builds::touch_in(&mut tx, overlay, now).await?;
    }
    tx.commit().await?;
    Ok(changed)
}

/// Notes what was fetched of a map. What the overlay is made of has changed then, unless `files` are those that it had.
pub async fn set_ready(db: &Db, map: &CollectionMap, version: &str, files: &str, now: i64) -> Result<()> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query!(
        "UPDATE collection_maps SET outcome = 'ready', reason = NULL, version = ?, files = ?, changed_at = ? WHERE id = ?",
        version,
        files,
        now,
        map.id
    )
    .execute(&mut *tx)
    .await?;
    if map.files.as_deref() != Some(files) {
        overlay_builds::touch_in(&mut tx, map.overlay_id, now).await?;
    }
    tx.commit().await
}

/// Notes that the cache has what there is.
pub async fn set_current(db: &Db, id: MapId) -> Result<()> {
    sqlx::query!("UPDATE collection_maps SET outcome = 'ready', reason = NULL WHERE id = ?", id)
        .execute(db.write())
        .await?;
    Ok(())
}

/// Notes why a map could not be fetched; what the cache has of it stays.
pub async fn set_failed(db: &Db, id: MapId, reason: &str) -> Result<()> {
    sqlx::query!("UPDATE collection_maps SET outcome = 'failed', reason = ? WHERE id = ?", reason, id)
        .execute(db.write())
        .await?;
    Ok(())
}

/// Notes that the cache has nothing of a map any more.
pub async fn set_uncached(db: &Db, id: MapId) -> Result<()> {
    sqlx::query!("UPDATE collection_maps SET version = NULL, files = NULL, changed_at = NULL WHERE id = ?", id)
        .execute(db.write())
        .await?;
    Ok(())
}

/// The overlays of collections that have changed since they were built.
pub async fn changed_overlays(db: &Db) -> Result<Vec<OverlayId>> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id!: OverlayId" FROM overlays
           WHERE kind = 'maps' AND source_at IS NOT built_source
                 AND EXISTS (SELECT 1 FROM collection_maps WHERE overlay_id = overlays.id AND files IS NOT NULL)
           ORDER BY id"#
    )
    .fetch_all(db.read())
    .await
}
