//! What the queue must know of what its jobs are about.

use sqlx::SqliteConnection;

use crate::db::{Db, Result};
use crate::id::{OverlayId, ServerId};

/// An overlay, for a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buildable {
    /// What `l4d2ctl` calls it.
    pub reference: String,
    /// `directory`, `workshop`, `script` or `files`.
    pub kind: String,
}

/// The name of a server that people see; none when there is no such server.
pub async fn server_name(db: &mut SqliteConnection, id: ServerId) -> Result<Option<String>> {
    sqlx::query_scalar!("SELECT name FROM servers WHERE id = ?", id).fetch_optional(db).await
}

/// The name of an overlay that people see; none when there is no such overlay.
pub async fn overlay_name(db: &mut SqliteConnection, id: OverlayId) -> Result<Option<String>> {
    sqlx::query_scalar!("SELECT name FROM overlays WHERE id = ?", id).fetch_optional(db).await
}

/// What a build must know of an overlay; none when there is no such overlay.
pub async fn buildable(db: &Db, id: OverlayId) -> Result<Option<Buildable>> {
    sqlx::query_as!(Buildable, "SELECT reference, kind FROM overlays WHERE id = ?", id).fetch_optional(db.read()).await
}
