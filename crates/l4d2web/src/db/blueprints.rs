//! The tables `blueprints` and `blueprint_overlays`.

use crate::db::{Db, Result};
use crate::id::{BlueprintId, UserId};

/// What servers are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blueprint {
    /// Key.
    pub id: BlueprintId,
    /// Whose it is.
    pub owner_id: UserId,
    /// Unique among those of its owner.
    pub name: String,
    /// Words for `srcds_run`, one a line.
    pub arguments: String,
    /// Lines of `server.cfg`.
    pub config: String,
    /// Whether everybody may see and use it.
    pub shared: bool,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

/// The blueprint with this key.
pub async fn find(db: &Db, id: BlueprintId) -> Result<Option<Blueprint>> {
    sqlx::query_as!(
        Blueprint,
        r#"SELECT id AS "id: BlueprintId", owner_id AS "owner_id: UserId", name, arguments, config, shared AS "shared: bool",
                  created_at, updated_at
           FROM blueprints WHERE id = ?"#,
        id
    )
    .fetch_optional(db.read())
    .await
}
