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

/// What a spec is made of, beside overlays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// Of the server.
    pub name: String,
    /// Of the server, in the game.
    pub hostname: String,
    /// Of the server.
    pub port: u16,
    /// Of the server.
    pub rcon_password: String,
    /// Of its blueprint.
    pub arguments: String,
    /// Of its blueprint.
    pub config: String,
}

/// What the spec of a server is made of; none when there is no such server.
pub async fn parts(db: &Db, id: ServerId) -> Result<Option<Parts>> {
    sqlx::query_as!(
        Parts,
        r#"SELECT servers.name, hostname, port AS "port: u16", rcon_password, arguments, config
           FROM servers JOIN blueprints ON blueprints.id = servers.blueprint_id WHERE servers.id = ?"#,
        id
    )
    .fetch_optional(db.read())
    .await
}

/// An overlay of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedLayer {
    /// Key.
    pub id: OverlayId,
    /// What `l4d2ctl` calls it.
    pub reference: String,
    /// Whether its `server.cfg` is run.
    pub exposed: bool,
}

/// The overlays of a server, the one on top first.
pub async fn layers(db: &Db, id: ServerId) -> Result<Vec<UsedLayer>> {
    sqlx::query_as!(
        UsedLayer,
        r#"SELECT overlays.id AS "id: OverlayId", reference, expose_server_cfg AS "exposed: bool"
           FROM servers JOIN blueprint_overlays ON blueprint_overlays.blueprint_id = servers.blueprint_id
                JOIN overlays ON overlays.id = overlay_id
           WHERE servers.id = ? ORDER BY position"#,
        id
    )
    .fetch_all(db.read())
    .await
}
