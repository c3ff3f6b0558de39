//! What the looks into games need of the table `servers`.

use crate::db::{Db, Result};
use crate::id::{BlueprintId, OverlayId, ServerId};
use crate::maps::CachedFile;
use crate::vpk::Contents;

/// A server that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Key.
    pub id: ServerId,
    /// What it is made of.
    pub blueprint: BlueprintId,
    /// The spec that it was started with.
    pub started_spec: Option<String>,
    /// The port that it runs with, as the host says.
    pub port: Option<u16>,
    /// When it last started, as the host says: Unix seconds.
    pub started_at: Option<i64>,
}

/// The servers that run, or this one if it does.
pub async fn running(db: &Db, one: Option<ServerId>) -> Result<Vec<Running>> {
    sqlx::query_as!(
        Running,
        r#"SELECT id AS "id!: ServerId", blueprint_id AS "blueprint!: BlueprintId", started_spec,
                  json_extract(status, '$.running_port') AS "port: u16", json_extract(status, '$.started_at') AS "started_at: i64"
           FROM (SELECT * FROM servers WHERE json_valid(status) AND (?1 IS NULL OR id = ?1))
           WHERE json_extract(status, '$.state') = 'running'"#,
        one
    )
    .fetch_all(db.read())
    .await
}

/// Gives a server another RCON password, which its next start takes.
pub async fn set_rcon_password(db: &Db, id: ServerId, password: &str, now: i64) -> Result<()> {
    sqlx::query!("UPDATE servers SET rcon_password = ?, updated_at = ? WHERE id = ?", password, now, id)
        .execute(db.write())
        .await?;
    Ok(())
}

/// What items of the Workshop and maps of collections bring to servers that are made of a blueprint.
pub async fn contents(db: &Db, blueprint: BlueprintId) -> Result<Vec<Contents>> {
    let items = sqlx::query_scalar!(
        r#"SELECT DISTINCT w.contents AS "contents!"
           FROM blueprint_overlays bo
           JOIN overlay_items oi ON oi.overlay_id = bo.overlay_id
           JOIN workshop_items w ON w.steam_id = oi.steam_id
           WHERE bo.blueprint_id = ? AND w.contents IS NOT NULL"#,
        blueprint
    )
    .fetch_all(db.read())
    .await?;
    let maps = sqlx::query_scalar!(
        r#"SELECT m.files AS "files!" FROM blueprint_overlays bo JOIN collection_maps m ON m.overlay_id = bo.overlay_id
           WHERE bo.blueprint_id = ? AND m.files IS NOT NULL ORDER BY m.id"#,
        blueprint
    )
    .fetch_all(db.read())
    .await?;
    let items = items.iter().filter_map(|text| serde_json::from_str(text).ok());
    let files = maps.iter().filter_map(|text| serde_json::from_str::<Vec<CachedFile>>(text).ok()).flatten();
    Ok(items.chain(files.map(|file| file.contents)).collect())
}

/// The files overlays that servers of a blueprint are made of, the one on top first.
pub async fn files_overlays(db: &Db, blueprint: BlueprintId) -> Result<Vec<OverlayId>> {
    sqlx::query_scalar!(
        r#"SELECT o.id AS "id!: OverlayId" FROM blueprint_overlays bo JOIN overlays o ON o.id = bo.overlay_id
           WHERE bo.blueprint_id = ? AND o.kind = 'files' ORDER BY bo.position"#,
        blueprint
    )
    .fetch_all(db.read())
    .await
}
