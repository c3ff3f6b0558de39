//! The names of what jobs are about, within a transaction.

use sqlx::SqliteConnection;

use crate::db::Result;
use crate::id::{OverlayId, ServerId};

/// The name of a server that people see; none when there is no such server.
pub async fn server_name(db: &mut SqliteConnection, id: ServerId) -> Result<Option<String>> {
    sqlx::query_scalar!("SELECT name FROM servers WHERE id = ?", id).fetch_optional(db).await
}

/// The name of an overlay that people see; none when there is no such overlay.
pub async fn overlay_name(db: &mut SqliteConnection, id: OverlayId) -> Result<Option<String>> {
    sqlx::query_scalar!("SELECT name FROM overlays WHERE id = ?", id).fetch_optional(db).await
}
