//! What `deploy/try.sh` shows: an overlay, and for whoever becomes the first user a blueprint and a server. On no other machine.

use crate::db::{Db, Result};

/// Lays it down, once. False, and nothing happens, when there is a user already.
pub async fn lay(db: &Db, now: i64) -> Result<bool> {
    let mut tx = db.write().begin_with("BEGIN IMMEDIATE").await?;
    let users = sqlx::query_scalar!("SELECT count(*) FROM users").fetch_one(&mut *tx).await?;
    if users > 0 {
        return Ok(false);
    }
    sqlx::query!(
        "INSERT INTO overlays (owner_id, name, kind, reference, created_at, updated_at) VALUES (NULL, 'Demo', 'directory', 'demo', ?1, ?1)
         ON CONFLICT DO NOTHING",
        now
    )
    .execute(&mut *tx)
    .await?;
    // Nobody is there yet who could own them. Once there is a user there always is one, so that this happens once.
    sqlx::query!(
        "CREATE TRIGGER IF NOT EXISTS demo AFTER INSERT ON users WHEN NOT EXISTS (SELECT 1 FROM users WHERE id <> new.id) BEGIN
           INSERT INTO blueprints (owner_id, name, arguments, created_at, updated_at)
             VALUES (new.id, 'Demo', '-maxplayers' || char(10) || '8', new.created_at, new.created_at);
           INSERT INTO blueprint_overlays (blueprint_id, overlay_id, position, expose_server_cfg)
             SELECT blueprints.id, overlays.id, 0, 1 FROM blueprints, overlays WHERE overlays.reference = 'demo';
           INSERT INTO servers (owner_id, blueprint_id, name, hostname, port, rcon_password, created_at, updated_at)
             SELECT new.id, id, 'Demo', 'left4me demo', 27015, lower(hex(randomblob(16))), new.created_at, new.created_at FROM blueprints;
         END"
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(true)
}
