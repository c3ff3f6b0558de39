//! The table `overlays`: what they are made of, and what builds of them came to.

use sqlx::SqliteConnection;

use crate::db::{Db, Result};
use crate::id::{BlueprintId, JobId, OverlayId};
use crate::overlays::OpenBuild;
use crate::queue::JobState;

/// The script of an overlay; empty when it has none.
pub async fn script(db: &Db, id: OverlayId) -> Result<String> {
    let script = sqlx::query_scalar!("SELECT script FROM overlays WHERE id = ?", id).fetch_optional(db.read()).await?;
    Ok(script.flatten().unwrap_or_default())
}

/// What became of an attempt to save a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is stored, and another one than before.
    Yes,
    /// It is the one that was stored already.
    Same,
    /// Somebody else stored another one since; nothing was changed.
    Newer,
}

/// Stores a script, when nobody has stored another one since `seen` (the `source_at` when the form was made). What the overlay is made of has
/// changed then.
pub async fn set_script(db: &Db, id: OverlayId, script: &str, seen: i64, now: i64) -> Result<Saved> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    let stored = sqlx::query!("SELECT script, source_at FROM overlays WHERE id = ?", id).fetch_one(&mut *tx).await?;
    if stored.script.as_deref() == Some(script) {
        return Ok(Saved::Same);
    }
    if stored.source_at.unwrap_or_default() != seen {
        return Ok(Saved::Newer);
    }
    sqlx::query!(
        "UPDATE overlays SET script = ?1, source_at = max(?2, coalesce(source_at, 0) + 1), updated_at = ?2 WHERE id = ?3",
        script,
        now,
        id
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Saved::Yes)
}

/// Notes that what an overlay is made of has changed.
pub async fn touch(db: &Db, id: OverlayId, now: i64) -> Result<()> {
    touch_in(&mut *db.write().acquire().await?, id, now).await
}

/// The same within a transaction.
pub(super) async fn touch_in(db: &mut SqliteConnection, id: OverlayId, now: i64) -> Result<()> {
    sqlx::query!(
        "UPDATE overlays SET source_at = max(?1, coalesce(source_at, 0) + 1), updated_at = ?1 WHERE id = ?2",
        now,
        id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that a build worked which began at `began` (Unix seconds) and was made of what the overlay was at `source`. Two builds never have the
/// same time, so that pages tell by it what is new.
pub async fn set_built(db: &Db, id: OverlayId, began: i64, source: Option<i64>) -> Result<()> {
    sqlx::query!(
        "UPDATE overlays SET built_at = max(?, coalesce(built_at, 0) + 1), built_source = ? WHERE id = ?",
        began,
        source,
        id
    )
    .execute(db.write())
    .await?;
    Ok(())
}

/// Notes how large the published tree is.
pub async fn set_size(db: &Db, id: OverlayId, bytes: i64, files: i64) -> Result<()> {
    sqlx::query!("UPDATE overlays SET bytes = ?, files = ? WHERE id = ?", bytes, files, id).execute(db.write()).await?;
    Ok(())
}

/// Notes that nothing of an overlay is published any more.
pub async fn set_gone(db: &Db, id: OverlayId, now: i64) -> Result<()> {
    sqlx::query!(
        "UPDATE overlays SET built_at = NULL, built_source = NULL, bytes = NULL, files = NULL, updated_at = ? WHERE id = ?",
        now,
        id
    )
    .execute(db.write())
    .await?;
    Ok(())
}

/// The build of an overlay that runs or, when none does, the newest.
pub async fn newest(db: &Db, id: OverlayId) -> Result<Option<OpenBuild>> {
    sqlx::query_as!(
        OpenBuild,
        r#"SELECT id AS "id: JobId", state AS "state: JobState" FROM jobs WHERE overlay_id = ?
           ORDER BY state IN ('running', 'cancelling') DESC, id DESC LIMIT 1"#,
        id
    )
    .fetch_optional(db.read())
    .await
}

/// An overlay in a blueprint that no server can start with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbuilt {
    /// Key.
    pub id: OverlayId,
    /// Name.
    pub name: String,
    /// Whether a build of it waits or runs, for which a start would wait.
    pub coming: bool,
}

/// The overlays of a blueprint that were never built, the one on top first.
pub async fn never_built(db: &Db, blueprint: BlueprintId) -> Result<Vec<Unbuilt>> {
    sqlx::query_as!(
        Unbuilt,
        r#"SELECT o.id AS "id: OverlayId", o.name,
                  EXISTS (SELECT 1 FROM jobs j WHERE j.overlay_id = o.id AND j.state IN ('queued', 'running', 'cancelling')) AS "coming!: bool"
           FROM blueprint_overlays bo JOIN overlays o ON o.id = bo.overlay_id
           WHERE bo.blueprint_id = ? AND o.kind <> 'directory' AND o.built_at IS NULL ORDER BY bo.position"#,
        blueprint
    )
    .fetch_all(db.read())
    .await
}
