//! The table `uploads`.

use crate::db::{Db, Result};
use crate::files::upload::{State, UploadId};
use crate::id::{OverlayId, UserId};

/// Something that is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Key.
    pub id: UploadId,
    /// Into which overlay.
    pub overlay_id: OverlayId,
    /// Who sends it.
    pub user_id: UserId,
    /// Where it goes.
    pub path: String,
    /// How long it is.
    pub size: i64,
    /// What the browser knows it by besides name and size.
    pub stamp: String,
    /// Whether it is an archive whose content is wanted.
    pub unpack: bool,
    /// What is done when its name is taken.
    pub on_taken: String,
    /// How far it is.
    pub state: State,
    /// How many bytes survive a power cut.
    pub synced: i64,
    /// In which boot the others were written.
    pub boot: String,
    /// Unix seconds.
    pub touched_at: i64,
}

/// Adds one.
pub async fn insert(db: &Db, upload: &Upload) -> Result<()> {
    let Upload { id, overlay_id, user_id, path, size, stamp, unpack, on_taken, boot, touched_at, .. } = upload;
    sqlx::query!(
        "INSERT INTO uploads (id, overlay_id, user_id, path, size, stamp, unpack, on_taken, boot, created_at, touched_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)",
        id,
        overlay_id,
        user_id,
        path,
        size,
        stamp,
        unpack,
        on_taken,
        boot,
        touched_at
    )
    .execute(db.write())
    .await?;
    Ok(())
}

/// One of somebody's.
pub async fn find(db: &Db, overlay: OverlayId, user: UserId, id: &UploadId) -> Result<Option<Upload>> {
    sqlx::query_as!(
        Upload,
        r#"SELECT id AS "id: UploadId", overlay_id AS "overlay_id: OverlayId", user_id AS "user_id: UserId", path, size, stamp,
                  unpack AS "unpack: bool", on_taken, state AS "state: State", synced, boot, touched_at
           FROM uploads WHERE id = ? AND overlay_id = ? AND user_id = ?"#,
        id,
        overlay,
        user
    )
    .fetch_optional(db.read())
    .await
}

/// All that somebody sends into an overlay, the oldest first.
pub async fn of(db: &Db, overlay: OverlayId, user: UserId) -> Result<Vec<Upload>> {
    sqlx::query_as!(
        Upload,
        r#"SELECT id AS "id: UploadId", overlay_id AS "overlay_id: OverlayId", user_id AS "user_id: UserId", path, size, stamp,
                  unpack AS "unpack: bool", on_taken, state AS "state: State", synced, boot, touched_at
           FROM uploads WHERE overlay_id = ? AND user_id = ? ORDER BY created_at, path"#,
        overlay,
        user
    )
    .fetch_all(db.read())
    .await
}

/// All of them.
pub async fn all(db: &Db) -> Result<Vec<Upload>> {
    sqlx::query_as!(
        Upload,
        r#"SELECT id AS "id: UploadId", overlay_id AS "overlay_id: OverlayId", user_id AS "user_id: UserId", path, size, stamp,
                  unpack AS "unpack: bool", on_taken, state AS "state: State", synced, boot, touched_at
           FROM uploads ORDER BY id"#
    )
    .fetch_all(db.read())
    .await
}

/// How many somebody has.
pub async fn count(db: &Db, user: UserId) -> Result<i64> {
    sqlx::query_scalar!("SELECT count(*) FROM uploads WHERE user_id = ?", user).fetch_one(db.read()).await
}

/// Writes what an archive holds that is unpacked, in bytes.
pub async fn set_unpacked(db: &Db, id: &UploadId, bytes: i64) -> Result<()> {
    sqlx::query!("UPDATE uploads SET unpacked = ? WHERE id = ?", bytes, id).execute(db.write()).await?;
    Ok(())
}

/// Writes how far one is.
pub async fn set_state(db: &Db, id: &UploadId, state: State, on_taken: &str, now: i64) -> Result<()> {
    let update = sqlx::query!(
        "UPDATE uploads SET state = ?, on_taken = ?, touched_at = ? WHERE id = ?",
        state,
        on_taken,
        now,
        id
    );
    update.execute(db.write()).await?;
    Ok(())
}

/// Writes that bytes came, and how many of them are on the disk.
pub async fn touch(db: &Db, id: &UploadId, synced: i64, boot: &str, now: i64) -> Result<()> {
    let update =
        sqlx::query!("UPDATE uploads SET synced = ?, boot = ?, touched_at = ? WHERE id = ?", synced, boot, now, id);
    update.execute(db.write()).await?;
    Ok(())
}

/// Removes one.
pub async fn delete(db: &Db, id: &UploadId) -> Result<()> {
    sqlx::query!("DELETE FROM uploads WHERE id = ?", id).execute(db.write()).await?;
    Ok(())
}
