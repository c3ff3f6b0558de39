//! Making a server somebody else's: its row, its roles and its blueprint change in one step.

use sqlx::SqliteConnection;

use crate::blueprints::copy_name;
use crate::db::servers::Server;
use crate::db::{Db, Result, quotas};
use crate::id::{BlueprintId, ServerId, UserId};

/// What became of an attempt to make a server somebody else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandedOver {
    /// It is theirs.
    Yes {
        /// What it is made of now.
        blueprint: BlueprintId,
        /// Who had a role on it, and has none any more.
        roles: Vec<UserId>,
    },
    /// They have a server of that name; nothing was changed.
    NameTaken,
    /// They have so many servers, and may not have more; nothing was changed.
    Quota(i64),
}

/// Makes a server somebody else's. Nobody who had it before keeps a way in: all roles end, it gets another RCON password, and a blueprint that
/// `to` could not use is copied into one of theirs.
pub async fn server(db: &Db, server: &Server, to: UserId, rcon_password: &str, now: i64) -> Result<HandedOver> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    let named = sqlx::query_scalar!("SELECT count(*) FROM servers WHERE owner_id = ? AND name = ?", to, server.name)
        .fetch_one(&mut *tx)
        .await?;
    if named > 0 {
        return Ok(HandedOver::NameTaken);
    }
    if let Some(max) = quotas::servers_full(&mut tx, to).await? {
        return Ok(HandedOver::Quota(max));
    }
    let blueprint = usable(&mut tx, server.id, to, now).await?;
    // They tell people of whom its new owner may know nothing.
    sqlx::query!("DELETE FROM webhooks WHERE server_id = ?", server.id).execute(&mut *tx).await?;
    sqlx::query!(
        "UPDATE servers SET owner_id = ?, blueprint_id = ?, rcon_password = ?, updated_at = ? WHERE id = ?",
        to,
        blueprint,
        rcon_password,
        now,
        server.id
    )
    .execute(&mut *tx)
    .await?;
    let roles = sqlx::query_scalar!(
        r#"DELETE FROM server_grants WHERE server_id = ? RETURNING user_id AS "user_id: UserId""#,
        server.id
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(HandedOver::Yes { blueprint, roles })
}

/// The blueprint of a server when `to` may use it; else a copy of it that is theirs, with the overlays that they may use.
async fn usable(tx: &mut SqliteConnection, server: ServerId, to: UserId, now: i64) -> Result<BlueprintId> {
    let has = sqlx::query!(
        r#"SELECT b.id AS "id: BlueprintId", b.name, (b.shared = 1 OR b.owner_id = ?) AS "open!: bool"
           FROM servers s JOIN blueprints b ON b.id = s.blueprint_id WHERE s.id = ?"#,
        to,
        server
    )
    .fetch_one(&mut *tx)
    .await?;
    if has.open {
        return Ok(has.id);
    }
    let taken = sqlx::query_scalar!("SELECT name FROM blueprints WHERE owner_id = ?", to).fetch_all(&mut *tx).await?;
    let mut name = has.name.clone();
    let mut number = 0;
    while taken.contains(&name) {
        number += 1;
        name = copy_name(&has.name, number);
    }
    let copy = sqlx::query_scalar!(
        r#"INSERT INTO blueprints (owner_id, name, arguments, config, created_at, updated_at)
           SELECT ?1, ?2, arguments, config, ?3, ?3 FROM blueprints WHERE id = ?4 RETURNING id AS "id!: BlueprintId""#,
        to,
        name,
        now,
        has.id
    )
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query!(
        "INSERT INTO blueprint_overlays (blueprint_id, overlay_id, position, expose_server_cfg)
         SELECT ?1, bo.overlay_id, row_number() OVER (ORDER BY bo.position) - 1, bo.expose_server_cfg
         FROM blueprint_overlays bo JOIN overlays o ON o.id = bo.overlay_id
         WHERE bo.blueprint_id = ?2 AND (o.owner_id IS NULL OR o.owner_id = ?3)",
        copy,
        has.id,
        to
    )
    .execute(&mut *tx)
    .await?;
    Ok(copy)
}
