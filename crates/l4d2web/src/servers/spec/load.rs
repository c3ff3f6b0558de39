use super::Spec;
use crate::db::servers::Server;
use crate::db::{self, Db};

/// The spec of a start of `server` now.
///
/// # Errors
///
/// When the database fails, or the blueprint of the server is gone, which the schema does not allow.
pub async fn now(db: &Db, server: &Server) -> db::Result<Spec> {
    let blueprint = db::blueprints::find(db, server.blueprint_id).await?.ok_or(sqlx::Error::RowNotFound)?;
    let overlays = db::blueprints::overlays(db, blueprint.id).await?;
    Ok(super::of(server, &blueprint, &overlays))
}
